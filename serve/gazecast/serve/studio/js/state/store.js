/** The one state of the page, and who hears of its changes. README.md beside this folder has its shape. */

export function createStore() {
  const listeners = new Set();
  const store = {
    state: {
      designs: [],
      selected: null,
      mode: "look",
      view: "heatmap",
      window: "3s",
      opacity: 1,
      outlines: true,
      tool: "select",
      region: null,
      rankFirst: false,
      model: null,
    },

    update(changes) {
      const changed = new Set(Object.keys(changes).filter((name) => changes[name] !== store.state[name]));
      if (!changed.size) return;
      store.state = { ...store.state, ...changes };
      for (const listener of [...listeners]) listener(store.state, changed);
    },

    updateDesign(id, changes) {
      if (!store.design(id)) return; // removed in the meantime
      store.update({
        designs: store.state.designs.map((each) => (each.id === id ? { ...each, ...changes } : each)),
      });
    },

    design: (id) => store.state.designs.find((each) => each.id === id) ?? null,

    selected: () => store.design(store.state.selected),

    on(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
  return store;
}

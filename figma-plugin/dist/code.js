"use strict";
(() => {
  // src/main/targets.ts
  function targetsOf(selection) {
    const frames = new Map(selection.flatMap(framesOf).map((frame) => [frame.id, frame]));
    return [...frames.values()].sort((a, b) => {
      const [left, right] = [a.absoluteTransform, b.absoluteTransform];
      return left[0][2] - right[0][2] || left[1][2] - right[1][2];
    });
  }
  function framesOf(node) {
    if (isFrame(node)) return [node];
    if (node.type === "SECTION" || node.type === "COMPONENT_SET") {
      return node.children.filter((child) => isFrame(child) || child.type === "SECTION").flatMap(framesOf);
    }
    const around = outermostFrame(node);
    return around ? [around] : [];
  }
  function isFrame(node) {
    return ["FRAME", "COMPONENT", "INSTANCE", "GROUP"].includes(node.type);
  }
  function outermostFrame(node) {
    let found = null;
    for (let around = node.parent; around; around = around.parent) {
      if (isFrame(around)) found = around;
    }
    return found;
  }
  function targetOf(frame) {
    const { id, name, width, height } = frame;
    return { id, name, width, height };
  }
  async function findFrame(id) {
    const node = await figma.getNodeByIdAsync(id);
    if (!node || node.removed || !isFrame(node)) {
      throw new Error("The frame was deleted. Select another one.");
    }
    return node;
  }
  function pageOf(node) {
    let at = node;
    while (at && at.type !== "PAGE") at = at.parent;
    return at;
  }

  // src/main/edits.ts
  var watched = /* @__PURE__ */ new Map();
  function watch(frame) {
    watched.set(frame.id, new Set(frame.findAll().map((node) => node.id)));
  }
  function listen(page, edited) {
    const onChange = ({ nodeChanges }) => {
      const touched = new Set(nodeChanges.flatMap(framesTouched));
      if (touched.size > 0) edited([...touched]);
    };
    page.on("nodechange", onChange);
    return () => page.off("nodechange", onChange);
  }
  function framesTouched({ node }) {
    const inside = (frame) => node.removed || !pageOf(node) ? watched.get(frame).has(node.id) || node.id === frame : isWithin(node, frame);
    return [...watched.keys()].filter(inside);
  }
  function isWithin(node, frame) {
    for (let at = node; at; at = at.parent) {
      if (at.id === frame) return true;
    }
    return false;
  }

  // src/main/polygons.ts
  function polygonOf(box) {
    const [right, bottom] = [box.x + box.width, box.y + box.height];
    return [
      { x: box.x, y: box.y },
      { x: right, y: box.y },
      { x: right, y: bottom },
      { x: box.x, y: bottom }
    ];
  }
  function transformed(width, height, [top, bottom]) {
    const corners = polygonOf({ x: 0, y: 0, width, height }).map(({ x, y }) => ({
      x: top[0] * x + top[1] * y + top[2],
      y: bottom[0] * x + bottom[1] * y + bottom[2]
    }));
    return area(corners) < 0 ? corners.reverse() : corners;
  }
  function boxOf(polygon) {
    const [xs, ys] = [polygon.map(({ x: x2 }) => x2), polygon.map(({ y: y2 }) => y2)];
    const [x, y] = [Math.min(...xs), Math.min(...ys)];
    return { x, y, width: Math.max(...xs) - x, height: Math.max(...ys) - y };
  }
  function area(polygon) {
    let twice = 0;
    eachEdge(polygon, (from, to) => {
      twice += from.x * to.y - to.x * from.y;
    });
    return twice / 2;
  }
  function intersection(subject, clip) {
    let left = subject;
    eachEdge(clip, (start, end) => {
      const inside = (p) => (end.x - start.x) * (p.y - start.y) - (end.y - start.y) * (p.x - start.x);
      const kept = [];
      eachEdge(left, (from, to) => {
        const [a, b] = [inside(from), inside(to)];
        if (a >= 0) kept.push(from);
        if (a > 0 !== b > 0 && a !== 0 && b !== 0) {
          const part = a / (a - b);
          kept.push({ x: from.x + part * (to.x - from.x), y: from.y + part * (to.y - from.y) });
        }
      });
      left = kept;
    });
    return left.length < 3 ? [] : left;
  }
  function eachEdge(polygon, visit) {
    polygon.forEach((from, index) => {
      visit(from, polygon[(index + 1) % polygon.length]);
    });
  }

  // src/main/layers.ts
  var MOST_LAYERS = 200;
  var BACKGROUND = 0.95;
  var LONGEST_NAME = 120;
  var DEFAULT_NAME = /^(Frame|Group|Section|Rectangle|Ellipse|Line|Arrow|Vector|Polygon|Star|Union|Subtract|Intersect|Exclude)( \d+)?$/;
  var BUTTON_NAME = /button|btn|\bcta\b/i;
  function layersOf(frame, options) {
    const box = frame.absoluteBoundingBox;
    const picture = polygonOf(box);
    const seen = [];
    function visit(parent, clip, level) {
      for (const node of parent.children) {
        if (!node.visible || "opacity" in node && node.opacity === 0) continue;
        const corners = cornersOf(node);
        const outline = corners ? intersection(corners, clip) : [];
        const name = node.name.trim().replace(/\s+/g, " ").slice(0, LONGEST_NAME);
        const kind = kindOf(node);
        if (outline.length > 0 && name !== "" && !(kind === "layer" && DEFAULT_NAME.test(name)) && !("isMask" in node && node.isMask) && area(outline) <= BACKGROUND * area(picture) && shorterSide(outline) >= options.minimumSize) {
          seen.push({ node, name, kind, outline });
        }
        if ("children" in node && level < options.depth) {
          const clips2 = "clipsContent" in node && node.clipsContent;
          if (!clips2) visit(node, clip, level + 1);
          else if (outline.length > 0) visit(node, outline, level + 1);
        }
      }
    }
    const clips = "clipsContent" in frame && frame.clipsContent;
    visit(frame, clips ? intersection(picture, cornersOf(frame)) : picture, 1);
    const largest = new Set(
      [...seen].sort((a, b) => area(b.outline) - area(a.outline)).slice(0, MOST_LAYERS)
    );
    const kept = seen.filter((layer) => largest.has(layer));
    const names = distinct(kept.map((layer) => layer.name));
    const layers = kept.map(({ node, kind, outline }, index) => ({
      id: node.id,
      kind,
      region: regionOf(names[index], outline, box)
    }));
    return { layers, leftOut: seen.length - kept.length };
  }
  function cornersOf(node) {
    if (!("absoluteTransform" in node) || node.width <= 0 || node.height <= 0) return null;
    return transformed(node.width, node.height, node.absoluteTransform);
  }
  function shorterSide(outline) {
    const { width, height } = boxOf(outline);
    return Math.min(width, height);
  }
  function kindOf(node) {
    if (node.type === "TEXT") return "text";
    const reacts = "reactions" in node && node.reactions.some(({ trigger }) => trigger?.type === "ON_CLICK");
    if ("children" in node && (reacts || BUTTON_NAME.test(node.name))) return "button";
    if (node.type === "INSTANCE" || node.type === "COMPONENT") return "component";
    return showsPicture(node) ? "image" : "layer";
  }
  function showsPicture(node) {
    if (!("fills" in node) || node.fills === figma.mixed) return false;
    return node.fills.some((fill) => fill.visible !== false && fill.type === "IMAGE");
  }
  function distinct(names) {
    const taken = /* @__PURE__ */ new Set();
    return names.map((name) => {
      let free = name;
      for (let count = 2; taken.has(free); count++) free = `${name} (${count})`;
      taken.add(free);
      return free;
    });
  }
  function regionOf(name, outline, frame) {
    const points = outline.map(({ x, y }) => [
      (x - frame.x) / frame.width,
      (y - frame.y) / frame.height
    ]);
    const box = boxOf(points.map(([x, y]) => ({ x, y })));
    const upright = outline.length === 4 && area(outline) >= (1 - 1e-9) * areaOf(boxOf(outline));
    return upright ? { name, ...box } : { name, points };
  }
  function areaOf({ width, height }) {
    return width * height;
  }

  // src/main/domain.ts
  var SHEETS = [Math.SQRT2, 11 / 8.5, 17 / 11];
  function guessDomain(frame) {
    const { width, height } = frame;
    if (isPhoto(frame)) return "photo";
    if (width >= 280 && width <= 480 && height >= 1.5 * width) return "mobile";
    const ratio = Math.max(width, height) / Math.min(width, height);
    if (height > width && SHEETS.some((sheet) => Math.abs(ratio / sheet - 1) < 5e-3)) return "poster";
    if (width >= 960) return "web";
    return "auto";
  }
  function isPhoto(frame) {
    const shown = frame.children.filter((child) => child.visible);
    if (shown.length === 0) return showsPicture(frame);
    const [only] = shown;
    return shown.length === 1 && only.type === "RECTANGLE" && showsPicture(only) && only.width >= frame.width && only.height >= frame.height;
  }

  // src/main/export.ts
  var LONGEST_SIDE = 4096;
  var SHORTEST_SIDE = 16;
  async function exportFrame(frame, options) {
    const box = visibleBox(frame);
    const described = { frame: targetOf(frame), domain: guessDomain(frame), ...layersOf(frame, options) };
    const png = await pictureOf(frame, Math.min(1, LONGEST_SIDE / Math.max(box.width, box.height)));
    return { ...described, png };
  }
  async function pictureOf(frame, scale) {
    const { name } = frame;
    try {
      const png = await frame.exportAsync({
        format: "PNG",
        constraint: { type: "SCALE", value: scale },
        // The frame's own box, without shadows around it: what the layers' places are parts of.
        useAbsoluteBounds: true,
        colorProfile: "SRGB"
      });
      return new Uint8Array(png);
    } catch (error) {
      throw new Error(`Figma could not export “${name}”: ${String(error)}`);
    }
  }
  function visibleBox(frame) {
    for (let at = frame; at && "visible" in at; at = at.parent) {
      if (!at.visible) throw new Error(`“${frame.name}” is hidden. Show it, then try again.`);
    }
    const box = frame.absoluteBoundingBox;
    if (!box || Math.min(box.width, box.height) < SHORTEST_SIDE) {
      throw new Error(
        `“${frame.name}” is ${round(frame.width)} × ${round(frame.height)} px, too small to look at. Select a frame of at least ${SHORTEST_SIDE} px each way.`
      );
    }
    return box;
  }
  function round(pixels) {
    return String(Math.round(pixels * 10) / 10);
  }

  // src/main/marks.ts
  var KEY = "gazecast";
  function mark(node, as) {
    node.setPluginData(KEY, as);
  }
  function marked(page, start) {
    return page.findAllWithCriteria({ pluginData: { keys: [KEY] } }).filter((node) => node.getPluginData(KEY).startsWith(start));
  }

  // src/main/overlay.ts
  async function showOverlay(frame, png) {
    const page = pageOf(frame);
    const box = frame.absoluteBoundingBox;
    if (!page || !box) throw new Error("The frame was deleted meanwhile.");
    await page.loadAsync();
    const { hash } = figma.createImage(png);
    removeFrom(page, frame.id);
    const overlay = figma.createRectangle();
    mark(overlay, `overlay:${frame.id}`);
    page.appendChild(overlay);
    overlay.name = `Attention · ${frame.name}`;
    overlay.x = box.x;
    overlay.y = box.y;
    overlay.resize(box.width, box.height);
    overlay.fills = [{ type: "IMAGE", imageHash: hash, scaleMode: "FILL" }];
    overlay.locked = true;
    figma.commitUndo();
  }
  async function removeOverlay(frame) {
    const page = pageOf(frame);
    if (!page) return;
    await page.loadAsync();
    removeFrom(page, frame.id);
    figma.commitUndo();
  }
  function removeFrom(page, frame) {
    for (const overlay of marked(page, `overlay:${frame}`)) {
      overlay.remove();
    }
  }
  function removeAllOverlays(page) {
    const overlays = marked(page, "overlay:");
    for (const overlay of overlays) overlay.remove();
    if (overlays.length > 0) figma.commitUndo();
    return overlays.length;
  }

  // src/protocol.ts
  var DEFAULTS = {
    server: "http://localhost:8000",
    key: "",
    window: "3s",
    domain: "frame",
    depth: 3,
    minimumSize: 12
  };

  // src/main/settings.ts
  var NAME = "settings";
  async function loadSettings() {
    const stored = await figma.clientStorage.getAsync(NAME);
    return { ...DEFAULTS, ...stored };
  }
  async function saveSettings(settings) {
    await figma.clientStorage.setAsync(NAME, settings);
  }

  // src/main/whatif.ts
  var AWAY = 1e3;
  var copies = /* @__PURE__ */ new Set();
  async function exportWithout(frame, layer, options) {
    const path = pathTo(layer, frame);
    const copy = copyOf(frame);
    try {
      const hidden = path.reduce(
        (at, index) => at.children[index],
        copy
      );
      const originals = /* @__PURE__ */ new Map();
      pair(copy, frame, originals);
      hidden.visible = false;
      const exported = await exportFrame(copy, options);
      return {
        ...exported,
        frame: targetOf(frame),
        layers: exported.layers.map((one) => ({ ...one, id: originals.get(one.id) ?? one.id }))
      };
    } finally {
      remove(copy);
    }
  }
  function removeCopies() {
    for (const copy of copies) remove(copy);
  }
  function sweep(page) {
    for (const left of marked(page, "what-if")) left.remove();
  }
  function copyOf(frame) {
    const copy = frame.type === "COMPONENT" ? frame.createInstance() : frame.clone();
    copies.add(copy);
    try {
      mark(copy, "what-if");
      copy.name = "gazecast what-if (removes itself)";
      const others = figma.currentPage.children.filter((node) => node.id !== copy.id);
      copy.x = Math.max(0, ...others.map((node) => node.x + node.width)) + AWAY;
    } catch (error) {
      remove(copy);
      throw error;
    }
    return copy;
  }
  function remove(copy) {
    copies.delete(copy);
    if (!copy.removed) copy.remove();
  }
  function pathTo(layer, frame) {
    const path = [];
    let at = layer;
    while (at.id !== frame.id) {
      const [around, { id }] = [at.parent, at];
      if (!around) throw new Error("The layer is no longer in the frame. Update the analysis first.");
      path.unshift(around.children.findIndex((child) => child.id === id));
      at = around;
    }
    return path;
  }
  function pair(copy, original, originals) {
    originals.set(copy.id, original.id);
    if (!("children" in copy) || !("children" in original)) return;
    copy.children.forEach((child, index) => {
      const other = original.children[index];
      if (other) pair(child, other, originals);
    });
  }

  // src/main/main.ts
  var handlers = {
    async start() {
      return { settings: await loadSettings(), command: figma.command, targets: targets() };
    },
    async save(settings) {
      await saveSettings(settings);
      return null;
    },
    async export({ frame }) {
      const found = await findFrame(frame);
      const exported = await exportFrame(found, await loadSettings());
      watch(found);
      return exported;
    },
    async exportWithout({ frame, layer }) {
      const [around, hidden] = [await findFrame(frame), await figma.getNodeByIdAsync(layer)];
      if (!hidden) throw new Error("The layer was deleted. Update the analysis first.");
      return exportWithout(around, hidden, await loadSettings());
    },
    async cancel() {
      removeCopies();
      return null;
    },
    async showOverlay({ frame, png }) {
      await showOverlay(await findFrame(frame), png);
      return null;
    },
    async removeOverlay({ frame }) {
      await removeOverlay(await findFrame(frame));
      return null;
    },
    async selectLayer({ layer }) {
      const node = await figma.getNodeByIdAsync(layer);
      const page = node && pageOf(node);
      if (!node || !page || node.type === "DOCUMENT" || node.type === "PAGE") {
        throw new Error("The layer was deleted. Update the analysis first.");
      }
      await figma.setCurrentPageAsync(page);
      page.selection = [node];
      figma.viewport.scrollAndZoomIntoView([node]);
      return null;
    }
  };
  async function answer(call) {
    try {
      const handler = handlers[call.name];
      return { number: call.number, answer: await handler(call.argument) };
    } catch (error) {
      return { number: call.number, error: error instanceof Error ? error.message : String(error) };
    }
  }
  function targets() {
    return targetsOf(figma.currentPage.selection).map(targetOf);
  }
  function tell(event) {
    figma.ui.postMessage(event);
  }
  function openWindow() {
    figma.showUI(__html__, { width: 480, height: 680, themeColors: true });
    figma.ui.onmessage = async (call) => {
      figma.ui.postMessage(await answer(call));
    };
    figma.on("selectionchange", () => tell({ event: "selection", targets: targets() }));
    const edited = (frames) => tell({ event: "edited", frames });
    let ignorePage = listen(figma.currentPage, edited);
    figma.on("currentpagechange", () => {
      ignorePage();
      ignorePage = listen(figma.currentPage, edited);
      sweep(figma.currentPage);
      tell({ event: "selection", targets: targets() });
    });
  }
  figma.skipInvisibleInstanceChildren = true;
  figma.on("close", removeCopies);
  sweep(figma.currentPage);
  if (figma.command === "clear") {
    const count = removeAllOverlays(figma.currentPage);
    figma.closePlugin(
      count === 0 ? "There are no attention overlays on this page." : `Removed: ${count}.`
    );
  } else {
    openWindow();
  }
})();

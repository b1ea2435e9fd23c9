import { describe, expect, test } from "vitest";
import type { FakeFigma } from "../fake/figma";
import type { NodeSpec } from "../fake/node";
import { heldRender, PNG, start } from "./plugin";

const text = (name: string): NodeSpec => ({ type: "TEXT", name, width: 200, height: 40 });
const list: NodeSpec = {
  ...{ type: "FRAME", name: "List", x: 20, y: 20, width: 200, layoutMode: "VERTICAL" },
  children: [text("First"), text("Second"), text("Third")],
};
const home: NodeSpec = {
  ...{ type: "FRAME", name: "Home", x: 500, y: 40, width: 400, height: 300 },
  children: [list, { type: "RECTANGLE", name: "Photo", x: 250, width: 100, fill: "image" }],
};

const all = (figma: FakeFigma) => JSON.stringify(figma.root.describe());
const ask = (figma: FakeFigma, layer: string) => ({
  frame: figma.named("Home").id,
  layer: figma.named(layer).id,
});

test("the layer is hidden in a copy, beside all else; the document stays as it was", async () => {
  let seen: unknown[] = [];
  const { figma, call } = await start([home], {
    render: async (node) => {
      const [list] = node.children;
      seen = [node.name, node.x, list!.children.map(({ name, visible, y }) => [name, visible, y])];
      expect(node.parent!.name).toBe("Page 1");
      return PNG;
    },
  });
  const before = all(figma);
  const { frame, layers } = await call("exportWithout", ask(figma, "Second"));
  expect(seen).toEqual([
    "gazecast what-if (removes itself)",
    1900,
    [
      ["First", true, 0],
      ["Second", false, 40],
      ["Third", true, 40],
    ],
  ]);
  expect(all(figma)).toBe(before);
  expect(frame).toMatchObject({ id: figma.named("Home").id, name: "Home" });
  // Layers go by the ids of the originals, and have the places that are left to them.
  const third = layers.find(({ region }) => region.name === "Third")!;
  expect(third.id).toBe(figma.named("Third").id);
  expect(third.region).toMatchObject({ y: 60 / 300 });
  expect(layers.some(({ region }) => region.name === "Second")).toBe(false);
});

test.each<NodeType>(["INSTANCE", "GROUP", "COMPONENT"])("of a %s too", async (type) => {
  let copied: NodeType | undefined;
  const { figma, call } = await start([{ ...home, type }], {
    render: async (node) => {
      copied = node.type;
      return PNG;
    },
  });
  const before = all(figma);
  await call("exportWithout", ask(figma, "Photo"));
  expect(copied).toBe(type === "COMPONENT" ? "INSTANCE" : type);
  expect(all(figma)).toBe(before);
});

describe("no copy is left", () => {
  test("when the export fails", async () => {
    const { figma, call } = await start([home], {
      render: async () => {
        throw new Error("out of memory");
      },
    });
    const before = all(figma);
    await expect(call("exportWithout", ask(figma, "Photo"))).rejects.toThrow("out of memory");
    expect(all(figma)).toBe(before);
  });

  test("when it is cancelled in the middle", async () => {
    const { render, started, release } = heldRender();
    const { figma, call } = await start([home], { render });
    const before = all(figma);
    const running = call("exportWithout", ask(figma, "Photo"));
    await started;
    expect(all(figma)).not.toBe(before);
    await call("cancel", null);
    expect(all(figma)).toBe(before);
    release();
    await expect(running).rejects.toThrow();
    expect(all(figma)).toBe(before);
  });

  test("when the plugin is closed in the middle", async () => {
    const { render, started } = heldRender();
    const { figma, call } = await start([home], { render });
    const before = all(figma);
    void call("exportWithout", ask(figma, "Photo"));
    await started;
    figma.emit("close");
    expect(all(figma)).toBe(before);
  });

  test("when the page is switched in the middle", async () => {
    const { render, started, release } = heldRender();
    const { figma, call } = await start([home], {
      render,
      more: [{ name: "Page 2", children: [] }],
    });
    const running = call("exportWithout", ask(figma, "Photo"));
    await started;
    figma.goTo("Page 2");
    release();
    await running;
    expect(figma.root.children[0]!.children.map(({ name }) => name)).toEqual(["Home"]);
    expect(figma.currentPage.children).toEqual([]);
  });

  test("by a run that was killed: swept at the start, and on the next page when it opens", async () => {
    const leave = (figma: FakeFigma) => {
      for (const page of figma.root.children) {
        page.loaded = true;
        figma.currentPage = page;
        const copy = figma.api.createRectangle();
        copy.name = "Left";
        copy.setPluginData("gazecast", "what-if");
      }
      figma.currentPage = figma.root.children[0]!;
    };
    const { figma } = await start([home], {
      more: [{ name: "Page 2", children: [] }],
      prepare: leave,
    });
    expect(figma.currentPage.children.map(({ name }) => name)).toEqual(["Home"]);
    figma.goTo("Page 2");
    expect(figma.currentPage.children).toEqual([]);
  });
});

test("a layer that is gone, or in another frame, is told and nothing is copied", async () => {
  const { figma, call } = await start([home, { ...home, name: "Other", children: [text("Far")] }]);
  const before = all(figma);
  await expect(call("exportWithout", ask(figma, "Far"))).rejects.toThrow("no longer in the frame");
  const gone = { frame: figma.named("Home").id, layer: "9:9" };
  await expect(call("exportWithout", gone)).rejects.toThrow("was deleted");
  expect(all(figma)).toBe(before);
});

import { describe, expect, test } from "vitest";
import type { Export, Layer, Settings } from "../../src/protocol";
import type { NodeSpec } from "../fake/node";
import { start } from "./plugin";

const page = (children: NodeSpec[], more: Partial<NodeSpec> = {}): NodeSpec => ({
  type: "FRAME",
  name: "Page",
  x: 1000,
  y: 500,
  width: 400,
  height: 200,
  children,
  ...more,
});

async function exported(frame: NodeSpec, settings: Partial<Settings> = {}): Promise<Export> {
  const { figma, call } = await start([frame], { settings });
  return call("export", { frame: figma.named(frame.name!).id });
}

const names = ({ layers }: Export) => layers.map(({ region }) => region.name);

function box({ region }: Layer): [number, number, number, number] {
  if ("points" in region) throw new Error("it is a polygon");
  const round = (value: number) => Math.round(value * 1e9) / 1e9;
  return [round(region.x), round(region.y), round(region.width), round(region.height)];
}

describe("places", () => {
  test("of nested layers are parts of the frame", async () => {
    const { layers } = await exported(
      page([
        {
          ...{ type: "FRAME", name: "Header", x: 40, y: 20, width: 200, height: 100 },
          children: [{ type: "TEXT", name: "Title", x: 10, y: 30, width: 100, height: 20 }],
        },
      ]),
    );
    expect(layers.map(({ region }) => region.name)).toEqual(["Header", "Title"]);
    expect(box(layers[0]!)).toEqual([0.1, 0.1, 0.5, 0.5]);
    expect(box(layers[1]!)).toEqual([0.125, 0.25, 0.25, 0.1]);
  });

  test("of layers in groups, sections and components count from the frame around them", async () => {
    const group: NodeSpec = {
      type: "GROUP",
      name: "Both",
      children: [
        { type: "TEXT", name: "A", x: 100, y: 50, width: 100, height: 20 },
        { type: "TEXT", name: "B", x: 100, y: 130, width: 200, height: 20 },
      ],
    };
    const section: NodeSpec = {
      ...{ type: "SECTION", name: "Flow", x: -3000, y: 7000, width: 2000, height: 900 },
      children: [page([group])],
    };
    const { figma, call } = await start([section]);
    const { layers } = await call("export", { frame: figma.named("Page").id });
    expect(layers.map(box)).toEqual([
      [0.25, 0.25, 0.5, 0.5],
      [0.25, 0.25, 0.25, 0.1],
      [0.25, 0.65, 0.5, 0.1],
    ]);
  });

  test("of a turned layer are its four corners", async () => {
    const { layers } = await exported(
      page([{ type: "TEXT", name: "Sale", x: 100, y: 100, width: 80, height: 40, rotation: 30 }]),
    );
    const { region } = layers[0]!;
    if (!("points" in region)) throw new Error("it is a rectangle");
    const [cos, sin] = [Math.cos(Math.PI / 6), Math.sin(Math.PI / 6)];
    const corner = (x: number, y: number) => [
      (100 + cos * x + sin * y) / 400,
      (100 - sin * x + cos * y) / 200,
    ];
    const expected = [corner(0, 0), corner(80, 0), corner(80, 40), corner(0, 40)];
    expect(region.points).toHaveLength(4);
    for (const [x, y] of expected) {
      expect(region.points.some(([a, b]) => Math.hypot(a - x!, b - y!) < 1e-9)).toBe(true);
    }
  });

  test("of a layer turned by a right angle are a rectangle", async () => {
    const { layers } = await exported(
      page([{ type: "TEXT", name: "Side", x: 100, y: 150, width: 80, height: 40, rotation: 90 }]),
    );
    expect(box(layers[0]!)).toEqual([0.25, 0.35, 0.1, 0.4]);
  });

  test("of layers in a turned frame are parts of the box around it", async () => {
    const { layers } = await exported(
      page([{ type: "TEXT", name: "Title", x: 0, y: 0, width: 200, height: 100 }], { rotation: 90 }),
    );
    // What was the left half of the top is now the lower half of the left.
    expect(box(layers[0]!)).toEqual([0, 0.5, 0.5, 0.5]);
  });

  test("end where the frame or a clipping frame in between ends", async () => {
    const card: NodeSpec = {
      ...{ type: "FRAME", name: "Card", x: 100, y: 100, width: 100, height: 50 },
      children: [
        { type: "TEXT", name: "Long", x: 50, y: 10, width: 500, height: 20 },
        { type: "TEXT", name: "Below", x: 0, y: 60, width: 50, height: 20 },
      ],
    };
    const out: NodeSpec = { type: "TEXT", name: "Out", x: -50, y: -10, width: 100, height: 30 };
    const { layers } = await exported(page([out, card]));
    expect(layers.map(({ region }) => region.name)).toEqual(["Out", "Card", "Long"]);
    expect(box(layers[0]!)).toEqual([0, 0, 0.125, 0.1]);
    expect(box(layers[2]!)).toEqual([0.375, 0.55, 0.125, 0.1]);
  });

  test("go beyond a frame that does not clip", async () => {
    const card: NodeSpec = {
      ...{ type: "FRAME", name: "Card", x: 100, y: 100, width: 100, height: 50, clipsContent: false },
      children: [{ type: "TEXT", name: "Long", x: 50, y: 10, width: 200, height: 20 }],
    };
    expect(box((await exported(page([card]))).layers[1]!)).toEqual([0.375, 0.55, 0.5, 0.1]);
  });

  test("of a turned layer at the edge are what is left of its outline", async () => {
    const { layers } = await exported(
      page([{ type: "TEXT", name: "Star", x: -40, y: 0, width: 80, height: 80, rotation: 45 }]),
    );
    const { region } = layers[0]!;
    if (!("points" in region)) throw new Error("it is a rectangle");
    for (const [x, y] of region.points) {
      expect(x).toBeGreaterThanOrEqual(0);
      expect(y).toBeGreaterThanOrEqual(0);
      expect(Math.max(x, y)).toBeLessThanOrEqual(1);
    }
  });
});

describe("which layers", () => {
  const text = (name: string, more: Partial<NodeSpec> = {}): NodeSpec => ({
    ...{ type: "TEXT", name, x: 10, y: 10, width: 50, height: 20 },
    ...more,
  });

  test("hidden ones and what is in them are not seen", async () => {
    const hidden: NodeSpec = { ...page([text("Inside")]), name: "Menu", visible: false };
    const clear: NodeSpec = { ...page([text("Faint")]), name: "Ghost", opacity: 0 };
    expect(names(await exported(page([hidden, clear, text("Seen"), text("No", { visible: false })]))))
      .toEqual(["Seen"]);
  });

  test("unnamed boxes are left out, but not what is in them", async () => {
    const frame: NodeSpec = {
      ...{ type: "FRAME", name: "Frame 12", width: 300, height: 100 },
      children: [text("Title"), { type: "RECTANGLE", name: "Rectangle 3", width: 60, height: 60 }],
    };
    expect(names(await exported(page([frame])))).toEqual(["Title"]);
  });

  test("a background is not measured", async () => {
    const back: NodeSpec = { type: "RECTANGLE", name: "Background", width: 400, height: 196 };
    expect(names(await exported(page([back, text("Title")])))).toEqual(["Title"]);
  });

  test("are as deep and as large as the settings say", async () => {
    const nest = (levels: number): NodeSpec => ({
      ...{ type: "FRAME", name: `Level ${levels}`, width: 300, height: 150 },
      children: levels > 1 ? [nest(levels - 1)] : [text("Tiny", { width: 9, height: 9 })],
    });
    const all = { depth: 6, minimumSize: 1 };
    expect(names(await exported(page([nest(4)]), all))).toHaveLength(5);
    expect(names(await exported(page([nest(4)]), { ...all, depth: 2 }))).toHaveLength(2);
    expect(names(await exported(page([nest(4)]), { ...all, minimumSize: 10 }))).toHaveLength(4);
  });

  test("are of a kind", async () => {
    const kinds = await exported(
      page([
        text("Text"),
        { type: "INSTANCE", name: "Button/Primary", width: 80, height: 40 },
        { type: "INSTANCE", name: "Avatar", width: 80, height: 40 },
        { type: "FRAME", name: "Open", width: 80, height: 40, clickable: true },
        { type: "RECTANGLE", name: "Photo", width: 80, height: 40, fill: "image" },
        { type: "FRAME", name: "Card", width: 80, height: 40, fill: "#ffffff" },
      ]),
    );
    expect(kinds.layers.map(({ kind }) => kind)).toEqual([
      ...["text", "button", "component", "button", "image", "layer"],
    ]);
  });

  test("of one name get numbers, whatever is taken", async () => {
    const card = [text("Card"), text("Card (2)"), text("Card"), text(" Card ")];
    expect(names(await exported(page(card)))).toEqual(["Card", "Card (2)", "Card (3)", "Card (4)"]);
  });

  test("that are too many are the largest, in their order", async () => {
    const many = Array.from({ length: 230 }, (_, index) =>
      text(`T${index}`, { width: 20 + index, height: 20 }),
    );
    const { layers, leftOut } = await exported(page(many));
    expect(leftOut).toBe(30);
    expect(layers).toHaveLength(200);
    expect(layers[0]!.region.name).toBe("T30");
  });

  test("of auto-layout are where it puts them, and what an instance hides is skipped", async () => {
    const stack: NodeSpec = {
      ...{ type: "INSTANCE", name: "List", width: 400, layoutMode: "VERTICAL", itemSpacing: 10 },
      children: [
        text("One", { width: 100, height: 40 }),
        text("Two", { width: 100, height: 40, visible: false }),
        text("Three", { width: 100, height: 40 }),
      ],
    };
    const { layers } = await exported(page([stack]));
    expect(layers.map(({ region }) => region.name)).toEqual(["List", "One", "Three"]);
    expect(box(layers[2]!)).toEqual([0.025, 0.25, 0.25, 0.2]);
  });
});

describe("the domain", () => {
  const guess = async (width: number, height: number, children: NodeSpec[] = []) =>
    (await exported(page(children, { width, height }))).domain;

  test("is guessed where the size is telling", async () => {
    expect(await guess(390, 844)).toBe("mobile");
    expect(await guess(1440, 1024)).toBe("web");
    expect(await guess(595, 842)).toBe("poster");
    expect(await guess(1123, 1587)).toBe("poster");
    expect(await guess(600, 500)).toBe("auto");
    expect(await guess(320, 200)).toBe("auto");
  });

  test("is a photo where there is nothing but a picture", async () => {
    const photo: NodeSpec = { type: "RECTANGLE", name: "P", width: 1440, height: 900, fill: "image" };
    expect(await guess(1440, 900, [photo])).toBe("photo");
  });
});

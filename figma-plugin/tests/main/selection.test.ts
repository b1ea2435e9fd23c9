import { expect, test } from "vitest";
import type { NodeSpec } from "../fake/node";
import { start } from "./plugin";

const text: NodeSpec = { type: "TEXT", name: "Title", width: 50, height: 20 };
const left: NodeSpec = {
  ...{ type: "FRAME", name: "Left", x: 0, width: 300, height: 300 },
  children: [{ type: "FRAME", name: "Card", width: 100, height: 100, children: [text] }],
};
const right: NodeSpec = { type: "FRAME", name: "Right", x: 500, width: 300, height: 300 };

async function selected(children: NodeSpec[], ...names: string[]): Promise<string[]> {
  const { figma, events } = await start(children);
  figma.select(...names);
  const last = events.at(-1);
  return last?.event === "selection" ? last.targets.map(({ name }) => name) : [];
}

test("nothing selected is no frame", async () => {
  expect(await selected([left])).toEqual([]);
});

test("frames come from left to right, each once", async () => {
  expect(await selected([right, left], "Right", "Left", "Title")).toEqual(["Left", "Right"]);
});

test("a frame inside is itself, other layers are the outermost frame around them", async () => {
  expect(await selected([left], "Card")).toEqual(["Card"]);
  expect(await selected([left], "Title")).toEqual(["Left"]);
});

test("what is in no frame is none", async () => {
  expect(await selected([text, left], "Title")).toEqual([]);
});

test("a section stands for its frames, also those in sections in it", async () => {
  const inner: NodeSpec = { type: "SECTION", name: "Inner", x: 400, children: [right] };
  const section: NodeSpec = { type: "SECTION", name: "Outer", children: [left, text, inner] };
  expect(await selected([section], "Outer")).toEqual(["Left", "Right"]);
});

test("a component set stands for its variants", async () => {
  const variant = (name: string, x: number): NodeSpec => ({ type: "COMPONENT", name, x });
  const set: NodeSpec = {
    ...{ type: "COMPONENT_SET", name: "Hero" },
    children: [variant("Size=Small", 0), variant("Size=Large", 200)],
  };
  expect(await selected([set], "Hero")).toEqual(["Size=Small", "Size=Large"]);
});

test("another page brings its own selection", async () => {
  const { figma, events } = await start([left], { more: [{ name: "Page 2", children: [] }] });
  figma.select("Left");
  figma.goTo("Page 2");
  expect(events.at(-1)).toEqual({ event: "selection", targets: [] });
});

test("the start tells settings, command and selection", async () => {
  const { call } = await start([left], {
    command: "compare",
    settings: { server: "https://a.example" },
    prepare: (figma) => figma.select("Left"),
  });
  const answer = await call("start", null);
  expect(answer.settings.server).toBe("https://a.example");
  expect(answer.command).toBe("compare");
  expect(answer.targets.map(({ name }) => name)).toEqual(["Left"]);
});

test("a row's layer is selected and shown, on its own page", async () => {
  const { figma, call } = await start([left], { more: [{ name: "Page 2", children: [] }] });
  const layer = figma.named("Title");
  figma.goTo("Page 2");
  await call("selectLayer", { layer: layer.id });
  expect(figma.currentPage.name).toBe("Page 1");
  expect(figma.currentPage.selection.map(({ id }) => id)).toEqual([layer.id]);
  expect(figma.shown.map(({ id }) => id)).toEqual([layer.id]);
  layer.remove();
  await expect(call("selectLayer", { layer: layer.id })).rejects.toThrow("deleted");
});

test("the key goes to this computer's storage and nowhere into the document", async () => {
  const { figma, call } = await start([left]);
  const before = JSON.stringify(figma.root.describe());
  const { settings } = await call("start", null);
  await call("save", { ...settings, key: "gzc_secret" });
  expect(figma.stored.get("settings")).toMatchObject({ key: "gzc_secret" });
  expect((await call("start", null)).settings.key).toBe("gzc_secret");
  expect(JSON.stringify(figma.root.describe())).toBe(before);
});

test("settings of an older version are completed", async () => {
  const { call } = await start([left], { stored: { settings: { server: "http://old" } } });
  expect((await call("start", null)).settings).toMatchObject({ server: "http://old", depth: 3 });
});

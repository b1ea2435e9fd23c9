import { expect, test } from "vitest";
import type { FakeFigma } from "../fake/figma";
import type { NodeSpec } from "../fake/node";
import { PNG, start } from "./plugin";

const frame: NodeSpec = {
  ...{ type: "FRAME", name: "Home", x: 30, y: 40, width: 300, height: 200 },
  children: [{ type: "TEXT", name: "Title", x: 10, y: 10, width: 100, height: 20 }],
};
const section: NodeSpec = { type: "SECTION", name: "Flow", x: 1000, y: 2000, children: [frame] };

const overlays = (figma: FakeFigma) =>
  figma.currentPage.children.filter(({ name }) => name.startsWith("Attention"));

test("lies locked on the page, exactly over the frame, with its picture", async () => {
  const { figma, call } = await start([section]);
  const inside = JSON.stringify(figma.named("Flow").describe());
  await call("showOverlay", { frame: figma.named("Home").id, png: PNG });
  const [overlay] = overlays(figma);
  expect(overlay).toMatchObject({
    ...{ type: "RECTANGLE", name: "Attention · Home", locked: true },
    ...{ x: 1030, y: 2040, width: 300, height: 200, opacity: 1 },
  });
  const fill = overlay!.fills[0];
  expect(fill).toMatchObject({ type: "IMAGE", scaleMode: "FILL" });
  expect(figma.images.get(fill?.type === "IMAGE" ? fill.imageHash! : "")).toEqual(PNG);
  expect(JSON.stringify(figma.named("Flow").describe())).toBe(inside);
  expect(figma.undoSteps).toBe(1);
});

test("covers the box of a turned frame", async () => {
  const { figma, call } = await start([{ ...frame, rotation: 90 }]);
  await call("showOverlay", { frame: figma.named("Home").id, png: PNG });
  const [overlay] = overlays(figma);
  expect(overlay!.width).toBeCloseTo(200, 9);
  expect(overlay!.height).toBeCloseTo(300, 9);
  expect(overlay!.y).toBeCloseTo(40 - 300, 9);
});

test("a new one takes the old one's place, and others stay", async () => {
  const { figma, call } = await start([frame, { ...frame, name: "Shop", x: 900 }]);
  const [home, shop] = ["Home", "Shop"].map((name) => ({ frame: figma.named(name).id, png: PNG }));
  await call("showOverlay", home!);
  await call("showOverlay", shop!);
  await call("showOverlay", home!);
  expect(overlays(figma)).toHaveLength(2);
  await call("removeOverlay", { frame: home!.frame });
  expect(overlays(figma).map(({ name }) => name)).toEqual(["Attention · Shop"]);
});

test("an overlay of one frame is not taken for that of another with a longer id", async () => {
  const many = Array.from({ length: 12 }, (_, index) => ({ ...frame, name: `F${index}` }));
  const { figma, call } = await start(many);
  for (const { name } of many) await call("showOverlay", { frame: figma.named(name).id, png: PNG });
  expect(overlays(figma)).toHaveLength(12);
});

test("goes to the frame's page when another one is open", async () => {
  const { figma, call } = await start([frame], { more: [{ name: "Page 2", children: [] }] });
  const home = figma.named("Home");
  figma.goTo("Page 2");
  await call("showOverlay", { frame: home.id, png: PNG });
  expect(figma.currentPage.children).toEqual([]);
  figma.goTo("Page 1");
  expect(overlays(figma)).toHaveLength(1);
});

test("a picture that Figma refuses leaves the old overlay, and no empty one", async () => {
  const { figma, call } = await start([frame]);
  const home = figma.named("Home").id;
  await call("showOverlay", { frame: home, png: PNG });
  const broken = call("showOverlay", { frame: home, png: new Uint8Array(3) });
  await expect(broken).rejects.toThrow("unsupported");
  expect(overlays(figma)).toHaveLength(1);
});

test("the menu's command removes all of a page and closes", async () => {
  const { figma } = await start([frame], {
    command: "clear",
    prepare: (figma) => {
      const mine = figma.api.createRectangle();
      mine.setPluginData("gazecast", "overlay:1:9");
      figma.api.createRectangle().name = "Mine";
    },
  });
  expect(figma.closed).toBe("Removed: 1.");
  expect(figma.currentPage.children.map(({ name }) => name)).toEqual(["Home", "Mine"]);
});

test("edits of the frame and of what is in it are told, others and the overlay are not", async () => {
  const { figma, events, call } = await start([frame, { ...frame, name: "Other", x: 900 }]);
  const home = figma.named("Home");
  await call("export", { frame: home.id });
  await call("showOverlay", { frame: home.id, png: PNG });
  figma.named("Other").x = 1000;
  expect(events).toEqual([]);
  const title = home.children[0]!;
  title.x = 20;
  expect(events).toEqual([{ event: "edited", frames: [home.id] }]);
  title.remove();
  expect(events).toHaveLength(2);
  home.remove();
  expect(events).toHaveLength(3);
});

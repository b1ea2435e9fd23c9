import { expect, test } from "vitest";
import type { NodeSpec } from "../fake/node";
import { heldRender, start } from "./plugin";

const frame = (name: string, width: number, height: number, more: Partial<NodeSpec> = {}) =>
  ({ type: "FRAME", name, width, height, ...more }) satisfies NodeSpec;

test.each([
  [1440, 900, 1],
  [8192, 4000, 0.5],
  [1000, 16384, 0.25],
])("a frame of %d × %d is exported at scale %d", async (width, height, scale) => {
  const { figma, call } = await start([frame("F", width, height)]);
  await call("export", { frame: figma.named("F").id });
  expect(figma.exports[0]!.settings).toEqual({
    format: "PNG",
    constraint: { type: "SCALE", value: scale },
    useAbsoluteBounds: true,
    colorProfile: "SRGB",
  });
});

test("a turned frame is scaled by the box around it", async () => {
  const { figma, call } = await start([frame("F", 4096, 4096, { rotation: 45 })]);
  await call("export", { frame: figma.named("F").id });
  const { constraint } = figma.exports[0]!.settings;
  expect(constraint?.value).toBeCloseTo(Math.SQRT1_2, 9);
});

test.each([
  [frame("Dot", 8, 300), "“Dot” is 8 × 300 px, too small"],
  [frame("Gone", 300, 300, { visible: false }), "“Gone” is hidden"],
])("$name is refused with what to do", async (spec, message) => {
  const { figma, call } = await start([spec]);
  await expect(call("export", { frame: figma.named(spec.name).id })).rejects.toThrow(message);
});

test("a frame in a hidden frame is refused", async () => {
  const outer = frame("Outer", 500, 500, { visible: false, children: [frame("In", 100, 100)] });
  const { figma, call } = await start([outer]);
  await expect(call("export", { frame: figma.named("In").id })).rejects.toThrow("hidden");
});

test("a frame that was deleted is told, before and in the middle", async () => {
  const { render, started, release } = heldRender();
  const { figma, call } = await start([frame("F", 100, 100)], { render });
  const node = figma.named("F");
  const running = call("export", { frame: node.id });
  await started;
  node.remove();
  release();
  await expect(running).rejects.toThrow("Figma could not export “F”");
  await expect(call("export", { frame: node.id })).rejects.toThrow("was deleted");
});

test("an export goes on when the page is switched in the middle", async () => {
  const { render, started, release } = heldRender();
  const { figma, call } = await start([frame("F", 100, 100)], {
    render,
    more: [{ name: "Page 2", children: [] }],
  });
  const running = call("export", { frame: figma.named("F").id });
  await started;
  figma.goTo("Page 2");
  release();
  expect((await running).frame.name).toBe("F");
});

/** What the buttons do: fetch frames from the document, ask the server, and note the outcome. */

import type { DomainChoice, Export, Settings } from "../protocol";
import { decodeDensity } from "../../../serve/gazecast/serve/studio/web/density.js";
import { call } from "./bridge";
import { overlayPng } from "./heat";
import type { Asked, Work } from "./server";
import { commonNames, compare, predict, ServerError, testConnection } from "./server";
import type { Analysis, Comparison, Side } from "./state";
import { state } from "./state";

let rendered: () => void = () => undefined;

/** Sets what shows the state after each change. */
export function onChange(render: () => void): void {
  rendered = render;
}

/** Analyses frames one after the other. One that fails does not stop the others, unless they would
 * fail alike. */
export async function analyse(frames: readonly string[]): Promise<void> {
  state.whatIf = null;
  await run(frames.length, async (work, step) => {
    for (const frame of frames) {
      try {
        await analyseFrame(frame, work);
      } catch (error) {
        if (work.signal.aborted || (error instanceof ServerError && error.everywhere)) throw error;
        state.errors.push(textOf(error));
      }
      step();
    }
  });
}

async function analyseFrame(frame: string, work: Work): Promise<void> {
  work.note("Exporting from Figma");
  const exported = await call("export", { frame });
  work.signal.throwIfAborted();
  state.edited.delete(frame);
  const goal = exported.layers.find(({ id }) => id === state.analyses.get(frame)?.goal) ?? null;
  const { name } = exported.frame;
  work.note(`${name}: predicting`);
  const asked = askedFor([exported], goal?.region.name ?? null);
  const answer = await predict(state.settings, exported, asked, work);
  work.note(`${name}: drawing`);
  const box = await sizeOf(exported);
  const png = await overlayPng(await decodeDensity(answer.density), box.width, box.height);
  work.signal.throwIfAborted();
  await call("showOverlay", { frame, png });
  state.analyses.set(frame, { exported, answer, goal: goal?.id ?? null });
  state.shown = frame;
}

/** Of the picture: that of a turned frame has other sides than the frame. */
async function sizeOf({ png }: Export): Promise<{ width: number; height: number }> {
  const bitmap = await createImageBitmap(new Blob([png], { type: "image/png" }));
  const { width, height } = bitmap;
  bitmap.close();
  return { width, height };
}

export async function removeOverlay(frame: string): Promise<void> {
  await attempt(async () => {
    await call("removeOverlay", { frame });
    state.analyses.delete(frame);
    state.shown = [...state.analyses.keys()].at(-1) ?? null;
  });
}

export async function selectLayer(layer: string): Promise<void> {
  await attempt(() => call("selectLayer", { layer }));
}

/** Marks a layer as the one that should be seen, or no longer, and asks again. */
export async function toggleGoal(analysis: Analysis, layer: string): Promise<void> {
  analysis.goal = analysis.goal === layer ? null : layer;
  await analyse([analysis.exported.frame.id]);
}

/** The frame beside itself with one layer hidden. */
export async function whatIf(analysis: Analysis, layer: string): Promise<void> {
  const { frame, layers } = analysis.exported;
  const hidden = layers.find(({ id }) => id === layer)!.region.name;
  await run(3, async (work, step) => {
    work.note(`${frame.name}: exporting it with and without “${hidden}”`);
    const before = await call("export", { frame: frame.id });
    work.signal.throwIfAborted();
    const after = await call("exportWithout", { frame: frame.id, layer });
    work.signal.throwIfAborted();
    step();
    const goal = before.layers.find(({ id }) => id === analysis.goal && id !== layer);
    const names = ["As it is", `Without ${hidden}`];
    const compared = await comparison([before, after], names, goal?.region.name ?? null, work);
    state.whatIf = { ...compared, hidden };
  });
}

export async function compareFrames(frames: readonly string[]): Promise<void> {
  await run(frames.length + 1, async (work, step) => {
    const exports: Export[] = [];
    for (const frame of frames) {
      work.note("Exporting from Figma");
      exports.push(await call("export", { frame }));
      work.signal.throwIfAborted();
      step();
    }
    if (!commonNames(exports).includes(state.comparedGoal)) state.comparedGoal = "";
    const names = numbered(exports.map(({ frame }) => frame.name));
    state.comparison = await comparison(exports, names, state.comparedGoal || null, work);
  });
}

async function comparison(
  exports: readonly Export[],
  names: readonly string[],
  goal: string | null,
  work: Work,
): Promise<Comparison> {
  work.note("Comparing");
  const asked = askedFor(exports, goal);
  const answer = await compare(state.settings, exports, asked, work);
  const sides: Side[] = [];
  for (const [index, exported] of exports.entries()) {
    work.note(`Predicting ${names[index]!}`);
    // Of the same kind as in the comparison, which decides for all frames together.
    const alike = { ...asked, domain: answer.domain.name, goal: null };
    const predicted = await predict(state.settings, exported, alike, work);
    sides.push({ exported, name: names[index]!, density: await decodeDensity(predicted.density) });
  }
  return { sides, answer };
}

function askedFor(frames: readonly Export[], goal: string | null): Asked {
  const { window, domain } = state.settings;
  return { window, domain: domain === "frame" ? commonDomain(frames) : domain, goal };
}

function commonDomain(frames: readonly Export[]): DomainChoice {
  const guesses = new Set(frames.map(({ domain }) => domain));
  return guesses.size === 1 ? frames[0]!.domain : "auto";
}

function numbered(names: readonly string[]): string[] {
  return names.map((name, index) =>
    names.indexOf(name) === names.lastIndexOf(name) ? name : `${name} (${index + 1})`,
  );
}

export async function saveSettings(changed: Partial<Settings>): Promise<void> {
  state.settings = { ...state.settings, ...changed };
  state.connection = null;
  await attempt(() => call("save", state.settings));
}

export async function checkConnection(): Promise<void> {
  state.connection = { ok: true, text: "Asking the server…" };
  rendered();
  try {
    const { name, version } = await testConnection(state.settings);
    state.connection = { ok: true, text: `Connected: model ${name} ${version}.` };
  } catch (error) {
    state.connection = { ok: false, text: textOf(error) };
  }
  rendered();
}

/** Runs work that shows its progress and can be cancelled; one at a time. */
async function run(
  steps: number,
  work: (work: Work, step: () => void) => Promise<void>,
): Promise<void> {
  if (state.progress) return;
  const controller = new AbortController();
  const progress = {
    ...{ done: 0, of: steps, note: "" },
    cancel: () => {
      controller.abort();
      void call("cancel", null);
    },
  };
  state.progress = progress;
  state.errors = [];
  const note = (what: string) => {
    progress.note = what;
    rendered();
  };
  const step = () => {
    progress.done++;
    rendered();
  };
  try {
    await work({ signal: controller.signal, note }, step);
  } catch (error) {
    if (!controller.signal.aborted) state.errors.push(textOf(error));
  }
  state.progress = null;
  rendered();
}

async function attempt(work: () => Promise<unknown>): Promise<void> {
  state.errors = [];
  try {
    await work();
  } catch (error) {
    state.errors = [textOf(error)];
  }
  rendered();
}

function textOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

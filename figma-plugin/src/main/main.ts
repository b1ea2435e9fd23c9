/** The plugin's main thread: does in the document what the window asks for. */

import type { Call, CallName, Calls, Command, Event, Reply } from "../protocol";
import { listen, watch } from "./edits";
import { exportFrame } from "./export";
import { removeAllOverlays, removeOverlay, showOverlay } from "./overlay";
import { loadSettings, saveSettings } from "./settings";
import { findFrame, pageOf, targetOf, targetsOf } from "./targets";
import { exportWithout, removeCopies, sweep } from "./whatif";

type Handlers = {
  [Name in CallName]: (argument: Calls[Name]["argument"]) => Promise<Calls[Name]["answer"]>;
};

const handlers: Handlers = {
  async start() {
    return { settings: await loadSettings(), command: figma.command as Command, targets: targets() };
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
  },
};

async function answer(call: Call): Promise<Reply> {
  try {
    // Which handler goes with which argument is for the caller to get right; `Calls` checks it.
    const handler = handlers[call.name] as (argument: unknown) => Promise<unknown>;
    return { number: call.number, answer: await handler(call.argument) };
  } catch (error) {
    return { number: call.number, error: error instanceof Error ? error.message : String(error) };
  }
}

function targets() {
  return targetsOf(figma.currentPage.selection).map(targetOf);
}

function tell(event: Event): void {
  figma.ui.postMessage(event);
}

function openWindow(): void {
  figma.showUI(__html__, { width: 480, height: 680, themeColors: true });
  figma.ui.onmessage = async (call: Call) => {
    figma.ui.postMessage(await answer(call));
  };
  figma.on("selectionchange", () => tell({ event: "selection", targets: targets() }));
  const edited = (frames: string[]) => tell({ event: "edited", frames });
  let ignorePage = listen(figma.currentPage, edited);
  figma.on("currentpagechange", () => {
    ignorePage();
    ignorePage = listen(figma.currentPage, edited);
    sweep(figma.currentPage);
    tell({ event: "selection", targets: targets() });
  });
}

// Hidden layers of instances are no part of what is seen, and there may be thousands.
figma.skipInvisibleInstanceChildren = true;
figma.on("close", removeCopies);
sweep(figma.currentPage);
if (figma.command === "clear") {
  const count = removeAllOverlays(figma.currentPage);
  figma.closePlugin(
    count === 0 ? "There are no attention overlays on this page." : `Removed: ${count}.`,
  );
} else {
  openWindow();
}

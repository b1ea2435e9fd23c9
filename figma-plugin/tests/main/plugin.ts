/** Runs the main thread against the stand-in for Figma, with the test in the window's place. */

import { vi } from "vitest";
import type { CallName, Calls, Event, Reply, Settings } from "../../src/protocol";
import { DEFAULTS } from "../../src/protocol";
import type { FakeOptions, Render } from "../fake/figma";
import { FakeFigma } from "../fake/figma";
import type { NodeSpec } from "../fake/node";

export const PNG = new Uint8Array([0x89, 0x50, 0x4e, 0x47]);

export interface Plugin {
  figma: FakeFigma;
  events: Event[];
  call: <Name extends CallName>(
    name: Name,
    argument: Calls[Name]["argument"],
  ) => Promise<Calls[Name]["answer"]>;
}

interface Options extends Partial<Omit<FakeOptions, "pages">> {
  settings?: Partial<Settings>;
  /** Further pages, after the one with `children`. */
  more?: FakeOptions["pages"];
  /** Before the main thread starts. */
  prepare?: (figma: FakeFigma) => void;
}

export async function start(children: NodeSpec[], options: Options = {}): Promise<Plugin> {
  const { settings, more, prepare, ...rest } = options;
  const events: Event[] = [];
  const replies = new Map<number, Reply>();
  const figma = new FakeFigma({
    pages: [{ name: "Page 1", children }, ...(more ?? [])],
    stored: { settings: { ...DEFAULTS, ...settings } },
    render: async () => PNG,
    toWindow: (message) => {
      if ("event" in (message as object)) events.push(message as Event);
      else replies.set((message as Reply).number, message as Reply);
    },
    ...rest,
  });
  prepare?.(figma);
  vi.stubGlobal("figma", figma.api);
  vi.stubGlobal("__html__", "<p>the window</p>");
  vi.resetModules();
  await import("../../src/main/main");
  let number = 0;
  return {
    figma,
    events,
    async call(name, argument) {
      const own = number++;
      await figma.fromWindow({ number: own, name, argument });
      const reply = replies.get(own)!;
      if ("error" in reply) throw new Error(reply.error);
      return reply.answer as Calls[typeof name]["answer"];
    },
  };
}

/** A renderer that waits until the test lets it go on. */
export function heldRender(): { render: Render; started: Promise<void>; release: () => void } {
  let [begin, release] = [() => {}, () => {}];
  const started = new Promise<void>((resolve) => (begin = resolve));
  const held = new Promise<void>((resolve) => (release = resolve));
  const render = async () => {
    begin();
    await held;
    return PNG;
  };
  return { render, started, release };
}

/** What the window knows; views show it, actions change it. */

import type { Comparison as Compared, Report } from "answers";
import type { Density } from "../../../serve/gazecast/serve/studio/web/density.js";
import type { Export, Settings, Target } from "../protocol";
import { DEFAULTS } from "../protocol";

export type Tab = "analyse" | "compare" | "settings";

/** One frame's prediction, or why there is none. */
export interface Analysis {
  exported: Export;
  answer: Report;
  /** Id of the layer that should be seen. */
  goal: string | null;
}

export interface Side {
  exported: Export;
  /** What it is called here; no two sides are called the same. */
  name: string;
  density: Density;
}

export interface Comparison {
  sides: Side[];
  answer: Compared;
}

export interface Progress {
  /** Steps that are done, of how many. */
  done: number;
  of: number;
  note: string;
  cancel: () => void;
}

export interface State {
  tab: Tab;
  settings: Settings;
  /** Frames that are selected. */
  targets: Target[];
  progress: Progress | null;
  /** What went wrong last, each of it with what to do. */
  errors: string[];
  /** By frame, in the order in which they were analysed. */
  analyses: Map<string, Analysis>;
  /** The frame whose analysis is shown. */
  shown: string | null;
  /** Frames that were edited since they were analysed. */
  edited: Set<string>;
  /** One frame, as it is and with a layer hidden. */
  whatIf: (Comparison & { hidden: string }) | null;
  comparison: Comparison | null;
  /** Name of the layer that should be seen in a comparison; empty for none. */
  comparedGoal: string;
  /** What the test of the connection said. */
  connection: { ok: boolean; text: string } | null;
}

export const state: State = {
  tab: "analyse",
  settings: DEFAULTS,
  targets: [],
  progress: null,
  errors: [],
  analyses: new Map(),
  shown: null,
  edited: new Set(),
  whatIf: null,
  comparison: null,
  comparedGoal: "",
  connection: null,
};

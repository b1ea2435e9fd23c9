/** What of the server's answers is shown; serve/gazecast/serve/schemas.py says what it means. */

import type { Domain, Window } from "../protocol";

export interface Problem {
  status: number;
  detail: string;
  remedy: string;
}

export interface DensityAnswer {
  width: number;
  height: number;
  data: string;
  scale: number;
}

export interface Interval {
  low: number;
  high: number;
  observers: number;
}

export interface RegionAnswer {
  name: string;
  share: number;
  interval: Interval | null;
  intensity: number;
  seen: Record<Window, number> | null;
  contrast: number | null;
}

export interface Finding {
  observation: string;
  hypothesis: string;
  suggestion: string;
}

export interface DomainAnswer {
  name: Domain;
  validation: string;
}

export interface Unfamiliar {
  warning: string | null;
}

export interface PredictionAnswer {
  window: Window;
  domain: DomainAnswer;
  accuracy: string;
  unfamiliar: Unfamiliar;
  regions: RegionAnswer[];
  intended_order: { outranking: string[] } | null;
  scores: {
    focus: number;
    half_area: number;
    clarity: number | null;
    reference_set: string | null;
  };
  findings: Finding[];
  density: DensityAnswer;
  notice: string;
}

export interface RegionComparison {
  name: string;
  verdict: string;
  probability: number;
  shares: Record<string, { share: number; low: number; high: number }>;
}

export interface ComparisonAnswer {
  verdict: string;
  probability: number;
  regions: RegionComparison[];
  unmatched: string[];
  automatic: boolean;
  goal_region: string | null;
  window: Window;
  domain: DomainAnswer;
  variants: { name: string; unfamiliar: Unfamiliar }[];
  notice: string;
}

export interface ModelAnswer {
  name: string;
  version: string;
}

/** Everything training must remember between two steps, so that it can be put down and taken up again bit for bit. */
import type { Snapshot } from "../engine/engine.ts";
import type { Parameters } from "../ranker/ranker-spec.ts";
import { type EarlyStoppingState, nothingObserved } from "./early-stopping.ts";

export interface TrainingState {
  /** Epoch in progress, from 0. */
  readonly epoch: number;
  /** Steps done in it. */
  readonly step: number;
  /** Sum over its samples so far of the loss before each update, added step by step. */
  readonly lossSum: number;
  /** Spent on its training steps so far. */
  readonly seconds: number;
  readonly selection: EarlyStoppingState;
  /** The best epoch so far; null before validation chose one. */
  readonly best: KeptEpoch | null;
  /** Parameters after the epoch before, for diagnostics; null when those are off or there was none. */
  readonly previous: Parameters | null;
  /** Parameters when LAWN began to constrain, for diagnostics. */
  readonly atSwitch: Parameters | null;
}

export interface KeptEpoch {
  /** From 1. */
  readonly epoch: number;
  readonly metrics: Readonly<Record<string, number>>;
  readonly parameters: Parameters;
  /** Null unless the plan keeps it. */
  readonly optimizer: Snapshot["optimizer"];
}

/** A state together with the session's own. */
export interface ResumePoint extends TrainingState {
  readonly snapshot: Snapshot;
}

export const beginning: TrainingState = {
  epoch: 0,
  step: 0,
  lossSum: 0,
  seconds: 0,
  selection: nothingObserved,
  best: null,
  previous: null,
  atSwitch: null,
};

/** What a training pass is to do, and the effects it is given: values in, callbacks out. */
import type { Parameters } from "../ranker/ranker-spec.ts";
import type { Scorer } from "../ranker/scorer.ts";
import type { EpochRecord } from "../runs/training-log.ts";
import type { Diagnostics } from "./diagnostics.ts";
import type { ResumePoint } from "./training-state.ts";

export interface TrainingPlan {
  readonly pass: EpochRecord["pass"];
  /** At most this many. */
  readonly epochs: number;
  readonly stepsPerEpoch: number;
  readonly samplesPerEpoch: number;
  readonly batchSize: number;
  /** Of step 0, 1, 2, ... since the pass began. */
  readonly learningRate: (step: number) => number;
  /** Chooses the epoch; null keeps the last one. Patience may be Infinity. */
  readonly selection: { readonly metric: string; readonly patience: number } | null;
  readonly checkpointEveryEpochs: number;
  /** Within epochs too; null for no such checkpoints. */
  readonly checkpointEverySteps: number | null;
  /** Whether the optimizer's state of the chosen epoch is kept beside its parameters. */
  readonly keepsOptimizer: boolean;
  /** The step before which LAWN constrains every block at once; null when there is none such. */
  readonly switchStep: number | null;
}

export interface TrainingHooks {
  /** Monotonic milliseconds. */
  elapsed(): number;
  /** `scorer` is the session's, of the parameters as they are after the epoch. */
  readonly validate: ((scorer: Scorer, parameters: Parameters) => Promise<Readonly<Record<string, number>>>) | null;
  readonly diagnose: ((at: DiagnosedPoint) => Promise<Diagnostics>) | null;
  /** Called before the checkpoint of the epoch. */
  epochDone(record: EpochRecord): Promise<void>;
  checkpoint(point: ResumePoint): Promise<void>;
  progress(progress: StepProgress): void;
}

export interface DiagnosedPoint {
  readonly parameters: Parameters;
  readonly previous: Parameters | null;
  readonly atSwitch: Parameters | null;
}

export interface StepProgress {
  /** In progress, from 1. */
  readonly epoch: number;
  /** Done in this epoch. */
  readonly step: number;
  /** Mean over the epoch so far. */
  readonly loss: number;
  readonly samplesPerSecond: number;
}

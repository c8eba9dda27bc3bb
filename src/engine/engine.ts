/**
 * The coarse seam: one whole training step at a time, so that an engine may fuse all of it. Code outside
 * src/engine never asks which engine it has. Inside an engine, gradient and update stay separable: an all-reduce
 * may one day stand between them.
 */
import type { Batch } from "../dataset/batch.ts";
import type { BatchSource } from "../dataset/training-batches.ts";
import type { OptimizerConfig } from "../optimizer/optimizer-config.ts";
import type { OptimizerState } from "../optimizer/optimizer-state.ts";
import type { LossConfig } from "../ranker/loss.ts";
import type { Parameters, RankerSpec } from "../ranker/ranker-spec.ts";
import type { Scorer } from "../ranker/scorer.ts";
import type { Sides } from "../ranker/side.ts";
import type { Closable } from "./closable.ts";

export type EngineName = "reference" | "native" | "webgpu" | "tfjs";

export interface Engine {
  readonly name: EngineName;
  /** For people and manifests, such as "reference: plain loops, 1 thread, float32". */
  readonly description: string;
  /**
   * Copies what it is given but the columns of the source and of the sides, which must stay as they are while the
   * session lives; throws EngineError for a setting it cannot honour, and for columns that do not fit the ranker.
   */
  open(options: SessionOptions): Promise<TrainingSession>;
}

export interface SessionOptions {
  /** Its users and items are the rows of its tables. */
  readonly spec: RankerSpec;
  /**
   * What users and items are made of: weighted sums of rows, in every path and bias alike. Batches, source and scorer
   * speak of entities, which are the rows themselves where a side is null.
   */
  readonly sides: Sides;
  readonly loss: LossConfig;
  readonly start: Snapshot;
  readonly optimizer: OptimizerConfig;
  /**
   * L2 on the embeddings that a batch looks up, so that a row decays as often as it is seen: the gradient of
   * (embeddingDecay / 2) (|e_u|^2 + |e_i|^2) per scored pair, averaged as the loss is, joins the loss's gradient. A row
   * of a listwise batch looks its user up once, not once for each item. Where a side has features, e is the sum of the
   * entity's rows: what a logit sees decays, as strongly with many features as with none, and a common value no faster
   * than a rare one. The reported loss leaves it out, as it does weight decay. 0 for none, as with LAWN.
   */
  readonly embeddingDecay: number;
  /** Where `train` draws its batches; null for a session that only takes explicit batches. */
  readonly source: BatchSource | null;
}

/** Host copies, enough to resume bit for bit on the same engine. `optimizer` null means fresh state. */
export interface Snapshot {
  readonly parameters: Parameters;
  readonly optimizer: OptimizerState | null;
}

/** Consecutive steps of one epoch: firstStep, firstStep + 1, ... one per learning rate. */
export interface StepSpan {
  readonly epoch: number;
  readonly firstStep: number;
  readonly learningRates: Float64Array;
}

/** One ranker in training. Calls run one after another in the order they were made. Owns its memory until close(). */
export interface TrainingSession extends Closable {
  /**
   * One step on explicit columns; resolves to the mean loss of the batch before the update. Throws
   * EngineError on bad indices.
   */
  step(batch: Batch, learningRate: number): Promise<number>;
  /**
   * Steps on batches the engine draws itself: the same bits as `step(drawBatch(source, draws, s), rate)` for each in
   * turn, with one crossing into the engine. Resolves to the mean loss of each step's batch.
   */
  train(span: StepSpan): Promise<Float64Array>;
  /** Mean loss and its gradient for a batch; changes nothing. For diagnostics and contract tests. */
  gradient(batch: Batch): Promise<{ readonly loss: number; readonly gradient: Parameters }>;
  /** Scores with the parameters as they are at each call. */
  readonly scorer: Scorer;
  snapshot(): Promise<Snapshot>;
}

/** What one optimizer step trains on: columns of dense indices, checked by the engine that receives them. */
import type { LossName } from "../ranker/loss.ts";

/** Labelled pairs for one step of `bce`; every column has `length` rows. */
export interface PointwiseBatch {
  readonly kind: "pointwise";
  readonly length: number;
  readonly users: Uint32Array;
  readonly items: Uint32Array;
  /** 1 for an observed interaction, 0 for a sampled negative. */
  readonly labels: Float32Array;
  /** What each sample's loss is multiplied by, finite and at least 0; null where all count alike. */
  readonly weights: Float32Array | null;
}

/** A user, an item they took and one they did not, for one step of `bpr`; every column has `length` rows. */
export interface PairwiseBatch {
  readonly kind: "pairwise";
  readonly length: number;
  readonly users: Uint32Array;
  readonly positives: Uint32Array;
  readonly negatives: Uint32Array;
  /** As of a pointwise batch. */
  readonly weights: Float32Array | null;
}

/** A user, an item they took and the same number of others each, for one step of `softmax` or `ccl`. */
export interface ListwiseBatch {
  readonly kind: "listwise";
  readonly length: number;
  /** [length] */
  readonly users: Uint32Array;
  /** [length] */
  readonly positives: Uint32Array;
  /** [length, n], row-major; n at least 1 */
  readonly negatives: Uint32Array;
  /** [length], as of a pointwise batch. */
  readonly weights: Float32Array | null;
}

export type Batch = PointwiseBatch | PairwiseBatch | ListwiseBatch;

/** The kind of batch that a loss is computed on. */
export const batchKinds: Readonly<Record<LossName, Batch["kind"]>> = {
  bce: "pointwise",
  bpr: "pairwise",
  softmax: "listwise",
  ccl: "listwise",
};

/** n of a row of a listwise batch. */
export function negativesPerRow({ negatives, length }: ListwiseBatch): number {
  return negatives.length / length;
}

/** Calls `visit` for every pair that the batch scores, row by row; in a row the positive comes first. */
export function forEachPair(batch: Batch, visit: (user: number, item: number) => void): void {
  const { users, length } = batch;
  if (batch.kind === "pointwise") {
    for (let row = 0; row < length; row++) visit(users[row]!, batch.items[row]!);
    return;
  }
  const perRow = batch.negatives.length / length;
  for (let row = 0; row < length; row++) {
    visit(users[row]!, batch.positives[row]!);
    for (let j = 0; j < perRow; j++) visit(users[row]!, batch.negatives[row * perRow + j]!);
  }
}

/** What one optimizer step trains on: columns of dense indices, checked by the engine that receives them. */
import type { LossName } from "../ranker/loss.ts";
import type { IdDropout } from "./id-dropout.ts";

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
  /** Which users and items are without their ids; null where none is. */
  readonly idDropout: IdDropout | null;
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
  readonly idDropout: IdDropout | null;
}

/**
 * A user, an item they took and the same number of others each, for one step of `softmax` or `ccl`. Rows stand in
 * blocks that share their others; the last block may be short.
 */
export interface ListwiseBatch {
  readonly kind: "listwise";
  readonly length: number;
  /** [length] */
  readonly users: Uint32Array;
  /** [length] */
  readonly positives: Uint32Array;
  /** Rows of a block, at least 1: each row has its own negatives. */
  readonly blockRows: number;
  /** [blocks, n], row-major; n at least 1 */
  readonly negatives: Uint32Array;
  /** Negatives that a row leaves out, such as what its user has seen; null for none. */
  readonly masked: MaskedNegatives | null;
  /** [length], as of a pointwise batch. */
  readonly weights: Float32Array | null;
  readonly idDropout: IdDropout | null;
}

/** Row r leaves out negatives places[offsets[r] .. offsets[r + 1]) of its block, ascending. */
export interface MaskedNegatives {
  /** [length + 1] */
  readonly offsets: Uint32Array;
  readonly places: Uint32Array;
}

/** At most one other item a row: all that engines of pairs take. */
export type PairBatch = PointwiseBatch | PairwiseBatch;
export type Batch = PairBatch | ListwiseBatch;

/** The kind of batch that a loss is computed on. */
export const batchKinds: Readonly<Record<LossName, Batch["kind"]>> = {
  bce: "pointwise",
  bpr: "pairwise",
  softmax: "listwise",
  ccl: "listwise",
};

/** n of a block. */
export function negativesPerBlock({ negatives, length, blockRows }: ListwiseBatch): number {
  return negatives.length / Math.ceil(length / blockRows);
}

/** The negatives that a row is compared with. */
export function negativesOfRow(batch: PairwiseBatch | ListwiseBatch, row: number): Uint32Array {
  if (batch.kind === "pairwise") return batch.negatives.subarray(row, row + 1);
  const perBlock = negativesPerBlock(batch);
  const first = Math.floor(row / batch.blockRows) * perBlock;
  const all = batch.negatives.subarray(first, first + perBlock);
  if (batch.masked === null) return all;
  const { offsets, places } = batch.masked;
  const left = new Set(places.subarray(offsets[row], offsets[row + 1]));
  return left.size === 0 ? all : all.filter((_, place) => !left.has(place));
}

/** Every column of items that the batch looks up. */
export function itemColumnsOf(batch: Batch): readonly Uint32Array[] {
  return batch.kind === "pointwise" ? [batch.items] : [batch.positives, batch.negatives];
}

/** Calls `visit` for every pair that the batch compares, row by row; in a row the positive comes first. */
export function forEachPair(batch: Batch, visit: (user: number, item: number) => void): void {
  const { users, length } = batch;
  for (let row = 0; row < length; row++) {
    if (batch.kind === "pointwise") {
      visit(users[row]!, batch.items[row]!);
      continue;
    }
    visit(users[row]!, batch.positives[row]!);
    for (const negative of negativesOfRow(batch, row)) visit(users[row]!, negative);
  }
}

/** What batches of a session look like to the kernels, whatever their length: a program is made for one shape. */
import { type Batch, negativesPerBlock } from "../../../dataset/batch.ts";
import {
  type BatchSource,
  negativesOfBlock,
  rowsPerBlock,
  sharesNegatives,
} from "../../../dataset/training-batches.ts";
import type { LossName } from "../../../ranker/loss.ts";

export interface BatchShape {
  readonly loss: LossName;
  /** That a sample is compared with; 0 of labelled pairs. */
  readonly negatives: number;
  /** Samples that have their negatives in common; 0 where each has its own. */
  readonly blockRows: number;
  readonly isWeighted: boolean;
}

export function shapeOfBatch(batch: Batch, loss: LossName): BatchShape {
  const isWeighted = batch.weights !== null;
  if (batch.kind !== "listwise") {
    return { loss, negatives: batch.kind === "pairwise" ? 1 : 0, blockRows: 0, isWeighted };
  }
  const isShared = batch.blockRows > 1 || batch.masked !== null;
  return { loss, negatives: negativesPerBlock(batch), blockRows: isShared ? batch.blockRows : 0, isWeighted };
}

/** Of a drawn batch of `length` samples. */
export function shapeOfDrawn(source: BatchSource, length: number): BatchShape {
  const { loss, interactions } = source;
  const isWeighted = interactions.weights !== null;
  if (sharesNegatives(source)) {
    return { loss, negatives: negativesOfBlock(source, length), blockRows: rowsPerBlock(source), isWeighted };
  }
  const negatives = { bce: 0, bpr: 1, softmax: source.negativesPerPositive, ccl: source.negativesPerPositive }[loss];
  return { loss, negatives, blockRows: 0, isWeighted };
}

export function isSameShape(one: BatchShape, other: BatchShape): boolean {
  return (
    one.negatives === other.negatives &&
    one.blockRows === other.blockRows &&
    one.isWeighted === other.isWeighted &&
    one.loss === other.loss
  );
}

/** Whether the loss sees only differences of logits, or no common bias: everything but labelled pairs. */
export function isCompared({ negatives }: BatchShape): boolean {
  return negatives > 0;
}

export function isListwise({ loss }: BatchShape): boolean {
  return loss === "softmax" || loss === "ccl";
}

export function blocksOf({ blockRows }: BatchShape, samples: number): number {
  return blockRows === 0 ? 0 : Math.ceil(samples / blockRows);
}

/**
 * Pairs of so many samples. Each sample k is pair k with its item or positive; its j-th own negative is pair
 * (1 + j) samples + k, and the j-th of those that block b has in common is pair samples + b negatives + j, of no user.
 */
export function pairsOf(shape: BatchShape, samples: number): number {
  return shape.blockRows === 0 ? samples * (1 + shape.negatives) : samples + blocksOf(shape, samples) * shape.negatives;
}

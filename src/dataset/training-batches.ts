/**
 * Which samples each step of each epoch trains on: a pure function of (source, epoch, step), so any engine may
 * draw its own batches where its memory is, and any run may start at any step. This file is the plain twin of
 * every engine's drawing kernel.
 *
 * An epoch has `length` positives, each a row. Under `bce` a row gives 1 + n samples (slot 0 the positive, slot j its
 * j-th negative); under `bpr` it gives n samples (the positive against its j-th negative); under `softmax` and `ccl` it
 * is one sample (the positive among its n negatives). Where the rows have weights, the samples of a row's positive have
 * that weight, so under `bce` its negatives have 1. The epoch's samples stand in the order of a keyed permutation and
 * are cut into batches; the last one may be short.
 */
import { ConfigError } from "../errors.ts";
import { foldIn, makePermutation, type Permutation, permute, type StreamKey, streamKey } from "../random.ts";
import type { LossName } from "../ranker/loss.ts";
import { type Batch, batchKinds } from "./batch.ts";
import type { Interactions, ItemsByUser } from "./interaction-dataset.ts";
import { checkNegativesExist, drawNegative } from "./negative-sampler.ts";

/**
 * Everything a batch depends on but the epoch and the step. Plain columns and numbers: an engine may
 * copy it to its own memory.
 */
export interface BatchSource {
  readonly interactions: Interactions;
  /**
   * Items never drawn as negatives: what the user has in `interactions`, what else is known of them, and nothing from
   * validation or test.
   */
  readonly seen: ItemsByUser;
  readonly loss: LossName;
  /** n of the paper: at least 0 under bce, at least 1 under the others, which compare. */
  readonly negativesPerPositive: number;
  readonly batchSize: number;
  readonly seed: number;
}

/** The keys and the permutation of one epoch (from 0). */
export interface EpochDraws {
  readonly negativesKey: StreamKey;
  readonly permutation: Permutation;
}

export function checkBatchSource(source: BatchSource): void {
  const { interactions, loss, negativesPerPositive, batchSize } = source;
  const problems: string[] = [];
  const leastNegatives = loss === "bce" ? 0 : 1;
  if (!Number.isSafeInteger(negativesPerPositive) || negativesPerPositive < leastNegatives) {
    problems.push(
      `negativesPerPositive is ${negativesPerPositive}, expected a whole number of at least ${leastNegatives} under ${loss}`,
    );
  }
  if (!Number.isSafeInteger(batchSize) || batchSize < 1)
    problems.push(`batchSize is ${batchSize}, expected a whole number of at least 1`);
  if (interactions.length === 0) problems.push("there are no training interactions");
  if (source.seen.offsets.length !== interactions.users + 1) {
    problems.push(
      `seen items are grouped for ${source.seen.offsets.length - 1} users, expected the ${interactions.users} of the interactions`,
    );
  }
  // Of a single positive too, whose samples and negatives are numbered in 32 bits.
  if (samplesPerEpoch(source) > 2 ** 32 || 1 + negativesPerPositive >= 2 ** 32) {
    problems.push(
      `an epoch has ${samplesPerEpoch(source)} samples, expected at most 2^32; draw fewer negatives per positive`,
    );
  }
  if (problems.length > 0) throw new ConfigError(problems.join("\n"));
  if (negativesPerPositive > 0) checkNegativesExist(source.seen, interactions.items);
}

/** Samples each positive gives: itself and its negatives, one pair a negative, or one with all of them. */
const samplesOf: Readonly<Record<LossName, (negatives: number) => number>> = {
  bce: (negatives) => 1 + negatives,
  bpr: (negatives) => negatives,
  softmax: () => 1,
  ccl: () => 1,
};

export function samplesPerPositive({
  loss,
  negativesPerPositive,
}: Pick<BatchSource, "loss" | "negativesPerPositive">): number {
  return samplesOf[loss](negativesPerPositive);
}

export function samplesPerEpoch(source: BatchSource): number {
  return source.interactions.length * samplesPerPositive(source);
}

export function stepsPerEpoch(source: BatchSource): number {
  return Math.ceil(samplesPerEpoch(source) / source.batchSize);
}

export function epochDraws(source: BatchSource, epoch: number): EpochDraws {
  return {
    negativesKey: foldIn(streamKey(source.seed, "negatives"), epoch),
    permutation: makePermutation(foldIn(streamKey(source.seed, "shuffle"), epoch), samplesPerEpoch(source)),
  };
}

/** Batch number `step` (from 0) of the epoch that `draws` belongs to. */
export function drawBatch(source: BatchSource, draws: EpochDraws, step: number): Batch {
  const { interactions, seen, batchSize } = source;
  const perPositive = samplesPerPositive(source);
  const first = step * batchSize;
  const length = Math.min(batchSize, samplesPerEpoch(source) - first);
  if (!(Number.isSafeInteger(step) && step >= 0 && length >= 1)) {
    throw new RangeError(`step is ${step}, expected 0 to ${stepsPerEpoch(source) - 1}`);
  }
  const kind = batchKinds[source.loss];
  const perRow = kind === "listwise" ? source.negativesPerPositive : 1;
  const users = new Uint32Array(length);
  const items = new Uint32Array(length); // of comparisons: the positives
  const labels = new Float32Array(kind === "pointwise" ? length : 0);
  const negatives = new Uint32Array(kind === "pointwise" ? 0 : length * perRow);
  const weights = interactions.weights === null ? null : new Float32Array(length).fill(1);
  const block = { first: 0, second: 0 };
  // Reused by every draw.
  const at = { items: interactions.items, user: 0, epochKey: draws.negativesKey, row: 0, draw: 0 };
  for (let k = 0; k < length; k++) {
    const sample = permute(draws.permutation, first + k);
    const row = Math.floor(sample / perPositive);
    const slot = sample - row * perPositive;
    const user = interactions.userColumn[row]!;
    users[k] = user;
    items[k] = interactions.itemColumn[row]!;
    at.user = user;
    at.row = row;
    if (weights !== null && (kind !== "pointwise" || slot === 0)) weights[k] = interactions.weights![row]!;
    if (kind === "pointwise") {
      at.draw = slot - 1;
      if (slot === 0) labels[k] = 1;
      else items[k] = drawNegative(seen, at, block);
      continue;
    }
    for (let j = 0; j < perRow; j++) {
      at.draw = kind === "pairwise" ? slot : j;
      negatives[k * perRow + j] = drawNegative(seen, at, block);
    }
  }
  return kind === "pointwise"
    ? { kind, length, users, items, labels, weights }
    : { kind, length, users, positives: items, negatives, weights };
}

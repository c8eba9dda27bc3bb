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
import { negativeSources } from "../config/losses/loss-names.ts";
import { ConfigError } from "../errors.ts";
import { foldIn, makePermutation, type Permutation, permute, type StreamKey, streamKey } from "../random.ts";
import type { LossName } from "../ranker/loss.ts";
import { type Batch, batchKinds } from "./batch.ts";
import { type IdDropoutKeys, idDropoutKeys, idDropoutOf } from "./id-dropout.ts";
import type { Interactions, ItemsByUser } from "./interaction-dataset.ts";
import { knownMassesOf } from "./known-masses.ts";
import { checkNegativesExist, drawNegative } from "./negative-sampler.ts";
import { drawUnseenByMass, type ItemMasses, logShares, massesOfItems } from "./popularity-draws.ts";
import { drawBlocks } from "./shared-negatives.ts";

/**
 * Where negatives come from. Of each row its own, never what the user has seen: `uniform`, or by `popularity`. Of a
 * block of rows, each of which leaves out what its user has seen: `shared` are drawn once for the block by popularity,
 * `batch` are the positives of its rows.
 */
export type NegativesFrom = (typeof negativeSources)[number];

/**
 * Everything a batch depends on but the epoch and the step. Plain columns and numbers: an engine may
 * copy it to its own memory.
 */
export interface BatchSource {
  /** Of its `items`, all may be negatives; a ranker may have more behind them, which no batch then has. */
  readonly interactions: Interactions;
  /**
   * Items never drawn as negatives: what the user has in `interactions`, what else is known of them, and nothing from
   * validation or test.
   */
  readonly seen: ItemsByUser;
  readonly loss: LossName;
  /** n of the paper: at least 0 under bce, at least 1 under the others, which compare. */
  readonly negativesPerPositive: number;
  readonly negativesFrom: NegativesFrom;
  /** Draws go by count^power: above 0 only by popularity and where negatives are shared. */
  readonly negativesPower: number;
  /** Share of the users and items of a batch that are without their ids, from 0 to below 1; of sides with features. */
  readonly idDropout: number;
  readonly batchSize: number;
  readonly seed: number;
}

/** The keys and the permutation of one epoch (from 0). */
export interface EpochDraws {
  readonly negativesKey: StreamKey;
  readonly permutation: Permutation;
  readonly idDropoutKeys: IdDropoutKeys;
  /** Of draws by popularity; null for uniform ones. */
  readonly masses: ItemMasses | null;
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
  const { idDropout } = source;
  if (!(idDropout >= 0 && idDropout < 1)) {
    problems.push(`idDropout is ${String(idDropout)}, expected a share from 0 to below 1`);
  }
  checkNegativesFrom(source, problems);
  if (problems.length > 0) throw new ConfigError(problems.join("\n"));
  if (negativesPerPositive > 0 && !sharesNegatives(source)) checkNegativesExist(source.seen, interactions.items);
}

function checkNegativesFrom({ negativesFrom, negativesPower, loss }: BatchSource, problems: string[]): void {
  if (!negativeSources.includes(negativesFrom)) {
    problems.push(`negativesFrom is ${String(negativesFrom)}, expected one of ${negativeSources.join(", ")}`);
  }
  if (!(Number.isFinite(negativesPower) && negativesPower >= 0)) {
    problems.push(`negativesPower is ${String(negativesPower)}, expected a finite number of at least 0`);
  } else if (negativesPower > 0 && !hasMasses(negativesFrom)) {
    problems.push(`negativesPower is ${negativesPower} with negatives from ${negativesFrom}, expected 0`);
  }
  if (sharesNegatives({ negativesFrom }) && batchKinds[loss] !== "listwise") {
    problems.push(`negativesFrom is ${negativesFrom} under ${loss}, whose rows have negatives of their own`);
  }
}

/** Whether blocks of rows have the same negatives. */
export function sharesNegatives({ negativesFrom }: Pick<BatchSource, "negativesFrom">): boolean {
  return negativesFrom === "shared" || negativesFrom === "batch";
}

/** Whether negatives are drawn by mass. */
export function hasMasses(negativesFrom: NegativesFrom): boolean {
  return negativesFrom === "popularity" || negativesFrom === "shared";
}

/** Rows of a block whose negatives are drawn once: enough for matrix products, few enough for many blocks a batch. */
const SHARED_ROWS = 256;

/** Rows that have their negatives in common. */
export function rowsPerBlock(source: Pick<BatchSource, "negativesFrom" | "negativesPerPositive">): number {
  if (source.negativesFrom === "batch") return 1 + source.negativesPerPositive; // a row's own positive is none
  return source.negativesFrom === "shared" ? SHARED_ROWS : 1;
}

/** Negatives of a block of a batch of `length` samples that share them. */
export function negativesOfBlock(source: BatchSource, length: number): number {
  return source.negativesFrom === "batch" ? Math.min(rowsPerBlock(source), length) : source.negativesPerPositive;
}

/** Number of the first block of a batch in its epoch, by which shared negatives are drawn. */
export function firstBlockOf(source: BatchSource, step: number): number {
  return step * Math.ceil(source.batchSize / rowsPerBlock(source));
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

/** The masses that negatives are drawn by, found once for a source: the log is long. Null for other draws. */
export function massesOf(source: BatchSource): ItemMasses | null {
  return hasMasses(source.negativesFrom) ? knownMassesOf(source) : null;
}

/**
 * [items] log q of each item, q being the share of draws that it is: what a sampled softmax takes off every logit, the
 * positive's too (Jean et al. 2015, Yi et al. 2019). Null where q is the same for all. Of unseen items a user's q has
 * one more factor, which all of the row's logits have in common.
 */
export function logQOf(source: BatchSource): Float32Array | null {
  const { interactions, negativesFrom, negativesPower } = source;
  if (negativesFrom === "batch") return logShares(massesOfItems(interactions, 1));
  const masses = negativesPower === 0 ? null : massesOf(source);
  return masses === null ? null : logShares(masses.itemMass);
}

export function epochDraws(source: BatchSource, epoch: number): EpochDraws {
  return {
    masses: massesOf(source),
    negativesKey: foldIn(streamKey(source.seed, "negatives"), epoch),
    idDropoutKeys: idDropoutKeys(source.seed, epoch),
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
  const perRow = sharesNegatives(source) ? 0 : kind === "listwise" ? source.negativesPerPositive : 1;
  const users = new Uint32Array(length);
  const items = new Uint32Array(length); // of comparisons: the positives
  const labels = new Float32Array(kind === "pointwise" ? length : 0);
  const negatives = new Uint32Array(kind === "pointwise" ? 0 : length * perRow);
  const weights = interactions.weights === null ? null : new Float32Array(length).fill(1);
  const idDropout = idDropoutOf(source.idDropout, draws.idDropoutKeys, step);
  const block = { first: 0, second: 0 };
  // Reused by every draw.
  const at = { items: interactions.items, user: 0, epochKey: draws.negativesKey, row: 0, draw: 0 };
  const drawn = (): number =>
    draws.masses === null ? drawNegative(seen, at, block) : drawUnseenByMass(draws.masses, seen, at, block);
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
      else items[k] = drawn();
      continue;
    }
    for (let j = 0; j < perRow; j++) {
      at.draw = kind === "pairwise" ? slot : j;
      negatives[k * perRow + j] = drawn();
    }
  }
  if (kind === "pointwise") return { kind, length, users, items, labels, weights, idDropout };
  if (kind === "pairwise") return { kind, length, users, positives: items, negatives, weights, idDropout };
  const shared = sharesNegatives(source) ? drawShared(source, draws, { step, users, positives: items }) : null;
  const own = { blockRows: 1, negatives, masked: null };
  return { kind, length, users, positives: items, ...(shared ?? own), weights, idDropout };
}

function drawShared(
  source: BatchSource,
  { masses, negativesKey }: EpochDraws,
  { step, users, positives }: { readonly step: number; readonly users: Uint32Array; readonly positives: Uint32Array },
) {
  const { seen } = source;
  const perBlock = negativesOfBlock(source, positives.length);
  return drawBlocks(
    { users, positives, seen, blockRows: rowsPerBlock(source), perBlock },
    masses === null ? null : { masses, epochKey: negativesKey, firstBlock: firstBlockOf(source, step) },
  );
}

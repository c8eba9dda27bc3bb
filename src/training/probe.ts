/**
 * A fixed sample of training data on which every epoch of a run, and every run of a study, is
 * looked at in the same way.
 */
import { type Batch, batchKinds } from "../dataset/batch.ts";
import type { Interactions } from "../dataset/interaction-dataset.ts";
import { type BatchSource, drawBatch, epochDraws, samplesPerEpoch } from "../dataset/training-batches.ts";

export interface Probe {
  readonly batch: Batch;
  /** Decile of each user by training interactions: 0 the least active tenth, 9 the most active. */
  readonly userDeciles: Uint8Array;
  /** Decile of each item by training interactions: 0 the least popular tenth, 9 the most popular. */
  readonly itemDeciles: Uint8Array;
}

const PROBE_SAMPLES = 4096; // a few hundredths of a second to look at; p99 still rests on 41 samples
const PROBE_PAIRS = 65_536; // of lists, whose samples have many pairs each
const PROBE_EPOCH = 2 ** 32 - 1; // an epoch that no run reaches, so the probe's negatives are not the first epoch's

/** Depends on the data, the loss, the negatives per positive and the seed, not on batch size or optimizer. */
export function makeProbe(source: BatchSource): Probe {
  const fitting = Math.max(1, Math.floor(PROBE_PAIRS / pairsPerSample(source)));
  // With every id, as scores are.
  const probeSource = { ...source, idDropout: 0, batchSize: Math.min(PROBE_SAMPLES, fitting, samplesPerEpoch(source)) };
  const { users, items, userColumn, itemColumn } = source.interactions;
  return {
    batch: drawBatch(probeSource, epochDraws(probeSource, PROBE_EPOCH), 0),
    userDeciles: decilesByCount(userColumn, users),
    itemDeciles: decilesByCount(itemColumn, items),
  };
}

/** At most. */
function pairsPerSample({ loss, negativesPerPositive }: BatchSource): number {
  return batchKinds[loss] === "listwise" ? 1 + negativesPerPositive : 2;
}

/** Ids in ascending order of their count (ties by index), cut into ten groups whose sizes differ by one at most. */
function decilesByCount(column: Interactions["userColumn"], size: number): Uint8Array {
  const counts = new Uint32Array(size);
  for (const id of column) counts[id]!++;
  const ascending = Uint32Array.from({ length: size }, (_, id) => id).sort((a, b) => counts[a]! - counts[b]! || a - b);
  const deciles = new Uint8Array(size);
  for (const [position, id] of ascending.entries()) deciles[id] = Math.floor((10 * position) / size);
  return deciles;
}

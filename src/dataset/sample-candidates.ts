/**
 * The 1 + n protocol: each evaluated user's items against n items the user has in no split, drawn
 * once by seed and then frozen.
 */
import { DataError } from "../errors.ts";
import { boundedInteger, foldIn, type StreamKey, streamKey, threefry } from "../random.ts";
import { type EvaluationCandidates, type EvaluationCases, evaluationCases } from "./evaluation-candidates.ts";
import type { Interactions, ItemsByUser } from "./interaction-dataset.ts";
import { unseenCount, unseenItemOfRank } from "./negative-sampler.ts";

/**
 * Negatives are without replacement and uniform over the items the user lacks; they depend on (seed, split,
 * user, what the user has) and on no other user. Ascending within a case. Throws DataError when a user lacks
 * fewer than `count` items.
 */
export function sampleCandidates(options: {
  readonly split: EvaluationCandidates["split"];
  readonly evaluated: Interactions;
  /** Every user's items over train, validation AND test. */
  readonly seen: ItemsByUser;
  /** n, at least 1. */
  readonly count: number;
  readonly seed: number;
}): EvaluationCandidates {
  const { split, evaluated, seen, count, seed } = options;
  if (!Number.isSafeInteger(count) || count < 1) {
    throw new RangeError(`sampleCandidates: count is ${count}, expected a whole number of at least 1`);
  }
  const cases = evaluationCases(evaluated);
  checkSeenHoldsPositives(cases, seen);
  const negatives = new Uint32Array(cases.users.length * count);
  const negativeOffsets = new Uint32Array(cases.users.length + 1);
  const splitKey = streamKey(seed, `candidates-${split}`);
  for (const [caseIndex, user] of cases.users.entries()) {
    const free = unseenCount(seen, user, evaluated.items);
    if (free < count) {
      const leastFree = mostCandidates(evaluated, seen);
      throw tooFewFree({ split, user, free, count, items: evaluated.items, leastFree });
    }
    const drawn = negatives.subarray(caseIndex * count, (caseIndex + 1) * count);
    drawDistinctRanks(foldIn(splitKey, user), free, drawn);
    for (let k = 0; k < count; k++) drawn[k] = unseenItemOfRank(seen, user, drawn[k]!);
    negativeOffsets[caseIndex + 1] = (caseIndex + 1) * count;
  }
  return { split, ...cases, negativeOffsets, negatives };
}

/** The most that every user of the split could be given; Infinity where it has no users. */
export function mostCandidates(evaluated: Interactions, seen: ItemsByUser): number {
  const { users } = evaluationCases(evaluated);
  return users.reduce((least, user) => Math.min(least, unseenCount(seen, user, evaluated.items)), Infinity);
}

/** Fills `out` with a uniform subset of [0, size), ascending: Floyd's algorithm (Bentley & Floyd 1987). */
function drawDistinctRanks(key: StreamKey, size: number, out: Uint32Array): void {
  const block = { first: 0, second: 0 };
  const chosen = new Set<number>();
  for (let top = size - out.length; top < size; top++) {
    threefry(key, top, 0, block);
    const rank = boundedInteger(block.first, top + 1);
    chosen.add(chosen.has(rank) ? top : rank);
  }
  out.set([...chosen]);
  out.sort();
}

/** A positive missing from `seen` could be drawn as its own negative. */
function checkSeenHoldsPositives(cases: EvaluationCases, seen: ItemsByUser): void {
  for (const [caseIndex, user] of cases.users.entries()) {
    const taken = seen.itemsSorted.subarray(seen.offsets[user]!, seen.offsets[user + 1]!);
    const owned = new Set(taken);
    for (let k = cases.positiveOffsets[caseIndex]!; k < cases.positiveOffsets[caseIndex + 1]!; k++) {
      if (!owned.has(cases.positives[k]!)) {
        throw new RangeError(
          `sampleCandidates: user ${user} has item ${cases.positives[k]} in the evaluated split but not in \`seen\`, expected every split in it`,
        );
      }
    }
  }
}

/** Says how far `count` must come down for every case of the split, not for the first that stood in the way. */
function tooFewFree(at: {
  readonly split: EvaluationCandidates["split"];
  readonly user: number;
  readonly free: number;
  readonly count: number;
  readonly items: number;
  /** Least number of free items over the split's cases. */
  readonly leastFree: number;
}): DataError {
  const lower =
    at.leastFree === 0 ? "" : `--negatives ${at.leastFree} is the most that every ${at.split} user has, or `;
  return new DataError(
    `${at.split} candidates: user index ${at.user} has ${at.items - at.free} of ${at.items} items, which leaves ${at.free} to draw ${at.count} negatives from; ${lower}rank against the full catalogue with --candidates full`,
  );
}

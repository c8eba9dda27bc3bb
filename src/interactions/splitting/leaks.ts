/** Where a split lets training see the future or the answers, in numbers and words. */
import type { InteractionLog } from "../interaction-log.ts";
import { SPLIT_PART } from "./split.ts";

export interface Leaks {
  /** Share of train rows newer than the median test row; null without times or test rows. */
  readonly trainNewerThanMedianTest: number | null;
  /** Validation or test rows whose pair also stands in train, or in the user's profile. */
  readonly evaluatedPairsInTrain: number;
  readonly warnings: readonly string[];
}

export function findLeaks(log: InteractionLog, parts: Uint8Array): Leaks {
  const share = shareNewerThanMedianTest(log, parts);
  const pairs = evaluatedPairsInTrain(log, parts);
  const warnings: string[] = [];
  if (share !== null && share > 0) {
    warnings.push(
      `the split leaks the future: ${Number((100 * share).toPrecision(2))} % of train rows are newer than the median test row; --split time does not`,
    );
  }
  if (pairs > 0) {
    warnings.push(
      `${pairs} validation or test rows repeat a pair of train, so their answer is known; --duplicates last|first drops repeats within a log`,
    );
  }
  return { trainNewerThanMedianTest: share, evaluatedPairsInTrain: pairs, warnings };
}

function shareNewerThanMedianTest(log: InteractionLog, parts: Uint8Array): number | null {
  const { timesMs } = log;
  if (timesMs === null) return null;
  const testTimes = timesMs.filter((_, row) => parts[row] === SPLIT_PART.test).sort();
  const median = testTimes[testTimes.length >>> 1];
  if (median === undefined) return null;
  let train = 0;
  let newer = 0;
  for (let row = 0; row < log.rows; row++) {
    if (parts[row] !== SPLIT_PART.train) continue;
    train++;
    if (timesMs[row]! > median) newer++;
  }
  return train === 0 ? null : newer / train;
}

function evaluatedPairsInTrain(log: InteractionLog, parts: Uint8Array): number {
  const trainedBy = new Float64Array(log.items); // user + 1 of the last user with the item in train or a profile
  let pairs = 0;
  for (let user = 0; user < log.users; user++) {
    const start = log.userOffsets[user]!;
    const end = log.userOffsets[user + 1]!;
    for (let row = start; row < end; row++) {
      const isKnown = parts[row] === SPLIT_PART.train || parts[row] === SPLIT_PART.profile;
      if (isKnown) trainedBy[log.itemColumn[row]!] = user + 1;
    }
    for (let row = start; row < end; row++) {
      const isEvaluated = parts[row] === SPLIT_PART.validation || parts[row] === SPLIT_PART.test;
      if (isEvaluated && trainedBy[log.itemColumn[row]!] === user + 1) pairs++;
    }
  }
  return pairs;
}

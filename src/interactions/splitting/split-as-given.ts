/**
 * The split a publisher made: test rows stay test. Where no validation file exists, one train row of each
 * tested user becomes validation.
 */
import { boundedInteger, foldIn, streamKey, threefry } from "../../random.ts";
import type { InteractionLog, KeptRows } from "../interaction-log.ts";
import { PART_CODE } from "../reading/load-rows.ts";
import { SPLIT_PART, type SplitRows } from "./split.ts";

export interface GivenSplit {
  readonly hasValidationFile: boolean;
  /** True when a user's rows stand oldest first: the last train row is validation. Else it is drawn by seed. */
  readonly isOrdered: boolean;
  readonly seed: number;
}

/** A user needs this many train rows to give one up. */
const LEAST_TRAIN_ROWS = 2;

export function splitAsGiven(log: InteractionLog, kept: KeptRows, options: GivenSplit): SplitRows {
  const { parts: given } = log;
  if (given === null) throw new RangeError("splitAsGiven: the log has no parts");
  const parts = new Uint8Array(log.rows);
  const key = streamKey(options.seed, "validation-of-given-split");
  const block = { first: 0, second: 0 };
  const trainRows: number[] = [];
  let withoutValidation = 0;
  for (let user = 0; user < log.users; user++) {
    trainRows.length = 0;
    let isTested = false;
    for (let row = log.userOffsets[user]!; row < log.userOffsets[user + 1]!; row++) {
      if (kept[row] === 0) continue;
      const part = given[row]!;
      parts[row] = PARTS[part] ?? SPLIT_PART.none;
      if (part === PART_CODE.train) trainRows.push(row);
      isTested ||= part === PART_CODE.test;
    }
    if (options.hasValidationFile || !isTested) continue;
    if (trainRows.length < LEAST_TRAIN_ROWS) {
      withoutValidation++;
      continue;
    }
    threefry(foldIn(key, user), 0, 0, block);
    const index = options.isOrdered ? trainRows.length - 1 : boundedInteger(block.first, trainRows.length);
    parts[trainRows[index]!] = SPLIT_PART.validation;
  }
  return {
    parts,
    rule: options.hasValidationFile
      ? "as given by the files"
      : `test as given; ${options.isOrdered ? "the newest train row" : `one train row drawn by seed ${options.seed}`} of each tested user is validation`,
    counts: options.hasValidationFile ? {} : { testedUsersWithoutValidation: withoutValidation },
    warnings: [],
  };
}

const PARTS: Readonly<Record<number, number>> = {
  [PART_CODE.train]: SPLIT_PART.train,
  [PART_CODE.validation]: SPLIT_PART.validation,
  [PART_CODE.test]: SPLIT_PART.test,
};

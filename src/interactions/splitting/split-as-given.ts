/**
 * The split a publisher made: test rows stay test. Where no validation file exists, one train row of each tested user
 * becomes validation, or a share of every user's.
 */
import { boundedInteger, foldIn, makePermutation, permute, streamKey, threefry } from "../../random.ts";
import type { InteractionLog, KeptRows } from "../interaction-log.ts";
import { PART_CODE } from "../reading/load-rows.ts";
import { SPLIT_PART, type SplitRows } from "./split.ts";

export interface GivenSplit {
  readonly hasValidationFile: boolean;
  /** Of each user's train rows, for validation; null takes one row of each tested user. */
  readonly validationShare: number | null;
  /** True when a user's rows stand oldest first: the last train rows are validation. Else they are drawn by seed. */
  readonly isOrdered: boolean;
  readonly seed: number;
}

/** A user needs this many train rows to give one up. */
const LEAST_TRAIN_ROWS = 2;

export function splitAsGiven(log: InteractionLog, kept: KeptRows, options: GivenSplit): SplitRows {
  const { parts: given } = log;
  if (given === null) throw new RangeError("splitAsGiven: the log has no parts");
  const { hasValidationFile, validationShare } = options;
  const parts = new Uint8Array(log.rows);
  const choose = validationShare === null ? oneRow(options) : shareOfRows(validationShare, options);
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
    if (hasValidationFile || (validationShare === null && !isTested)) continue;
    const chosen = trainRows.length < LEAST_TRAIN_ROWS ? [] : choose(user, trainRows);
    if (chosen.length === 0 && isTested) withoutValidation++;
    for (const row of chosen) parts[row] = SPLIT_PART.validation;
  }
  return {
    parts,
    rule: hasValidationFile ? "as given by the files" : `test as given; ${wordsOf(options)} is validation`,
    counts: hasValidationFile ? {} : { testedUsersWithoutValidation: withoutValidation },
    warnings: [],
  };
}

/** Which of a user's train rows, oldest first, validation takes. */
type Choose = (user: number, trainRows: readonly number[]) => readonly number[];

function oneRow({ isOrdered, seed }: GivenSplit): Choose {
  const key = streamKey(seed, "validation-of-given-split");
  const block = { first: 0, second: 0 };
  return (user, trainRows) => {
    threefry(foldIn(key, user), 0, 0, block);
    return [trainRows[isOrdered ? trainRows.length - 1 : boundedInteger(block.first, trainRows.length)]!];
  };
}

/** Rounded to the nearest row, so a user of few may give none; never all. */
function shareOfRows(share: number, { isOrdered, seed }: GivenSplit): Choose {
  const key = streamKey(seed, "validation-share-of-given-split");
  return (user, trainRows) => {
    const count = Math.min(trainRows.length - 1, Math.round(share * trainRows.length));
    if (isOrdered) return trainRows.slice(trainRows.length - count);
    const permutation = makePermutation(foldIn(key, user), trainRows.length);
    return Array.from({ length: count }, (_, position) => trainRows[permute(permutation, position)]!);
  };
}

function wordsOf({ validationShare, isOrdered, seed }: GivenSplit): string {
  const drawn = `drawn by seed ${seed}`;
  if (validationShare === null) {
    return `${isOrdered ? "the newest train row" : `one train row ${drawn}`} of each tested user`;
  }
  return `${validationShare} of each user's train rows, ${isOrdered ? "the newest" : drawn},`;
}

const PARTS: Readonly<Record<number, number>> = {
  [PART_CODE.train]: SPLIT_PART.train,
  [PART_CODE.validation]: SPLIT_PART.validation,
  [PART_CODE.test]: SPLIT_PART.test,
};

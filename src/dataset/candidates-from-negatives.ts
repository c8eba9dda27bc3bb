/**
 * Candidates from negatives somebody else drew, such as the official NCF files: taken as they are, and what
 * is odd about them counted.
 */
import { DataError } from "../errors.ts";
import { type EvaluationCandidates, type EvaluationCases, evaluationCases } from "./evaluation-candidates.ts";
import type { Interactions, ItemsByUser } from "./interaction-dataset.ts";

/** Lists per user, in file order, repeats included: user u's are items[offsets[u] .. offsets[u + 1]). */
export interface GivenNegatives {
  /** [users + 1] */
  readonly offsets: Uint32Array;
  readonly items: Uint32Array;
}

/**
 * What to do with a positive that stands among its own negatives. Kept, it ties with itself and, ties counting against,
 * costs that case one rank whatever the model; removed, that case has one negative fewer.
 */
export type OwnNegatives = "remove" | "keep";

export interface CandidatesFromNegatives {
  readonly candidates: EvaluationCandidates;
  /** Cases with at least one positive among their own negatives. */
  readonly casesWithOwnPositive: number;
  /** Negatives that stood in their list before; dropped, as candidates are distinct. */
  readonly repeatedNegatives: number;
  /** Negatives (distinct) that the user has in train; kept, since the file's owners ranked against them. */
  readonly negativesInTrain: number;
}

/** Throws DataError for an evaluated user without negatives, and for an item outside the catalogue. */
export function candidatesFromNegatives(options: {
  readonly split: EvaluationCandidates["split"];
  readonly evaluated: Interactions;
  readonly train: ItemsByUser;
  readonly negatives: GivenNegatives;
  readonly ownNegatives: OwnNegatives;
}): CandidatesFromNegatives {
  const { split, evaluated, train, negatives: given, ownNegatives } = options;
  const cases = evaluationCases(evaluated);
  const kept: number[] = [];
  const negativeOffsets = new Uint32Array(cases.users.length + 1);
  let casesWithOwnPositive = 0;
  let repeatedNegatives = 0;
  let negativesInTrain = 0;
  for (const [caseIndex, user] of cases.users.entries()) {
    const list = given.items.subarray(given.offsets[user]!, given.offsets[user + 1]!);
    checkItems(split, user, list, evaluated.items);
    const distinct = new Set(list);
    repeatedNegatives += list.length - distinct.size;
    for (const item of train.itemsSorted.subarray(train.offsets[user]!, train.offsets[user + 1]!)) {
      if (distinct.has(item)) negativesInTrain++;
    }
    const own = positivesOf(cases, caseIndex).filter((item) => distinct.has(item));
    if (own.length > 0) casesWithOwnPositive++;
    if (ownNegatives === "remove") for (const item of own) distinct.delete(item);
    if (distinct.size === 0) {
      throw new DataError(
        `${split} candidates: user index ${user} has ${list.length} given negatives and none that can be ranked against, expected at least one`,
      );
    }
    for (const item of distinct) kept.push(item);
    negativeOffsets[caseIndex + 1] = kept.length;
  }
  const candidates = { split, ...cases, negativeOffsets, negatives: Uint32Array.from(kept) };
  return { candidates, casesWithOwnPositive, repeatedNegatives, negativesInTrain };
}

function positivesOf(cases: EvaluationCases, caseIndex: number): Uint32Array {
  return cases.positives.subarray(cases.positiveOffsets[caseIndex]!, cases.positiveOffsets[caseIndex + 1]!);
}

function checkItems(split: string, user: number, list: Uint32Array, items: number): void {
  const outside = list.findIndex((item) => item >= items);
  if (outside >= 0) {
    throw new DataError(
      `${split} candidates: negative ${outside + 1} of user index ${user} is item index ${list[outside]}, expected below ${items}`,
    );
  }
}

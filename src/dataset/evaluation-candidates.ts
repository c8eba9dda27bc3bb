/**
 * Whose test items are ranked against what: fixed before any model is trained, so that every model
 * answers the same questions.
 */
import { groupItemsByUser, type Interactions } from "./interaction-dataset.ts";

/**
 * One case per evaluated user, in ascending user order. Case c ranks positives[positiveOffsets[c] ..
 * positiveOffsets[c + 1]) against negatives[negativeOffsets[c] .. negativeOffsets[c + 1]), or, under the full protocol
 * (no negatives stored), against every item of the catalogue but the positives and the user's masked (seen) items.
 */
export interface EvaluationCandidates {
  readonly split: "validation" | "test";
  /** [cases] user indices, ascending, distinct. */
  readonly users: Uint32Array;
  /** [cases + 1] */
  readonly positiveOffsets: Uint32Array;
  /** At least one per case, distinct within a case. */
  readonly positives: Uint32Array;
  /** [cases + 1] */
  readonly negativeOffsets: Uint32Array;
  /** Distinct within a case, or empty throughout under the full protocol. */
  readonly negatives: Uint32Array;
}

/** Whose turn it is and what must be found: candidates without their negatives. */
export type EvaluationCases = Pick<EvaluationCandidates, "users" | "positiveOffsets" | "positives">;

/** One case for every user with an interaction in `evaluated`; positives are the user's distinct items, ascending. */
export function evaluationCases(evaluated: Interactions): EvaluationCases {
  const { offsets, itemsSorted } = groupItemsByUser(evaluated);
  const users: number[] = [];
  const positiveOffsets = [0];
  for (let user = 0; user < evaluated.users; user++) {
    if (offsets[user + 1]! === offsets[user]!) continue;
    users.push(user);
    positiveOffsets.push(offsets[user + 1]!);
  }
  return {
    users: Uint32Array.from(users),
    positiveOffsets: Uint32Array.from(positiveOffsets),
    positives: itemsSorted,
  };
}

/** The full protocol: no negatives stored, every item that is not masked competes. */
export function fullCatalogueCandidates(
  split: EvaluationCandidates["split"],
  evaluated: Interactions,
): EvaluationCandidates {
  const cases = evaluationCases(evaluated);
  return {
    split,
    ...cases,
    negativeOffsets: new Uint32Array(cases.users.length + 1),
    negatives: new Uint32Array(0),
  };
}

/** The cases of the users that `keeps` says, as they stand. */
export function someCases(candidates: EvaluationCandidates, keeps: (user: number) => boolean): EvaluationCandidates {
  const kept = Array.from(candidates.users.keys()).filter((index) => keeps(candidates.users[index]!));
  const positives = pickedRanges(candidates.positives, candidates.positiveOffsets, kept);
  const negatives = pickedRanges(candidates.negatives, candidates.negativeOffsets, kept);
  return {
    split: candidates.split,
    users: Uint32Array.from(kept, (index) => candidates.users[index]!),
    positiveOffsets: positives.offsets,
    positives: positives.values,
    negativeOffsets: negatives.offsets,
    negatives: negatives.values,
  };
}

function pickedRanges(values: Uint32Array, offsets: Uint32Array, cases: readonly number[]) {
  const picked = new Uint32Array(cases.length + 1);
  for (const [at, index] of cases.entries()) picked[at + 1] = picked[at]! + offsets[index + 1]! - offsets[index]!;
  const into = new Uint32Array(picked.at(-1)!);
  for (const [at, index] of cases.entries()) into.set(values.subarray(offsets[index], offsets[index + 1]), picked[at]);
  return { offsets: picked, values: into };
}

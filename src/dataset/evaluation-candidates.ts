/** Whose test items are ranked against what: fixed before any model is trained, so that every model answers the same questions. */

/**
 * One case per evaluated user, in ascending user order. Case c ranks positives[positiveOffsets[c] .. positiveOffsets[c + 1])
 * against negatives[negativeOffsets[c] .. negativeOffsets[c + 1]), or, under the full protocol (no negatives stored), against
 * every item of the catalogue but the positives and the user's masked (seen) items.
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

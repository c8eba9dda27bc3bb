/**
 * Questions about users' scores of the whole catalogue, answered where the scores are: who stands before held-out
 * items, which items are the best, what probabilities the scores say. Scorers that can do better than hand over
 * [users, items] scores do; for the others evaluation/plain-ranks.ts asks `catalogue`.
 */

/** Items of each asked user: items[offsets[n] .. offsets[n + 1]) of the n-th. */
export interface ItemLists {
  /** [users + 1] */
  readonly offsets: Uint32Array;
  readonly items: Uint32Array;
}

/** Equal widths of [0, 1]; of a negative's probability, sigmoid(score). Twin: kBins of the native kernels. */
export const CALIBRATION_BINS = 15;

export interface CatalogueQuestions {
  readonly users: Uint32Array;
  /** What is ranked of each user: any number, in any order. */
  readonly positives: ItemLists;
  /** What is no negative and stands in no list; a positive is ranked even where it is masked. */
  readonly masked: ItemLists;
  /** Length of each user's list of the best items that are not masked, positives among them; 0 for no lists. */
  readonly k: number;
  /** Whether the negatives' probabilities are asked for. */
  readonly calibrates: boolean;
}

/** Negatives are the items of the catalogue that are neither masked nor the user's positives. */
export interface CatalogueAnswers {
  /** [positives] */
  readonly scores: Float32Array;
  /** [positives] Negatives whose score is at least the positive's, and those whose score is greater. */
  readonly atLeast: Uint32Array;
  readonly above: Uint32Array;
  /** [users] Scores that are NaN; where there is one, the user's other answers say nothing. */
  readonly notNumbers: Uint32Array;
  /** [users, k] best first, equal scores by ascending item; NO_ITEM (scorer.ts) where there are fewer than k. */
  readonly lists: Uint32Array;
  /** [users, 2 * CALIBRATION_BINS] Negatives in each bin, then sums of their probabilities; null unless asked for. */
  readonly bins: Float64Array | null;
}

/** Adds logits to [2 * CALIBRATION_BINS]: how many fall into each bin, then the sums of their probabilities. */
export function addProbabilities(bins: Float64Array, logits: Float32Array): void {
  for (let k = 0; k < logits.length; k++) {
    const probability = 1 / (1 + Math.exp(-logits[k]!));
    const bin = Math.min(CALIBRATION_BINS - 1, Math.floor(probability * CALIBRATION_BINS));
    bins[bin]!++;
    bins[CALIBRATION_BINS + bin]! += probability;
  }
}

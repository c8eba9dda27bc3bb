/** Memory for answers about catalogues, as the addon's functions take it (addon/catalogue-access.cpp). */
import { CALIBRATION_BINS, type CatalogueAnswers, type CatalogueQuestions } from "../../ranker/catalogue-ranks.ts";
import type { NativeQuestions } from "./native-addon.ts";

/** `filled` are the arguments after the users; `answers` are read once the call is done. */
export function answersFor(
  { positives, masked, k, calibrates }: Omit<CatalogueQuestions, "users">,
  users: number,
): { readonly filled: NativeQuestions; readonly answers: () => CatalogueAnswers } {
  const count = positives.offsets[users]!;
  const scores = new Float32Array(count);
  const counts = new Uint32Array(2 * count + users); // at least, above, and of each user what is no number
  const lists = new Uint32Array(users * k); // [users, k]
  const bins = calibrates ? new Float64Array(users * 2 * CALIBRATION_BINS) : null;
  return {
    filled: [positives.offsets, positives.items, masked.offsets, masked.items, k, scores, counts, lists, bins],
    answers: () => ({
      scores,
      atLeast: counts.subarray(0, count),
      above: counts.subarray(count, 2 * count),
      notNumbers: counts.subarray(2 * count),
      lists,
      bins,
    }),
  };
}

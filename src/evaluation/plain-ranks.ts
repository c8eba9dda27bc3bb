/** Answers about whole catalogues from their scores, in plain loops: for scorers without answers of their own. */
import { bestItemsInto } from "../ranker/best-items.ts";
import {
  addProbabilities,
  CALIBRATION_BINS,
  type CatalogueAnswers,
  type CatalogueQuestions,
} from "../ranker/catalogue-ranks.ts";
import type { Scorer } from "../ranker/scorer.ts";
import { countNegatives } from "./rank-of-positive.ts";
import { checkScoreCount } from "./score-cases.ts";

/** Asks for the scores of all of the users at once. Twin of the native kernels (kernels/catalogue/row-scan.hpp). */
export async function plainRanks(scorer: Scorer, questions: CatalogueQuestions): Promise<CatalogueAnswers> {
  const { users, positives, masked, k, calibrates } = questions;
  const { items } = scorer;
  const scores = await scorer.catalogue(users); // [users, items]
  checkScoreCount(scores, users.length * items);
  const answers: CatalogueAnswers = {
    scores: new Float32Array(positives.items.length),
    atLeast: new Uint32Array(positives.items.length),
    above: new Uint32Array(positives.items.length),
    notNumbers: new Uint32Array(users.length),
    lists: new Uint32Array(users.length * k),
    bins: calibrates ? new Float64Array(users.length * 2 * CALIBRATION_BINS) : null,
  };
  const isNegative = new Uint8Array(items).fill(1);
  const negativeScores = new Float32Array(items);
  const listScores = new Float32Array(k);
  for (let row = 0; row < users.length; row++) {
    const own = scores.subarray(row * items, (row + 1) * items);
    for (const score of own) if (Number.isNaN(score)) answers.notNumbers[row]!++;
    const [first, end] = [positives.offsets[row]!, positives.offsets[row + 1]!];
    const held = positives.items.subarray(first, end);
    const seen = masked.items.subarray(masked.offsets[row], masked.offsets[row + 1]);
    for (const item of held) isNegative[item] = 0;
    for (const item of seen) isNegative[item] = 0;
    let kept = 0;
    for (let item = 0; item < items; item++) if (isNegative[item] === 1) negativeScores[kept++] = own[item]!;
    for (const item of held) isNegative[item] = 1;
    for (const item of seen) isNegative[item] = 1;
    const negatives = negativeScores.subarray(0, kept);
    for (const [at, item] of held.entries()) answers.scores[first + at] = own[item]!;
    const counts = countNegatives(answers.scores.subarray(first, end), negatives);
    answers.atLeast.set(counts.atLeast, first);
    answers.above.set(counts.above, first);
    if (answers.bins !== null) addProbabilities(answers.bins.subarray(row * 2 * CALIBRATION_BINS), negatives);
    // Last: it writes into the scores.
    if (k > 0) bestItemsInto(own, seen, answers.lists.subarray(row * k, (row + 1) * k), listScores);
  }
  return answers;
}

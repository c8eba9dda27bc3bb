/**
 * Answers about whole catalogues where every user gets the same scores: items are sorted once, and of each user only
 * what is left out is looked at. No work that grows with users x items.
 */
import { lowerBound } from "../dataset/lower-bound.ts";
import {
  addProbabilities,
  CALIBRATION_BINS,
  type CatalogueAnswers,
  type CatalogueQuestions,
} from "../ranker/catalogue-ranks.ts";
import { NO_ITEM } from "../ranker/scorer.ts";

/** `counts` [items], whole numbers, are the scores. Twin: src/evaluation/plain-ranks.ts. */
export function commonRanks(counts: Float32Array): (questions: CatalogueQuestions) => CatalogueAnswers {
  const ascending = Uint32Array.from(counts).sort();
  const countsFrom = (least: number): number => counts.length - lowerBound(ascending, least, 0, counts.length);
  const bestFirst = Uint32Array.from(counts, (_, item) => item).sort((a, b) => counts[b]! - counts[a]! || a - b);
  const isLeftOut = new Uint8Array(counts.length);
  const all = new Float64Array(2 * CALIBRATION_BINS);
  addProbabilities(all, counts);

  return ({ users, positives, masked, k, calibrates }) => {
    const answers: CatalogueAnswers = {
      scores: Float32Array.from(positives.items, (item) => counts[item]!),
      atLeast: new Uint32Array(positives.items.length),
      above: new Uint32Array(positives.items.length),
      notNumbers: new Uint32Array(users.length),
      lists: new Uint32Array(users.length * k).fill(NO_ITEM),
      bins: calibrates ? new Float64Array(users.length * 2 * CALIBRATION_BINS) : null,
    };
    for (let row = 0; row < users.length; row++) {
      const seen = masked.items.subarray(masked.offsets[row], masked.offsets[row + 1]);
      for (const item of seen) isLeftOut[item] = 1;
      if (k > 0) fillList(answers.lists.subarray(row * k, (row + 1) * k));
      const [first, end] = [positives.offsets[row]!, positives.offsets[row + 1]!];
      const held = positives.items.subarray(first, end);
      for (const item of held) isLeftOut[item] = 1;
      // Every item is counted, then those that are no negatives are taken back, each once.
      const excluded: number[] = [];
      for (const item of [...seen, ...held]) {
        if (isLeftOut[item] === 0) continue;
        isLeftOut[item] = 0;
        excluded.push(counts[item]!);
      }
      for (let at = first; at < end; at++) {
        const score = answers.scores[at]!;
        answers.atLeast[at] = countsFrom(score);
        answers.above[at] = countsFrom(score + 1);
        for (const other of excluded) {
          if (other >= score) answers.atLeast[at]!--;
          if (other > score) answers.above[at]!--;
        }
      }
      if (answers.bins !== null) {
        const own = answers.bins.subarray(row * 2 * CALIBRATION_BINS, (row + 1) * 2 * CALIBRATION_BINS);
        addProbabilities(own, Float32Array.from(excluded));
        for (let bin = 0; bin < own.length; bin++) own[bin] = all[bin]! - own[bin]!;
      }
    }
    return answers;
  };

  function fillList(list: Uint32Array): void {
    let length = 0;
    for (let at = 0; at < bestFirst.length && length < list.length; at++) {
      const item = bestFirst[at]!;
      if (isLeftOut[item] === 0) list[length++] = item;
    }
  }
}

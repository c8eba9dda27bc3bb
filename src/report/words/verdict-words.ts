/** What a run is worth beside its baselines, in words that a reader without a statistician understands. */
import type { Difference, RankerOutcome } from "../run-content.ts";
import { fixedText, intervalText, percentText, signedText } from "./number-text.ts";

export type Outcome = "better" | "level" | "worse";

/** Level where the interval of the lead holds 0: the difference could be chance. */
export function outcomeOf({ interval }: Difference): Outcome {
  return interval.low > 0 ? "better" : interval.high < 0 ? "worse" : "level";
}

export interface Verdict {
  readonly outcome: Outcome;
  /** Such as "Level with item-KNN". */
  readonly head: string;
  /** A sentence for each headline metric. */
  readonly sentences: readonly string[];
}

/**
 * Of the last of `metrics`, against the baseline that has most of it; each sentence is against the best in its own.
 * Null where no baseline was measured on the same users.
 */
export function verdictOf([subject, ...others]: readonly RankerOutcome[], metrics: readonly string[]): Verdict | null {
  const decisive = bestIn(others, metrics.at(-1)!);
  if (decisive === null) return null;
  const outcome = outcomeOf(decisive.lead);
  const words = { better: "Better than", level: "Level with", worse: "Worse than" }[outcome];
  return {
    outcome,
    head: `${words} ${placeOf(decisive.name, others)}`,
    sentences: [
      ...metrics.flatMap((metric) => {
        const best = bestIn(others, metric);
        return best === null ? [] : [sentenceOf(subject!, metric, best)];
      }),
      ...catalogueSentence(subject!),
    ],
  };
}

interface Best {
  readonly name: string;
  readonly value: number;
  readonly lead: Difference;
}

function bestIn(rivals: readonly RankerOutcome[], metric: string): Best | null {
  return rivals.reduce<Best | null>((best, { name, metrics, lead }) => {
    const [estimate, ahead] = [metrics[metric], lead?.[metric]];
    if (estimate === undefined || ahead === undefined) return best;
    return best === null || estimate.value > best.value ? { name, value: estimate.value, lead: ahead } : best;
  }, null);
}

/** Never grander than what was measured: popularity alone is no field to be the best of, and chance not of it. */
function placeOf(name: string, rivals: readonly RankerOutcome[]): string {
  const isTrivial = rivals.every((rival) => rival.name === "popularity" || rival.name === "random");
  if (isTrivial) return `${name}, but no baseline that learns stands beside it`;
  const count = rivals.filter((rival) => rival.name !== "random").length;
  return count === 1 ? name : `${name}, the best of ${count} baselines`;
}

function sentenceOf(subject: RankerOutcome, metric: string, best: Best): string {
  const value = subject.metrics[metric]!.value;
  const outcome = outcomeOf(best.lead);
  const cut = /^HR@(\d+)$/.exec(metric)?.[1];
  if (cut !== undefined) {
    const [own, other] = sharesApart(value, best.value);
    return `${own} of users find ${itemText(subject, cut)} among the top ${cut}; ${best.name} ${other}: ${outcome}.`;
  }
  const size = `${signedText(best.lead.value, 3)}, ${intervalText(best.lead.interval, 3)}`;
  return `${metric} ${fixedText(value, 3)}; ${best.name} ${fixedText(best.value, 3)}: ${outcome} (${size}).`;
}

/** With one item held out of each user, recall is the hit rate. */
function itemText({ metrics }: RankerOutcome, cut: string): string {
  const recall = metrics[`Recall@${cut}`];
  const isOne = recall === undefined || recall.value === metrics[`HR@${cut}`]!.value;
  return isOne ? "their item" : "an item of theirs";
}

/** A share among a hundred candidates says little of one among all items, which is what people will be shown. */
function catalogueSentence({ catalogue }: RankerOutcome): readonly string[] {
  const share = Object.entries(catalogue ?? {}).find(([metric]) => metric.startsWith("HR@"));
  return share === undefined ? [] : [`With all items as candidates, ${percentText(share[1].value, 0)} do.`];
}

/** Whole percents, or with a decimal where those would be the same. */
function sharesApart(one: number, other: number): readonly [string, string] {
  const digits = percentText(one, 0) === percentText(other, 0) ? 1 : 0;
  return [percentText(one, digits), percentText(other, digits)];
}

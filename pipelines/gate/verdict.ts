/** Whether a run takes the place of the one in use, from their paired difference; and why, in a line. */
import { leadText } from "../../src/runs/estimate-text.ts";
import type { ComparedRuns } from "../../src/runs/gate-record.ts";
import { LEVEL } from "../../src/study/study-verdicts.ts";

export interface GateRule {
  readonly metric: string;
  readonly margin: number;
  readonly strict: boolean;
}

export interface Verdict {
  readonly verdict: "promote" | "keep";
  readonly reason: string;
}

/** Better and worse by the permutation test of users and an interval without 0: two runs, one seed each. */
export function standingOf({ permutationP, interval }: Pick<ComparedRuns, "permutationP" | "interval">) {
  const isClear = permutationP < LEVEL;
  if (isClear && interval.low > 0) return "better";
  return isClear && interval.high < 0 ? "worse" : "level";
}

/**
 * What is shown to be worse, and by more than the margin, is kept out. Under `strict` the burden is the other way
 * round: what is not shown to be within the margin is (a non-inferiority test by the interval).
 */
export function verdictOf(compared: ComparedRuns, rule: GateRule): Verdict {
  const { difference, interval, standing } = compared;
  const { margin, strict } = rule;
  const figures = figuresText(compared, rule);
  if (strict) {
    return interval.low >= -margin
      ? { verdict: "promote", reason: `no worse than the margin of ${margin}, by the whole interval: ${figures}` }
      : { verdict: "keep", reason: `not shown to be within the margin of ${margin}: ${figures}` };
  }
  if (standing === "worse" && difference < -margin) {
    return { verdict: "keep", reason: `worse, and by more than the margin of ${margin}: ${figures}` };
  }
  if (standing === "better") return { verdict: "promote", reason: `better: ${figures}` };
  if (standing === "worse")
    return { verdict: "promote", reason: `worse, but within the margin of ${margin}: ${figures}` };
  if (difference >= -margin) return { verdict: "promote", reason: `no worse: ${figures}` };
  return {
    verdict: "promote",
    reason: `not shown to be worse: ${figures}; so few users tell apart what differs by ${reachOf(interval)}`,
  };
}

/** Such as "NDCG@10 0.4312 against 0.4290, +0.0022 (-0.0010 to +0.0054), p 0.1805, 943 users". */
function figuresText(compared: ComparedRuns, { metric }: GateRule): string {
  const { run, against, difference, interval, permutationP, permutationIsAtMost, cases } = compared;
  return `${metric} ${run[metric]!.toFixed(4)} against ${against[metric]!.toFixed(4)}, ${leadText({ value: difference, ...interval })}, p ${permutationIsAtMost ? "at most " : ""}${permutationP.toFixed(4)}, ${cases} users`;
}

/** Half the interval's width. */
function reachOf({ low, high }: ComparedRuns["interval"]): string {
  return ((high - low) / 2).toFixed(4);
}

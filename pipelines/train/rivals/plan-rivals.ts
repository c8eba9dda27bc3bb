/** Which baselines are fitted beside a training, each with which grid, and which are left out and why. */
import { fittingSeconds, type LogSizes, rankingSeconds } from "../../../src/baselines/fitting-seconds.ts";
import { bytesText } from "../../../src/baselines/matrix-memory.ts";
import {
  type BaselineName,
  baselineGrids,
  combinations,
  fastBaselineGrids,
  type TunedBaseline,
} from "../../../src/config/baseline-settings.ts";
import type { Parameters } from "../../baselines/choose-parameters.ts";

export interface RivalsPlan {
  /** In the order they are fitted. */
  readonly rivals: readonly { readonly name: Exclude<BaselineName, "random">; readonly tried: readonly Parameters[] }[];
  readonly leftOut: readonly { readonly name: TunedBaseline; readonly reason: string }[];
}

/** In bytes. */
export interface MemoryOfEase {
  readonly needed: number;
  readonly free: number;
}

/** Those first that are more often the best of all for what they cost. */
const byWorth: readonly TunedBaseline[] = ["ease", "item-knn", "ials", "pure-svd"];

/** What `fast` may take together: little beside the training of such a log. */
export function fastSeconds(rows: number): number {
  return 5 + 1.5e-5 * rows;
}

/** `all` tries the grids of `evaluate --baseline`. What cannot be done at all is left out there too. */
export function planRivals(
  asked: "fast" | "all",
  sizes: LogSizes,
  { memory, refits }: { readonly memory: MemoryOfEase; readonly refits: boolean },
): RivalsPlan {
  const chosen = new Map<TunedBaseline, readonly Parameters[]>();
  const reasons = new Map<TunedBaseline, string>();
  let left = asked === "all" ? Number.POSITIVE_INFINITY : fastSeconds(sizes.rows);
  /**
   * Each of several combinations is fitted and ranked on validation; then one, the dearest as far as anybody knows, is
   * fitted and ranked on both splits, fitted again for test where there is a refit.
   */
  const cost = (name: TunedBaseline, tried: readonly Parameters[]): number => {
    const fits = tried.map((parameters) => fittingSeconds(name, parameters, sizes));
    const validations = tried.map((parameters) => rankingSeconds(name, parameters, sizes, "validation"));
    const tests = tried.map((parameters) => rankingSeconds(name, parameters, sizes, "test"));
    const choice = tried.length === 1 ? 0 : [...fits, ...validations].reduce((sum, seconds) => sum + seconds, 0);
    return choice + Math.max(...fits) * (refits ? 2 : 1) + Math.max(...validations) + Math.max(...tests);
  };
  for (const name of byWorth) {
    if (name === "ease" && memory.needed > memory.free) {
      reasons.set(name, `needs ${bytesText(memory.needed)} of memory, and ${bytesText(memory.free)} are free`);
      continue;
    }
    if (asked === "all") {
      chosen.set(name, combinations(baselineGrids[name], {}));
      continue;
    }
    const one = combinations(fastBaselineGrids[name], {}).slice(0, 1);
    const seconds = cost(name, one);
    if (seconds > left) reasons.set(name, `about ${secondsText(seconds)}`);
    else {
      chosen.set(name, one);
      left -= seconds;
    }
  }
  if (asked === "fast") {
    for (const [name, one] of chosen) {
      const all = combinations(fastBaselineGrids[name], {});
      const more = cost(name, all) - cost(name, one);
      if (more > left) continue;
      chosen.set(name, all);
      left -= more;
    }
  }
  return {
    rivals: [{ name: "popularity", tried: [{}] }, ...[...chosen].map(([name, tried]) => ({ name, tried }))],
    leftOut: [...reasons].map(([name, reason]) => ({ name, reason })),
  };
}

/** Two digits are more than is known of it. */
function secondsText(seconds: number): string {
  if (seconds < 90) return `${Math.ceil(seconds)} s`;
  if (seconds < 5400) return `${Math.round(seconds / 60)} min`;
  return `${Math.round(seconds / 3600)} h`;
}

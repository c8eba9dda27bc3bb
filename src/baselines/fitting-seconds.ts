/**
 * About how long baselines take on a log, from its sizes alone: what `train` decides by. The constants are of one core
 * of an AMD EPYC (Zen 4) and good to a factor of two or so elsewhere; no result depends on them.
 */
import type { TunedBaseline } from "../config/baseline-settings.ts";
import type { Interactions } from "../dataset/interaction-dataset.ts";

export interface LogSizes {
  readonly users: number;
  readonly items: number;
  readonly rows: number;
  /** Sum over users of the square of their rows. */
  readonly squares: number;
  /** Scores that are asked for when a split is ranked; 0 where it has no cases. */
  readonly scores: Readonly<Record<"validation" | "test", number>>;
  /** Whether those are of whole catalogues. */
  readonly isFull: boolean;
  /** Whether those who are asked about are folded in: plain loops score them, kernels or not. */
  readonly foldsIn: boolean;
  /** Of native kernels; null for plain loops, which take many times as long. */
  readonly threads: number | null;
}

export function sumOfSquares({ users, userColumn, length }: Interactions): number {
  const counts = new Uint32Array(users);
  for (let row = 0; row < length; row++) counts[userColumn[row]!]!++;
  return counts.reduce((sum, count) => sum + count ** 2, 0);
}

/** Of ranking a split once. */
export function rankingSeconds(
  name: TunedBaseline,
  parameters: Readonly<Record<string, number>>,
  sizes: LogSizes,
  split: "validation" | "test",
): number {
  return sizes.scores[split] * secondsPerScore(name, parameters, sizes);
}

/** Of fitting once. */
export function fittingSeconds(
  name: TunedBaseline,
  parameters: Readonly<Record<string, number>>,
  sizes: LogSizes,
): number {
  const { users, items, rows, squares, threads } = sizes;
  /** Of a multiplication in kernels that run on every core. */
  const dense = threads === null ? 2e-9 : 1.3e-10 / threads;
  /** Of an inverse, by row, column and pivot. */
  const inverse = threads === null ? 2e-9 : 1.2e-11 / threads;
  switch (name) {
    case "item-knn":
      // Every pair of items of a user is counted; of what was met, the nearest are found.
      return 4e-9 * squares + 12e-9 * Math.min(squares, items ** 2);
    case "pure-svd": {
      const { factors = 0 } = parameters;
      return factors * (1.7e-7 * rows + 5e-8 * factors * (users + items));
    }
    case "ease":
      return 2e-9 * (users < items ? rows * Math.sqrt(rows) : squares) + inverse * Math.min(users, items) ** 3;
    case "ials": {
      const { factors = 0, iterations = 0 } = parameters;
      return dense * iterations * (rows * factors ** 2 + (users + items) * factors ** 2 * (factors + 32));
    }
    default:
      return name satisfies never;
  }
}

/** Of asking for one score, and ranking it. */
function secondsPerScore(
  name: TunedBaseline,
  { neighbours = 0, factors = 0 }: Readonly<Record<string, number>>,
  { users, items, rows, isFull, foldsIn, threads }: LogSizes,
): number {
  const own = rows / users;
  if (isFull && threads !== null && !foldsIn && !(name === "ease" && users < items)) {
    // Kernels rank where they score (src/ranker/catalogue-kernels.ts).
    if (name === "item-knn") return (8e-10 + 1e-9 * own * (neighbours / items)) / threads;
    return (name === "ease" ? 8e-10 + 2e-10 * own : 3e-10 + 1.2e-11 * factors) / threads;
  }
  const ranking = isFull ? 8e-9 : 2e-8;
  if (name === "item-knn") return ranking + (isFull ? 2e-9 * own * (neighbours / items) : 4e-9 * neighbours);
  if (name === "ease") return ranking + (users < items ? 2e-9 * (rows / items) : (isFull ? 1e-9 : 1e-8) * own);
  return ranking + 1.5e-9 * factors;
}

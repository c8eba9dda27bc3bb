/** What the tuned baselines have to choose, and the grids that validation chooses from where a value is not given. */
import { z } from "zod";
import { setting } from "./setting.ts";
import { trainSetting } from "./train-role.ts";

export const baselineNames = ["random", "popularity", "item-knn", "pure-svd", "ials", "ease"] as const;
export type BaselineName = (typeof baselineNames)[number];

/** Such as "ease", "item-knn,ease" or "all". */
const baselineList = new RegExp(`^(all|(${baselineNames.join("|")})(,(${baselineNames.join("|")}))*)$`);

/** Of `evaluate`. */
export const evaluatedBaselines = setting(z.string().regex(baselineList).nullable().default(null), {
  flag: "baseline",
  heading: "Baseline",
  expects: `one of ${baselineNames.join(", ")}, some of them as a list (item-knn,ease), or all`,
  meaning:
    "What a ranker must beat, evaluated in place of a run; its parameters are chosen on validation unless given; several, or all, are put side by side",
});

/** Of a value of that setting; empty without one. */
export function baselinesOf(asked: string | null): readonly BaselineName[] {
  if (asked === null) return [];
  if (asked === "all") return baselineNames;
  return baselineNames.filter((name) => asked.split(",").includes(name));
}

/** Those that learn something, and so are worth being served. */
export const fittedNames = ["popularity", "item-knn", "pure-svd", "ials", "ease"] as const;
export type FittedName = (typeof fittedNames)[number];
export type TunedBaseline = Exclude<BaselineName, "random" | "popularity">;

/** Of `train`. */
export const baselinesBeside = trainSetting(z.enum(["none", "fast", "all"]).default("fast"), {
  flag: "baselines",
  meaning:
    "What is fitted beside the run and compared with it: what takes a few seconds on such a log, all (popularity, item-knn, pure-svd, ials, ease, with the grids of evaluate), or none",
  role: "operational",
});

export const baselineParameterSettings = {
  neighbours: setting(z.int().min(1).nullable().default(null), {
    flag: "neighbours",
    meaning: "Of item-knn: how many of the most similar items count; chosen on validation unless given",
    unit: "items",
  }),
  shrinkage: setting(z.number().min(0).nullable().default(null), {
    flag: "shrinkage",
    meaning:
      "Of item-knn: added to the similarity's divisor, against items of few users; chosen on validation unless given",
  }),
  factors: setting(z.int().min(1).max(1024).nullable().default(null), {
    flag: "factors",
    meaning: "Of pure-svd and ials: length of the vectors; chosen on validation unless given",
  }),
  regularization: setting(z.number().positive().nullable().default(null), {
    flag: "regularization",
    meaning: "Of ials and ease; chosen on validation unless given",
  }),
  unobservedWeight: setting(z.number().positive().nullable().default(null), {
    flag: "unobserved-weight",
    meaning: "Of ials: weight of a pair that nobody observed, beside 1; chosen on validation unless given",
  }),
  iterations: setting(z.int().min(1).nullable().default(null), {
    flag: "iterations",
    meaning: "Of ials: sweeps over users and items; 12 unless given",
  }),
};

export type BaselineParameter = keyof typeof baselineParameterSettings;

/**
 * Values tried: every combination of them, or, of more than MOST_COMBINATIONS, one parameter at a time. The first of
 * equally good ones is taken, so cheaper values stand first.
 */
export const baselineGrids: Readonly<
  Record<TunedBaseline, Readonly<Partial<Record<BaselineParameter, readonly number[]>>>>
> = {
  "item-knn": { neighbours: [10, 20, 50, 100, 200], shrinkage: [0, 10, 50] },
  "pure-svd": { factors: [8, 16, 32, 64, 128] },
  // Rendle et al. 2021 and 2022 end between .3 on small dense logs and .002 on large catalogues.
  ials: {
    factors: [64, 192],
    regularization: [0.001, 0.003, 0.007, 0.02],
    unobservedWeight: [0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1],
    iterations: [12],
  },
  ease: { regularization: [50, 100, 200, 400, 800, 1600] },
};

export const MOST_COMBINATIONS = 20;

/**
 * The small grids of `train --baselines fast`. The first combination of each is what does well on many logs: where a
 * log leaves no time to choose, it stands alone.
 */
export const fastBaselineGrids: typeof baselineGrids = {
  "item-knn": { neighbours: [100, 20], shrinkage: [10, 0] },
  "pure-svd": { factors: [16, 8] },
  ials: { factors: [32], regularization: [0.003, 0.03], unobservedWeight: [0.1, 0.3], iterations: [8] },
  ease: { regularization: [200, 800, 50] },
};

export function isTuned(name: BaselineName): name is TunedBaseline {
  return name in baselineGrids;
}

/** As --parameters of a command, such as "--neighbours 100 --shrinkage 10". */
export function parameterFlags(parameters: Readonly<Record<string, number>>): readonly string[] {
  return Object.entries(parameters).flatMap(([name, value]) => {
    const flag = baselineParameterSettings[name as BaselineParameter].meta()?.flag; // a grid's keys are parameters
    return [`--${String(flag)}`, String(value)];
  });
}

export function parametersText(parameters: Readonly<Record<string, number>>): string {
  return Object.entries(parameters)
    .map(([name, value]) => `${name} ${value}`)
    .join(", ");
}

interface BaselineConfig extends Readonly<Record<BaselineParameter, number | null>> {
  readonly run: string | null;
  readonly baseline: BaselineName | null;
  readonly dataset: string | null;
  readonly seed: number | null;
}

type Refusal = readonly [path: readonly string[], message: string];

/** What is refused where several baselines are put side by side. */
export function severalBaselinesRefusals(
  config: Omit<BaselineConfig, "baseline"> & Omit<BaselineEngineConfig, "baseline"> & { readonly baseline: string },
  computing: readonly BaselineName[],
): readonly Refusal[] {
  const names = baselinesOf(config.baseline);
  const refusals: Refusal[] = [];
  const asked = config.baseline.split(",");
  if (new Set(asked).size < asked.length) refusals.push([["baseline"], "expected each baseline once"]);
  // What concerns one of them concerns the table; what none of them has a use for is refused as of one.
  const ofEach = names.map((baseline) => {
    const one = { ...config, ...withoutParameters, baseline };
    return [...baselineRefusals(one), ...baselineEngineRefusals(one, computing)];
  });
  const [first = []] = ofEach;
  for (const [path, message] of first) {
    if (!ofEach.every((others) => others.some((other) => other[0].join(".") === path.join(".")))) continue;
    const isOfEngine = path[0] === "engine" || path[0] === "threads";
    refusals.push([path, isOfEngine ? "none of these baselines needs an engine" : message]);
  }
  for (const name of Object.keys(baselineParameterSettings) as BaselineParameter[]) {
    if (config[name] !== null)
      refusals.push([[name], "the parameters of several baselines are chosen on validation; give them to one alone"]);
  }
  return refusals;
}

const withoutParameters = Object.fromEntries(
  Object.keys(baselineParameterSettings).map((name) => [name, null]),
) as Readonly<Record<BaselineParameter, null>>; // its keys are those of the settings

/** What a stage that takes a run or a baseline refuses about the baseline. */
export function baselineRefusals(config: BaselineConfig): readonly Refusal[] {
  const { run, baseline, dataset } = config;
  const refusals: Refusal[] = [];
  if (baseline !== null && dataset === null) refusals.push([[], `--baseline ${baseline} needs --dataset NAME`]);
  if (baseline !== null && run !== null)
    refusals.push([["run"], "a baseline is taken in place of a run, give one of them"]);
  const draws = baseline === "random" || baseline === "pure-svd" || baseline === "ials";
  if (!draws && config.seed !== null) {
    refusals.push([["seed"], "only the baselines random, pure-svd and ials draw anything"]);
  }
  const own = baseline !== null && isTuned(baseline) ? baselineGrids[baseline] : {};
  for (const name of Object.keys(baselineParameterSettings) as BaselineParameter[]) {
    if (config[name] !== null && !(name in own))
      refusals.push([[name], `${baseline ?? "a run"} has no such parameter`]);
  }
  return refusals;
}

interface BaselineEngineConfig {
  readonly baseline: BaselineName | null;
  readonly engine: string;
  readonly threads: number | null;
  readonly tfjsBackend: string | null;
  readonly allowSoftwareAdapter: boolean;
}

/** Likewise of the engine: baselines compute on one where they are among `computing`, and on no GPU. */
export function baselineEngineRefusals(
  config: BaselineEngineConfig,
  computing: readonly BaselineName[],
): readonly Refusal[] {
  const { baseline, engine, threads } = config;
  if (baseline === null) return [];
  const refusals: Refusal[] = [];
  const computes = computing.includes(baseline);
  if (!computes && engine !== "auto") refusals.push([["engine"], `${baseline} needs no engine`]);
  if (!computes && threads !== null) refusals.push([["threads"], `${baseline} needs no engine`]);
  if (config.tfjsBackend !== null) refusals.push([["tfjsBackend"], "a baseline does not run on tfjs"]);
  if (config.allowSoftwareAdapter) refusals.push([["allowSoftwareAdapter"], "a baseline does not run on webgpu"]);
  return refusals;
}

/**
 * Every combination of the grid's values, with the given ones in place of theirs; the last parameter changes fastest.
 */
export function combinations(
  grid: Readonly<Partial<Record<BaselineParameter, readonly number[]>>>,
  given: Readonly<Partial<Record<BaselineParameter, number | null>>>,
): readonly Readonly<Record<string, number>>[] {
  return Object.entries(grid).reduce<readonly Readonly<Record<string, number>>[]>(
    (found, [name, values]) => {
      const value = given[name as BaselineParameter] ?? null; // the grid's keys are parameters
      return found.flatMap((others) => (value === null ? values : [value]).map((one) => ({ ...others, [name]: one })));
    },
    [{}],
  );
}

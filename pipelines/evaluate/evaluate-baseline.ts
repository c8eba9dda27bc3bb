/** A baseline ready to be ranked: fitted, and its parameters chosen on validation where they are not given. */
import { fitBaseline } from "../../src/baselines/fit-baseline.ts";
import { popularityScorer } from "../../src/baselines/popularity.ts";
import { randomScorer } from "../../src/baselines/random.ts";
import {
  type BaselineName,
  baselineGrids,
  combinations,
  isTuned,
  type TunedBaseline,
} from "../../src/config/baseline-settings.ts";
import type { EvaluateConfig } from "../../src/config/schemas/evaluate-schema.ts";
import { joinInteractions } from "../../src/dataset/interaction-dataset.ts";
import { ConfigError } from "../../src/errors.ts";
import type { Scorer } from "../../src/ranker/scorer.ts";
import type { BaselineChoice, MetricsDocument } from "../../src/runs/metrics-document.ts";
import type { LoadedDataset } from "../dataset/stored-dataset.ts";
import { evaluateSplit } from "../measures/evaluate-split.ts";
import { sayWhileWaiting } from "../progress/while-waiting.ts";
import type { StageContext } from "../stage.ts";
import { openAlgebra } from "./open-algebra.ts";

export interface ReadyBaseline {
  readonly scorer: Scorer;
  /** Absent where there was nothing to choose, of parameters or of what to fit on. */
  readonly choice?: BaselineChoice;
  /** Of the chosen parameters, fitted on train. */
  readonly validation?: NonNullable<MetricsDocument["validation"]>;
}

export async function readyBaseline(
  name: BaselineName,
  job: { readonly config: EvaluateConfig; readonly dataset: LoadedDataset; readonly context: StageContext },
): Promise<ReadyBaseline> {
  const { config, dataset, context } = job;
  // Test may be ranked by what has seen validation too.
  const train = config.refit ? joinInteractions(dataset.train, dataset.validation) : dataset.train;
  const seed = config.seed ?? dataset.description.seed;
  const fittedOn: BaselineChoice["fittedOn"] = config.refit ? ["train", "validation"] : ["train"];
  if (name === "random") return { scorer: randomScorer({ users: train.users, items: train.items, seed }) };
  if (!isTuned(name)) {
    const choice = { chosenBy: null, parameters: {}, trials: [], fittedOn, fitSeconds: 0 };
    return { scorer: popularityScorer(train), ...(config.refit ? { choice } : {}) };
  }
  const algebra = await openAlgebra(config.engine, { threads: config.threads, log: context.log });
  if (name === "ials" || name === "ease") context.log(`linear algebra: ${algebra.description}`);
  const fitted = (parameters: Readonly<Record<string, number>>, data = dataset.train): Promise<Scorer> =>
    sayWhileWaiting(
      async () => (await fitBaseline(name, data, { parameters, seed, algebra })).scorer,
      `fitting ${name}, ${parametersText(parameters)}`,
      context,
    );

  const tried = combinations(baselineGrids[name], config);
  const chosen = tried.length === 1 ? null : await choose(name, tried, job, fitted);
  const parameters = chosen?.parameters ?? tried[0]!; // a product of lists that are not empty
  const started = context.elapsed();
  const scorer = await fitted(parameters, train);
  const fitSeconds = (context.elapsed() - started) / 1000;
  return {
    scorer,
    choice: {
      chosenBy: chosen?.metric ?? null,
      parameters: { ...parameters },
      trials: chosen?.trials ?? [],
      fittedOn,
      fitSeconds,
    },
    ...(chosen === null ? {} : { validation: chosen.validation }),
  };
}

interface Chosen {
  readonly metric: string;
  readonly parameters: Readonly<Record<string, number>>;
  readonly validation: NonNullable<MetricsDocument["validation"]>;
  readonly trials: BaselineChoice["trials"];
}

/** Every combination fitted on train and ranked on validation; the first of the best is taken. */
async function choose(
  name: TunedBaseline,
  tried: readonly Readonly<Record<string, number>>[],
  { config, dataset, context }: Parameters<typeof readyBaseline>[1],
  fitted: (parameters: Readonly<Record<string, number>>) => Promise<Scorer>,
): Promise<Chosen> {
  if (dataset.candidatesValidation.users.length === 0) {
    throw new ConfigError(
      `--baseline ${name}: dataset ${dataset.description.name} has no validation items to choose on; give ${Object.keys(baselineGrids[name]).join(", ")}`,
    );
  }
  const metric = `NDCG@${config.k[0]}`;
  const trials: { parameters: Record<string, number>; value: number; seconds: number }[] = [];
  let best: Omit<Chosen, "metric" | "trials"> & { readonly value: number } = {
    parameters: {},
    validation: {},
    value: Number.NEGATIVE_INFINITY,
  };
  for (const [index, parameters] of tried.entries()) {
    context.signal.throwIfAborted();
    const started = context.elapsed();
    const scorer = await fitted(parameters);
    const seconds = (context.elapsed() - started) / 1000;
    const { candidates, k: ks } = config;
    const { metrics } = await evaluateSplit({ scorer, dataset, split: "validation", candidates, ks });
    const value = metrics[metric]!;
    trials.push({ parameters: { ...parameters }, value, seconds });
    context.log(
      `${index + 1}/${tried.length} ${parametersText(parameters)}: validation ${metric} ${value.toFixed(4)}, fitted in ${seconds.toFixed(1)} s`,
    );
    if (value > best.value) best = { parameters, validation: { ...metrics }, value };
  }
  return { metric, parameters: best.parameters, validation: best.validation, trials };
}

export function parametersText(parameters: Readonly<Record<string, number>>): string {
  return Object.entries(parameters)
    .map(([name, value]) => `${name} ${value}`)
    .join(", ");
}

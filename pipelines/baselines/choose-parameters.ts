/** The parameters of a baseline that validation chooses from a grid; kept, since the same data chooses the same. */
import path from "node:path";
import { z } from "zod";
import { fitBaseline } from "../../src/baselines/fit-baseline.ts";
import type { FittedBaseline } from "../../src/baselines/fitted-baseline.ts";
import type { MatrixMemory } from "../../src/baselines/matrix-memory.ts";
import {
  type BaselineName,
  baselineGrids,
  MOST_COMBINATIONS,
  parametersText,
  type TunedBaseline,
} from "../../src/config/baseline-settings.ts";
import type { Interactions } from "../../src/dataset/interaction-dataset.ts";
import { ConfigError } from "../../src/errors.ts";
import type { DenseAlgebra } from "../../src/linear-algebra/dense-algebra.ts";
import type { CatalogueKernels } from "../../src/ranker/catalogue-kernels.ts";
import type { LoadedDataset } from "../dataset/stored-dataset.ts";
import { type CandidateProtocol, evaluateSplit } from "../measures/evaluate-split.ts";
import { scorerOfBaseline } from "../measures/held-out-scorers.ts";
import { clockText } from "../progress/clock-text.ts";
import { openProgressDisplay } from "../progress/progress-display.ts";
import { sayWhileWaiting } from "../progress/while-waiting.ts";
import type { StageContext } from "../stage.ts";
import { keptRecord } from "./kept-record.ts";
import { chooseOneAtATime } from "./one-at-a-time.ts";

export type Parameters = Readonly<Record<string, number>>;

export interface BaselineJob {
  readonly dataset: LoadedDataset;
  readonly seed: number;
  readonly algebra: DenseAlgebra;
  /** For ranking; null for plain loops. */
  readonly kernels: CatalogueKernels | null;
  /** Of every fit of the job, so that there is one large matrix at a time. */
  readonly memory: MatrixMemory;
  /** Below it, kept records have a folder. */
  readonly modelsRoot: string;
  /** Whether each trial has a line of its own; otherwise one now and then, for those who wait. */
  readonly tellsTrials: boolean;
  readonly context: StageContext;
}

/** How the parameters are chosen. */
export interface Choosing {
  /** All of them, or of more than MOST_COMBINATIONS some: see one-at-a-time.ts. */
  readonly tried: readonly Parameters[];
  readonly metric: string;
  readonly ks: readonly number[];
  readonly candidates: CandidateProtocol | null;
  /** Null for all users. */
  readonly usersSample: number | null;
}

const metrics = z.record(z.string(), z.number());

const chosenSchema = z.object({
  parameters: metrics,
  /** Every metric, of the chosen ones. */
  validation: metrics,
  trials: z.array(z.object({ parameters: metrics, value: z.number(), seconds: z.number() })),
});
export type Chosen = Readonly<z.output<typeof chosenSchema>>;

/** models/baselines/<dataset>/ */
export function keptFolder({ modelsRoot, dataset }: Pick<BaselineJob, "modelsRoot" | "dataset">): string {
  return path.join(modelsRoot, "baselines", dataset.description.name);
}

/** Combinations fitted on train and ranked on validation; the first of the best is taken. */
export async function chooseParameters(name: TunedBaseline, job: BaselineJob, choosing: Choosing): Promise<Chosen> {
  const { dataset, seed, context } = job;
  if (dataset.candidatesValidation.users.length === 0) {
    throw new ConfigError(
      `--baseline ${name}: dataset ${dataset.description.name} has no validation items to choose on; give ${Object.keys(baselineGrids[name]).join(", ")}`,
    );
  }
  const { usersSample, ...asked } = choosing;
  const sample = usersSample === null ? {} : { usersSample }; // what was kept of all users stays found
  const identity = { version: 1, name, dataset: dataset.description.contentHash, seed, ...asked, ...sample };
  const { record, wasKept } = await keptRecord(
    { folder: keptFolder(job), name: `${name}-parameters`, identity },
    chosenSchema,
    () => tryAll(name, job, choosing),
    context,
  );
  if (wasKept && job.tellsTrials) {
    context.log(`${name}: ${parametersText(record.parameters)}, as chosen before on this data`);
  }
  return record;
}

async function tryAll(name: TunedBaseline, job: BaselineJob, choosing: Choosing): Promise<Chosen> {
  const { dataset, tellsTrials, context } = job;
  const { tried, metric, ks, candidates, usersSample } = choosing;
  const trials: Chosen["trials"][number][] = [];
  let best: Omit<Chosen, "trials"> & { readonly value: number } = {
    parameters: {},
    validation: {},
    value: Number.NEGATIVE_INFINITY,
  };
  const isWhole = tried.length <= MOST_COMBINATIONS;
  const began = context.elapsed();
  const display = openProgressDisplay(
    {
      format: `${name}  {bar}  {value}/{total}  {trial}  left {left}`,
      total: isWhole ? tried.length : 0,
      words: { trial: "", left: "?" },
      secondsBetweenLines: 20,
    },
    context,
  );
  try {
    if (isWhole) for (const [index, parameters] of tried.entries()) await tryOne(parameters, tried.length - index - 1);
    else await chooseOneAtATime(tried, tryOne);
  } finally {
    display.close();
  }
  return { parameters: best.parameters, validation: best.validation, trials };

  /** Of `left` more there may be. */
  async function tryOne(parameters: Parameters, left: number): Promise<number> {
    context.signal.throwIfAborted();
    const started = context.elapsed();
    const baseline = await fitted(name, dataset.train, parameters, job);
    const seconds = (context.elapsed() - started) / 1000;
    const scorer = await scorerOfBaseline(baseline, job.kernels, { dataset, split: "validation" });
    const evaluation = await sayWhileWaiting(
      () => evaluateSplit({ scorer, dataset, split: "validation", candidates, ks, usersSample }),
      `ranking ${name}, ${parametersText(parameters)}`,
      context,
    );
    baseline.release?.();
    const value = evaluation.metrics[metric]!;
    trials.push({ parameters: { ...parameters }, value, seconds });
    const done = trials.length;
    const total = done + left;
    const line = `${parametersText(parameters)}: validation ${metric} ${value.toFixed(4)}`;
    const secondsLeft = ((context.elapsed() - began) / 1000) * (left / done);
    display.show({
      done,
      total,
      event: { kind: "baseline", baseline: name, parameters, metric, value, done, total },
      words: () => ({ trial: line, left: clockText(secondsLeft) }),
      line: () =>
        `${done}/${total} ${line}, fitted in ${seconds.toFixed(1)} s${left === 0 ? "" : `, left ${clockText(secondsLeft)}`}`,
      isNews: tellsTrials,
    });
    if (value > best.value) best = { parameters: { ...parameters }, validation: { ...evaluation.metrics }, value };
    return value;
  }
}

/** Says now and then that it still goes on. */
export function fitted(
  name: BaselineName,
  train: Interactions,
  parameters: Parameters,
  { seed, algebra, memory, context }: Pick<BaselineJob, "seed" | "algebra" | "memory" | "context">,
): Promise<FittedBaseline> {
  const what = `fitting ${name}${Object.keys(parameters).length === 0 ? "" : `, ${parametersText(parameters)}`}`;
  return sayWhileWaiting(() => fitBaseline(name, train, { parameters, seed, algebra, memory }), what, context);
}

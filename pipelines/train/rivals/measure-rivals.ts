/**
 * The baselines beside a run: fitted, their parameters chosen on validation, and ranked on test, whose outcome nobody
 * is told before the run has its own. What was measured on the same data before is taken as it was.
 */
import { z } from "zod";
import { easeBytes } from "../../../src/baselines/ease.ts";
import type { FittedBaseline } from "../../../src/baselines/fitted-baseline.ts";
import { type LogSizes, sumOfSquares } from "../../../src/baselines/fitting-seconds.ts";
import { matrixMemory } from "../../../src/baselines/matrix-memory.ts";
import { type BaselineName, baselineNames, isTuned, parametersText } from "../../../src/config/baseline-settings.ts";
import { cutsWith, isHeadlineMetric } from "../../../src/config/metric-names.ts";
import type { TrainConfig } from "../../../src/config/schemas/train-schema.ts";
import { messageOf } from "../../../src/errors.ts";
import type { DenseAlgebra } from "../../../src/linear-algebra/dense-algebra.ts";
import type { BaselinesRecord } from "../../../src/runs/baselines-record.ts";
import { baselineChoiceSchema } from "../../../src/runs/metrics-document.ts";
import type { BootstrapOptions } from "../../../src/statistics/bootstrap.ts";
import { intervalFor } from "../../../src/statistics/usual-interval.ts";
import {
  type BaselineJob,
  chooseParameters,
  fitted,
  keptFolder,
  type Parameters,
} from "../../baselines/choose-parameters.ts";
import { keptRecord } from "../../baselines/kept-record.ts";
import { openAlgebra } from "../../baselines/open-algebra.ts";
import { hasProfiles, rowsOfRefit } from "../../dataset/held-out-users.ts";
import type { LoadedDataset } from "../../dataset/stored-dataset.ts";
import { casesOf, type EvaluatedSplit, evaluateSplit, protocolOf } from "../../measures/evaluate-split.ts";
import { scorerOfBaseline } from "../../measures/held-out-scorers.ts";
import { scoresToRank } from "../../measures/watched-scorer.ts";
import type { StageContext } from "../../stage.ts";
import { validatedUsers } from "../../training/configured-training.ts";
import { forecastOf } from "./forecast.ts";
import { decodeValues, encodeValues, estimatesOf } from "./paired-estimates.ts";
import { type MemoryOfEase, planRivals } from "./plan-rivals.ts";

const estimates = z.record(z.string(), z.object({ value: z.number(), low: z.number(), high: z.number() }));

const measuredSchema = z.object({
  choice: baselineChoiceSchema,
  seconds: z.number(),
  validation: z.object({ protocol: z.string(), estimates }).nullable(),
  /** Values user by user are float32 in base64, by metric name. */
  test: z.object({ protocol: z.string(), estimates, perUser: z.record(z.string(), z.string()) }).nullable(),
});

export interface Rival {
  readonly name: BaselineName;
  readonly choice: z.output<typeof measuredSchema>["choice"];
  readonly seconds: number;
  readonly wasKept: boolean;
  readonly validation: z.output<typeof measuredSchema>["validation"];
  readonly test: {
    readonly protocol: string;
    readonly estimates: z.output<typeof estimates>;
    /** By metric name, in the order of the dataset's test candidates. */
    readonly perUser: Readonly<Record<string, Float32Array>>;
  } | null;
}

export interface Rivals {
  readonly asked: BaselinesRecord["asked"];
  readonly fitted: readonly Rival[];
  readonly leftOut: BaselinesRecord["leftOut"];
}

interface RivalsJob {
  readonly config: TrainConfig;
  /** Of the engine that trains. */
  readonly engine: { readonly name: string };
  readonly dataset: LoadedDataset;
  readonly context: StageContext;
}

/** Null under --baselines none. Says a line for each. A baseline that cannot be fitted is left out with its reason. */
export async function measureRivals(job: RivalsJob): Promise<Rivals | null> {
  const { config, dataset, context } = job;
  const { baselines: asked, modelsRoot } = config;
  if (asked === "none") return null;
  const { algebra, kernels } = await openAlgebra(job.engine.name === "reference" ? "reference" : "auto", {
    threads: job.engine.name === "native" ? config.threads : null,
    log: context.log,
  });
  const plan = planRivals(asked, sizesOf(config, dataset, algebra), {
    memory: memoryOf(dataset, algebra, context),
    refits: refitsRivals(config),
  });
  const memory = matrixMemory(context.freeMemoryBytes);
  const seed = dataset.description.seed;
  const baselineJob = { dataset, seed, algebra, kernels, memory, modelsRoot, tellsTrials: false, context };
  const found: Rival[] = [];
  const leftOut: { name: BaselineName; reason: string }[] = [...plan.leftOut];
  context.log("baselines, to be beaten:");
  for (const { name, tried } of plan.rivals) {
    if (context.signal.aborted) break; // training says so, and fits them when it goes on
    try {
      const rival = await measuredRival(name, tried, baselineJob, config);
      found.push(rival);
      context.log(`  ${lineOf(rival, config.validation.metric)}`);
    } catch (error) {
      if (context.signal.aborted) break;
      if (name === "popularity") throw error;
      leftOut.push({ name, reason: messageOf(error) });
    }
  }
  if (leftOut.length > 0) {
    const names = leftOut.map(({ name, reason }) => `${name} (${reason})`).join(", ");
    context.log(`  left out: ${names}${asked === "fast" ? "; --baselines all takes the time" : ""}`);
  }
  const forecast = forecastOf(found, config);
  if (forecast !== null) context.log(forecast);
  const order = (name: BaselineName): number => baselineNames.indexOf(name);
  return { asked, leftOut, fitted: found.sort((a, b) => order(a.name) - order(b.name)) };
}

async function measuredRival(
  name: Exclude<BaselineName, "random">,
  tried: readonly Parameters[],
  job: BaselineJob,
  config: TrainConfig,
): Promise<Rival> {
  const { dataset, seed, context } = job;
  const { metric } = config.validation;
  const { candidates } = config;
  const usersSample = validatedUsers(config);
  const refit = refitsRivals(config);
  const interval = intervalOfDataset(dataset);
  const ks = cutsWith(config.k, metric);
  const identity = { version: 1, name, dataset: dataset.description.contentHash, seed, tried, metric, ks, candidates };
  const sample = usersSample === null ? {} : { usersSample };
  const { record, wasKept } = await keptRecord(
    { folder: keptFolder(job), name, identity: { ...identity, ...sample, refit, interval } },
    measuredSchema,
    async () => {
      const started = context.elapsed();
      const choosing = { tried, metric, ks, candidates, usersSample };
      const hasValidation = dataset.candidatesValidation.users.length > 0;
      const isChosen = isTuned(name) && tried.length > 1 && hasValidation;
      const chosen = isChosen ? await chooseParameters(name, job, choosing) : null;
      const parameters = chosen?.parameters ?? tried[0]!; // a plan tries one at least
      const fitting = context.elapsed();
      const onTrain = await fitted(name, dataset.train, parameters, job);
      const validation = hasValidation ? await measured("validation", onTrain) : null;
      if (refit) onTrain.release?.();
      const onBoth = refit ? await fitted(name, rowsOfRefit(dataset, false), parameters, job) : onTrain;
      const fitSeconds = (context.elapsed() - fitting) / 1000;
      const test = dataset.candidatesTest.users.length > 0 ? await measured("test", onBoth) : null;
      onBoth.release?.();
      return {
        choice: {
          chosenBy: chosen === null ? null : metric,
          parameters: { ...parameters },
          trials: chosen?.trials ?? [],
          fittedOn: refit ? ["train" as const, "validation" as const] : ["train" as const],
          fitSeconds,
        },
        seconds: (context.elapsed() - started) / 1000,
        validation: validation === null ? null : { protocol: validation.protocol, estimates: validation.estimates },
        test,
      };
    },
    context,
  );
  const { test } = record;
  const perUser = test === null ? {} : Object.fromEntries(Object.entries(test.perUser).map(decodeValues));
  return { name, wasKept, ...record, test: test === null ? null : { ...test, perUser } };

  async function measured(split: EvaluatedSplit, baseline: FittedBaseline) {
    const { protocol, metrics, perUser } = await evaluateSplit({
      scorer: await scorerOfBaseline(baseline, job.kernels, { dataset, split }),
      dataset,
      split,
      candidates,
      ks,
      usersSample: split === "validation" ? usersSample : null,
    });
    const names = Object.keys(metrics).filter((other) => other === metric || isHeadlineMetric(other));
    const values = Object.fromEntries(names.map((other) => [other, perUser.metrics[other]!]));
    return {
      protocol,
      estimates: estimatesOf(values, metrics, interval),
      perUser: Object.fromEntries(Object.entries(values).map(encodeValues)),
    };
  }
}

/** One for validation, test and leads, whichever has more users. */
export function intervalOfDataset({ candidatesValidation, candidatesTest }: LoadedDataset): BootstrapOptions {
  return intervalFor(Math.max(candidatesValidation.users.length, candidatesTest.users.length));
}

/** Under all, the tested ranker has learnt from train alone. */
function refitsRivals({ refit }: TrainConfig): boolean {
  return refit === true;
}

function memoryOf({ train }: LoadedDataset, algebra: DenseAlgebra, { freeMemoryBytes }: StageContext): MemoryOfEase {
  return { needed: easeBytes(train, algebra), free: freeMemoryBytes() };
}

function sizesOf(config: TrainConfig, dataset: LoadedDataset, { threads }: DenseAlgebra): LogSizes {
  const { train } = dataset;
  const isFull = protocolOf(dataset, config.candidates) === "full";
  const scoresOf = (split: EvaluatedSplit, usersSample: number | null): number =>
    scoresToRank(casesOf(dataset, split, usersSample).candidates, isFull ? "full" : "sampled", train.items);
  return {
    users: train.users,
    items: train.items,
    rows: train.length,
    squares: sumOfSquares(train),
    scores: { validation: scoresOf("validation", validatedUsers(config)), test: scoresOf("test", null) },
    isFull,
    foldsIn: hasProfiles(dataset),
    threads,
  };
}

function lineOf({ name, validation, choice, seconds, wasKept }: Rival, metric: string): string {
  const reached = validation?.estimates[metric];
  const text = parametersText(choice.parameters);
  return [
    name.padEnd(10),
    reached === undefined
      ? "no validation items"
      : `validation ${metric} ${reached.value.toFixed(4)} (${reached.low.toFixed(3)} to ${reached.high.toFixed(3)})`,
    ...(text === "" ? [] : [text]),
    wasKept ? "kept from before" : `${seconds.toFixed(1)} s`,
  ].join("  ");
}

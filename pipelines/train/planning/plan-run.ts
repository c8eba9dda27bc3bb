/**
 * What `--budget` and `--tune` decide before training begins: the budget first, then the search within what it leaves.
 * Each decision is written to the manifest before the next is made, so that a run that was stopped goes on with what
 * was measured and found, and measures nothing anew.
 */
import { secondsOf } from "../../../src/config/duration-text.ts";
import { isRecord } from "../../../src/config/is-record.ts";
import type { TrainConfig } from "../../../src/config/schemas/train-schema.ts";
import { samplesPerEpoch } from "../../../src/dataset/training-batches.ts";
import type { Engine } from "../../../src/engine/engine.ts";
import { ConfigError } from "../../../src/errors.ts";
import type { BudgetPlan, Planning } from "../../../src/runs/planning-record.ts";
import { mergeInto } from "../../../src/study/search-space.ts";
import { seenItems } from "../../dataset/seen-items.ts";
import type { RunRecorder } from "../../runs/run-recorder.ts";
import type { StageContext } from "../../stage.ts";
import { batchSourceOf } from "../../training/configured-training.ts";
import type { TrainingDataset } from "../../training/training-dataset.ts";
import { budgetSettings } from "./budget-settings.ts";
import { fitBudget } from "./fit-budget.ts";
import { measureSpeed } from "./measure-speed.ts";
import { heldBy, plannedConfig } from "./planned-config.ts";
import { runSearch, type SearchOutcome } from "./run-search.ts";
import { TUNING_ETA } from "./tune.ts";

export interface PlanningJob {
  /** As it was asked for, something being left to plan; its `hold` is complete. */
  readonly config: TrainConfig;
  readonly dataset: TrainingDataset;
  readonly engine: Engine;
  /** Its manifest holds a `planning` that was begun. */
  readonly recorder: RunRecorder;
  readonly context: StageContext;
  /** Since the run began, in every session. */
  spentSeconds(): number;
}

export type PlanningOutcome =
  /** With nothing left to be planned. */
  | { readonly kind: "planned"; readonly config: TrainConfig }
  | { readonly kind: "interrupted"; readonly reason: string };

/** Throws ConfigError where there is nothing to choose by. */
export function checkPlanning(config: TrainConfig, dataset: TrainingDataset): void {
  if (config.tune === undefined || dataset.candidatesValidation.users.length > 0) return;
  throw new ConfigError(`--tune: dataset ${config.dataset} has no validation items, so nothing could choose settings`);
}

export async function planRun(job: PlanningJob): Promise<PlanningOutcome> {
  const { config, recorder, context } = job;
  const known = planningOf(recorder);
  if (known.settings !== null) return { kind: "planned", config: plannedConfig(config, known.settings) };

  const settings: Record<string, unknown> = {};
  const budget = known.budget ?? (await planBudget(job));
  if (budget !== null) mergeInto(settings, budgetSettings(plannedConfig(config, {}), budget, heldBy(config)).settings);
  const trials = budget?.trials ?? config.tune ?? 0;
  if (trials > 0) {
    const found = await runSearch({
      ...job,
      config: plannedConfig(config, settings),
      trials,
      held: heldBy(config),
      budget,
      directory: recorder.directory,
      trialDone: () => recorder.saveManifest({}),
    });
    if (found === null) return { kind: "interrupted", reason: "interrupted while settings were tried" };
    mergeInto(settings, found.settings);
    await record(recorder, { tuning: found.record });
    for (const line of tuningText(found)) context.log(line);
  }
  await record(recorder, { settings });
  return { kind: "planned", config: plannedConfig(config, settings) };
}

/** Null where no budget was given. Recorded before it is used. */
async function planBudget({
  config,
  dataset,
  engine,
  recorder,
  context,
  ...job
}: PlanningJob): Promise<BudgetPlan | null> {
  const seconds = secondsOf(config.budget ?? "");
  if (seconds === null) return null;
  const asked = plannedConfig(config, {});
  const held = heldBy(config);
  const seen = seenItems(dataset, ["train"]);
  const { spentSeconds } = job;
  const plan = await fitBudget(
    {
      seconds,
      epochs: asked.epochs,
      batchSize: asked.batchSize,
      mayGrowBatch: !held.has("batchSize"),
      mayLeaveRefit: !held.has("refit"),
      samplesPerEpoch: samplesPerEpoch(batchSourceOf(asked, dataset, { interactions: dataset.train, seen })),
      refit: asked.refit !== false,
      trials: config.tune ?? 0,
      eta: TUNING_ETA,
    },
    {
      speed: (batchSize) => measureSpeed({ config: { ...asked, batchSize }, dataset, seen, engine, context }),
      spentSeconds,
    },
  );
  const { reasons } = budgetSettings(asked, plan, held);
  const whole = { ...plan, reasons: [...plan.reasons, ...reasons] };
  for (const reason of whole.reasons) context.log(`budget of ${seconds} s: ${reason}`);
  await record(recorder, { budget: whole });
  return whole;
}

function tuningText({ record: { metric, trials, chosen }, settings }: SearchOutcome): readonly string[] {
  const best = trials[chosen]!;
  const value = (trial: typeof best): string => trial.values.at(-1)?.toFixed(4) ?? "diverged";
  if (chosen === 0)
    return [`tuning: nothing was better than the settings as they were, validation ${metric} ${value(best)}`];
  return [
    `tuning: trial ${chosen} is the best, validation ${metric} ${value(best)} against ${value(trials[0]!)} of the settings as they were`,
    `tuning: chosen are ${leavesOf(settings).join(", ")}`,
  ];
}

/** Each setting of a nested group, such as "optimizer.learningRate 0.002". */
function leavesOf(settings: Readonly<Record<string, unknown>>, path = ""): readonly string[] {
  return Object.entries(settings).flatMap(([key, value]) =>
    isRecord(value) ? leavesOf(value, `${path}${key}.`) : [`${path}${key} ${String(value)}`],
  );
}

async function record(recorder: RunRecorder, change: Partial<Planning>): Promise<void> {
  await recorder.saveManifest({ planning: { ...planningOf(recorder), ...change } });
}

function planningOf({ manifest }: RunRecorder): Planning {
  if (manifest.planning === undefined) throw new RangeError("the manifest lacks what was to be planned");
  return manifest.planning;
}

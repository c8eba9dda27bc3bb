/**
 * A search with its effects: a record of each trial in the run's folder, written when it is done, so that what was
 * killed goes on behind it; a display; and the clock, where a budget bounds it.
 */
import { mkdir } from "node:fs/promises";
import path from "node:path";
import type { PlannedSetting } from "../../../src/config/schemas/planning-settings.ts";
import type { TrainConfig } from "../../../src/config/schemas/train-schema.ts";
import type { Engine } from "../../../src/engine/engine.ts";
import { removeStaleWork } from "../../../src/files/work-names.ts";
import type { BudgetPlan, TuningRecord } from "../../../src/runs/planning-record.ts";
import { TUNING_FOLDER } from "../../../src/runs/run-directory.ts";
import { studyFiles } from "../../../src/runs/study-directory.ts";
import type { TrialRecord } from "../../../src/runs/trial-record.ts";
import { epochsOfHalving } from "../../../src/study/halving.ts";
import { seenItems } from "../../dataset/seen-items.ts";
import { openTuningDisplay } from "../../progress/tuning-progress.ts";
import type { StageContext } from "../../stage.ts";
import { rankerOf } from "../../training/configured-training.ts";
import type { TrainingDataset } from "../../training/training-dataset.ts";
import { runTrial, trialEngineName, trialIdentity } from "../../trials/run-trial.ts";
import { readTrial, writeTrial } from "../../trials/trial-files.ts";
import { readTrialSnapshot, removeTrialSnapshot, writeTrialSnapshot } from "../../trials/trial-snapshot.ts";
import { TUNING_ETA, tune } from "./tune.ts";
import { type TuningPoint, trialOf, tuningPoints } from "./tuning-points.ts";

export interface SearchJob {
  /** Around which is searched, with nothing left to plan. */
  readonly config: TrainConfig;
  readonly trials: number;
  readonly held: ReadonlySet<PlannedSetting>;
  /** Null where time is not bounded. */
  readonly budget: BudgetPlan | null;
  readonly dataset: TrainingDataset;
  readonly engine: Engine;
  /** Of the run. */
  readonly directory: string;
  readonly context: StageContext;
  /** Since the run began. */
  spentSeconds(): number;
  trialDone(): Promise<void>;
}

export interface SearchOutcome {
  readonly record: TuningRecord;
  /** Of the chosen trial, nested as in a config file. */
  readonly settings: TuningPoint["settings"];
}

/** Null when interrupted. */
export async function runSearch(job: SearchJob): Promise<SearchOutcome | null> {
  const { config, trials, held, dataset, engine, context } = job;
  const { dot, gmf, embedding } = rankerOf(config, dataset);
  const points = tuningPoints(config, { trials, held, widths: { dot, gmf, embedding } });
  const data = { dataset, seen: seenItems(dataset, ["train"]) };
  const engineName = trialEngineName(engine);
  const folder = path.join(job.directory, TUNING_FOLDER);
  const trialsFolder = path.join(folder, studyFiles.trialsFolder);
  await mkdir(trialsFolder, { recursive: true });
  await removeStaleWork(trialsFolder, context);
  const display = openTuningDisplay(epochsOfHalving({ trials, epochs: config.epochs, eta: TUNING_ETA }, true), context);
  try {
    const record = await tune({
      config,
      points,
      async runTrial(point, epochs, earlier) {
        const trial = trialOf(point, epochs);
        const identity = trialIdentity(trial, dataset.description.contentHash, engineName);
        const known = await readTrial(folder, { plan: trial, identity }, words);
        for (let done = earlier?.epochsTrained ?? 0; done < (known?.epochsTrained ?? 0); done++) display.epoch();
        if (known !== null) return known;
        display.trial(`trial ${point.index} to epoch ${epochs}`);
        const from = earlier === null ? null : await readTrialSnapshot(folder, earlier, context.log);
        const { epoch: epochDone } = display;
        const result = await runTrial({ trial, from, data, engine, engineName, context, epochDone });
        if (result === null) return null;
        const written = await writeTrial(folder, result, context);
        const spec = rankerOf(trial.config, dataset);
        if (result.point !== null && epochs < config.epochs)
          await writeTrialSnapshot(folder, { record: written, spec, point: result.point }, context);
        await job.trialDone();
        return written;
      },
      hasTime: (next, epochs, records) => job.budget === null || hasTime(job, job.budget, { next, epochs, records }),
      cut: (point) => removeTrialSnapshot(folder, trialOf(point, config.epochs).id),
      rungDone: (text) => display.said(text),
    });
    if (record === null) return null;
    for (const point of points) await removeTrialSnapshot(folder, trialOf(point, config.epochs).id);
    return { record, settings: points[record.chosen]!.settings };
  } finally {
    display.close();
  }
}

const words = {
  of: "search",
  remedy: "give the same settings, data and engine, or --force to begin anew",
};

/** A trial is not begun where it would take from the time of the run that follows. */
const USABLE_SHARE = 0.95;

function hasTime(
  { config, spentSeconds }: Pick<SearchJob, "config" | "spentSeconds">,
  { seconds, endSeconds }: BudgetPlan,
  at: {
    readonly next: TrialRecord | null;
    readonly epochs: number;
    readonly records: ReadonlyMap<number, TrialRecord>;
  },
): boolean {
  const { metric } = config.validation;
  const records = [...at.records.values()].filter(({ epochsTrained }) => epochsTrained > 0);
  const reached = ({ validation }: TrialRecord): number => validation?.[metric] ?? Number.NEGATIVE_INFINITY;
  const leader = records.reduce((best, one) => (reached(one) > reached(best) ? one : best), records[0]!);
  const perEpoch = (record: TrialRecord): number => record.seconds / record.epochsTrained;
  const trained = at.next?.epochsTrained ?? 0;
  const following = config.epochs * (config.refit ? 2 : 1) * perEpoch(leader);
  return (
    spentSeconds() + (at.epochs - trained) * perEpoch(at.next ?? records[0]!) + following + endSeconds <=
    USABLE_SHARE * seconds
  );
}

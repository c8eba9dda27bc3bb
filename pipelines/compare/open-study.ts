/**
 * A study at work: its plan, its engine, the datasets it needs, and which trials are done. The same in
 * every process that helps.
 */
import path from "node:path";
import type { Study } from "../../src/config/schemas/study-schema.ts";
import type { Engine } from "../../src/engine/engine.ts";
import { type EngineChoice, engineAvailability, firstLack } from "../../src/engine/open-engine.ts";
import { ConfigError, DataError } from "../../src/errors.ts";
import { readJsonIfThere } from "../../src/files/json-file.ts";
import { type StoredStudy, storedStudySchema } from "../../src/runs/stored-study.ts";
import { studyFiles } from "../../src/runs/study-directory.ts";
import type { TrialRecord } from "../../src/runs/trial-record.ts";
import { chooseSetting } from "../../src/study/choose-setting.ts";
import { cellsOf, finalTrials, type StudyCell, type TrialPlan, tuningTrials } from "../../src/study/plan-trials.ts";
import { openConfiguredEngine } from "../configured-engine.ts";
import { seenItems } from "../dataset/seen-items.ts";
import { readDescription } from "../dataset/stored-dataset.ts";
import type { StageContext } from "../stage.ts";
import { taskBeforeData } from "../training/configured-training.ts";
import { loadTrainingDataset } from "../training/training-dataset.ts";
import { type TrialData, trialEngineName, trialIdentity } from "../trials/run-trial.ts";
import { readTrial } from "../trials/trial-files.ts";
import { removeTrialSnapshot } from "../trials/trial-snapshot.ts";
import { openRungs, type TuningRungs } from "./tuning-rungs.ts";

export interface OpenStudy {
  readonly folder: string;
  readonly stored: StoredStudy;
  readonly engine: Engine;
  readonly cells: readonly StudyCell[];
  /** Loaded once, checked against the study's hash. */
  data(subject: number): Promise<TrialData>;
  /**
   * Trials that can be run now: tuning first, of each cell those of one rung, and final ones only when every arm is
   * tuned. Reads what other processes finished, and drops what was kept for trials that are now cut.
   */
  remaining(): Promise<readonly TrialPlan[]>;
  /** Every record there is, by trial. */
  readonly records: ReadonlyMap<string, TrialRecord>;
  add(record: TrialRecord): void;
  /** The last of each tuning trial of a cell, in order; to be called when all are there. */
  tuningRecords(cell: StudyCell): readonly TrialRecord[];
  /** Those of earlier rungs too. */
  allTuningRecords(cell: StudyCell): readonly TrialRecord[];
  /** Of the same trial at the rung before, where it goes on; null where it begins. */
  recordBefore(trial: TrialPlan): TrialRecord | null;
  finalPlans(cell: StudyCell): readonly TrialPlan[];
}

export interface ChosenEngine {
  readonly engine: Engine;
  /** As study.json holds it. */
  readonly description: string;
}

/** Threads are an option of the native engine alone. `auto` takes an engine that has all that the study trains. */
export async function openStudyEngine(
  options: {
    readonly choice: EngineChoice;
    readonly threads: number;
    readonly study: Study;
    readonly dataRoot: string;
  },
  context: Pick<StageContext, "log">,
): Promise<ChosenEngine> {
  const { choice, threads, study, dataRoot } = options;
  const descriptions = await Promise.all(
    study.subjects.map(({ dataset }) => readDescription(path.join(dataRoot, dataset))),
  );
  const trains = cellsOf(study).flatMap((cell) =>
    tuningTrials(study, cell).map(({ config, subject }) => taskBeforeData(config, descriptions[subject]!)),
  );
  const automatic = (await engineAvailability()).filter(({ isAutomatic, available }) => isAutomatic && available);
  const name = choice === "auto" ? automatic.find((engine) => firstLack(engine.name, trains) === null)?.name : choice;
  const engine = await openConfiguredEngine(
    {
      engine: choice,
      threads: name === "native" ? threads : null,
      tfjsBackend: null,
      allowSoftwareAdapter: false,
      halfPrecision: false,
      trains,
    },
    context.log,
  );
  return { engine, description: trialEngineName(engine) };
}

export async function readStoredStudy(folder: string): Promise<StoredStudy> {
  const file = path.join(folder, studyFiles.study);
  const what = "a study with its engine and datasets";
  const stored = await readJsonIfThere(file, storedStudySchema, { what, remedy: "begin anew with --force" });
  if (stored === null) throw new ConfigError(`${folder} holds no study (there is no ${studyFiles.study})`);
  return stored;
}

export function openStudy(folder: string, stored: StoredStudy, engine: Engine): OpenStudy {
  const { study } = stored;
  const cells = cellsOf(study);
  const tuning = new Map(cells.map((cell) => [cell, openRungs(study, cell)]));
  const records = new Map<string, TrialRecord>();
  const loaded = new Map<string, Promise<TrialData>>();

  async function missing(plans: readonly TrialPlan[]): Promise<readonly TrialPlan[]> {
    const left: TrialPlan[] = [];
    for (const plan of plans) {
      if (records.has(plan.id)) continue;
      const identity = trialIdentity(plan, stored.datasets[plan.subject]!.contentHash, stored.engine.description);
      const record = await readTrial(folder, { plan, identity }, words);
      if (record === null) left.push(plan);
      else records.set(plan.id, record);
    }
    return left;
  }

  /** Goes from rung to rung as far as records take it. */
  async function untuned(rungs: TuningRungs): Promise<readonly TrialPlan[]> {
    for (;;) {
      const plans = rungs.open(records);
      const left = await missing(plans);
      if (left.length > 0 || rungs.open(records)[0]!.epochs === plans[0]!.epochs) return left;
      for (const { id } of rungs.cut(records)) await removeTrialSnapshot(folder, id);
    }
  }

  const tuningRecords = (cell: StudyCell) => tuning.get(cell)!.last(records);
  const finals = new Map<StudyCell, readonly TrialPlan[]>(); // once every arm is tuned, the choice stands
  const finalPlans = (cell: StudyCell) => {
    const known = finals.get(cell);
    if (known !== undefined) return known;
    const chosen = chooseSetting(tuningRecords(cell), study.metric);
    const plans = chosen === null ? [] : finalTrials(study, cell, chosen.index);
    finals.set(cell, plans);
    return plans;
  };

  return {
    folder,
    stored,
    engine,
    cells,
    data: (subject) => {
      const { name, contentHash } = stored.datasets[subject]!;
      const known = loaded.get(name) ?? loadTrialData(path.join(stored.dataRoot, name), contentHash);
      loaded.set(name, known);
      return known;
    },
    remaining: async () => {
      const left: TrialPlan[] = [];
      for (const rungs of tuning.values()) left.push(...(await untuned(rungs)));
      return left.length > 0 ? left : missing(cells.flatMap(finalPlans));
    },
    records,
    add: (record) => void records.set(record.id, record),
    tuningRecords,
    allTuningRecords: (cell) => tuning.get(cell)!.all(records),
    recordBefore: (trial) => {
      for (const rungs of tuning.values()) {
        const record = rungs.before(trial, records);
        if (record !== null) return record;
      }
      return null;
    },
    finalPlans,
  };
}

const words = {
  of: "study",
  remedy: "give the same study, data and engine, another --output, or --force to begin anew",
};

async function loadTrialData(directory: string, contentHash: string): Promise<TrialData> {
  const dataset = await loadTrainingDataset(directory);
  if (dataset.description.contentHash !== contentHash) {
    throw new DataError(
      `${directory}: content ${dataset.description.contentHash.slice(0, 12)}, but the study was begun on ${contentHash.slice(0, 12)}; ingest the same logs, or begin anew with --force`,
    );
  }
  return { dataset, seen: seenItems(dataset, ["train"]) };
}

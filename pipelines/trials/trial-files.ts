/** The trials of a study on disk: a record each, and for final ones the test outcome of every user. */
import { mkdir, stat } from "node:fs/promises";
import path from "node:path";
import type { ColumnSchema } from "../../src/arrow/column-schema.ts";
import { writeColumns } from "../../src/arrow/write-columns.ts";
import { ConfigError } from "../../src/errors.ts";
import { readSealedJsonIfThere } from "../../src/files/json-file.ts";
import { cannotWrite } from "../../src/files/make-folder.ts";
import type { Processes } from "../../src/files/processes.ts";
import { sealedText } from "../../src/files/sealed-text.ts";
import { workName } from "../../src/files/work-names.ts";
import { writeFileAtomically } from "../../src/files/write-file.ts";
import { configDifferences, identityOf } from "../../src/runs/run-directory.ts";
import { studyFiles, trialFile, trialPerUserFile } from "../../src/runs/study-directory.ts";
import { type TrialRecord, trialRecordSchema } from "../../src/runs/trial-record.ts";
import type { TrialPlan } from "../../src/study/plan-trials.ts";
import type { SplitEvaluation } from "../measures/evaluate-split.ts";
import type { TrialResult } from "./run-trial.ts";

/** Whose trials they are, for a refusal. */
export interface TrialWords {
  /** Such as "study". */
  readonly of: string;
  /** Such as "give the same study, or --force". */
  readonly remedy: string;
}

/**
 * Null when the trial has not been run. Throws DataError for a damaged record, ConfigError for one of other settings,
 * data or engine: trials that differ are not compared.
 */
export async function readTrial(
  folder: string,
  { plan, identity }: { readonly plan: TrialPlan; readonly identity: string },
  words: TrialWords,
): Promise<TrialRecord | null> {
  const file = path.join(folder, trialFile(plan.id));
  const record = await readSealedJsonIfThere(file, trialRecordSchema, {
    what: "the record of a trial",
    remedy: "remove it, and the trial is run again",
  });
  if (record === null) return null;
  if (record.identity === identity) return record;
  const differences = configDifferences(identityOf(record.config), identityOf(plan.config));
  const reasons =
    differences.length > 0 ? differences : ["the data or the engine (see fairness and engine in the file)"];
  throw new ConfigError(
    [`${file} is a trial of another ${words.of}; ${words.remedy}. They differ in`, ...reasons].join("\n"),
  );
}

/**
 * The users' file first: a record stands for a trial that is whole. A queue may give a trial to a second worker that
 * takes the first for lost, so both write under names of their own.
 */
export async function writeTrial(
  folder: string,
  { record, test }: TrialResult,
  context: Pick<Processes, "place" | "processId">,
): Promise<TrialRecord> {
  await mkdir(path.join(folder, studyFiles.trialsFolder), { recursive: true });
  const perUser =
    test === null ? null : await writePerUser(path.join(folder, trialPerUserFile(record.id)), test, context);
  const whole: TrialRecord = { ...record, perUser };
  const file = path.join(folder, trialFile(record.id));
  await writeFileAtomically(file, sealedText(whole, 0), workName(file, context));
  return whole;
}

export async function hasTrial(folder: string, id: string): Promise<boolean> {
  return (await stat(path.join(folder, trialFile(id))).catch(() => null)) !== null;
}

async function writePerUser(
  file: string,
  { perUser }: SplitEvaluation,
  context: Pick<Processes, "place" | "processId">,
): Promise<NonNullable<TrialRecord["perUser"]>> {
  const schema: ColumnSchema = [
    { name: "user", type: "uint32" },
    { name: "rank", type: "uint32" },
    ...Object.keys(perUser.metrics).map((name) => ({ name, type: "float32" as const })),
  ];
  try {
    return await writeColumns(
      file,
      schema,
      (append) => append({ user: perUser.users, rank: perUser.ranks, ...perUser.metrics }),
      workName(file, context),
    );
  } catch (error) {
    throw cannotWrite(file, "free some space, or choose another folder with --output", error);
  }
}

/** When every trial is done: fairness checked, tables written, conclusions drawn, every file hashed. */
import { readdir, readFile, rm } from "node:fs/promises";
import path from "node:path";
import { readColumns } from "../../src/arrow/read-columns.ts";
import { DataError } from "../../src/errors.ts";
import { sha256Of } from "../../src/files/file-content.ts";
import { writeFileAtomically } from "../../src/files/write-file.ts";
import { studyFiles, trialFile, trialPerUserFile } from "../../src/runs/study-directory.ts";
import type { StudyManifest } from "../../src/runs/study-manifest.ts";
import type { StudySummary } from "../../src/runs/study-summary.ts";
import type { TrialRecord } from "../../src/runs/trial-record.ts";
import { checkFairness } from "../../src/study/check-fairness.ts";
import { chooseSetting } from "../../src/study/choose-setting.ts";
import { type StudyCell, tuningTrials } from "../../src/study/plan-trials.ts";
import type { BaselineEvidence, CellEvidence, SeedOutcome } from "../../src/study/study-evidence.ts";
import { latexTables, markdownTables } from "../../src/study/study-table.ts";
import { summarizeStudy } from "../../src/study/summarize-study.ts";
import type { OpenStudy } from "./open-study.ts";
import { writePerUserTable, writeTrialsTable } from "./study-tables.ts";

export interface StudyOutcome {
  readonly summary: StudySummary;
  /** Markdown. */
  readonly table: string;
  readonly files: StudyManifest["files"];
}

/** `baselines` as measureBaselines gives them. Throws DataError for trials that cannot be compared or were changed. */
export async function finishStudy(
  study: OpenStudy,
  baselines: readonly (readonly BaselineEvidence[])[],
): Promise<StudyOutcome> {
  const { folder, stored, cells } = study;
  const evidence: CellEvidence[] = [];
  for (const cell of cells) evidence.push(await evidenceOf(study, cell));
  const everything = evidence.flatMap(({ cell, finals }) => [...study.allTuningRecords(cell), ...finals]);
  checkFairness(everything);
  checkUsers(evidence);

  const records = evidence.flatMap(({ tuning, finals }) => [...tuning, ...finals]);
  const summary = summarizeStudy(stored, evidence, baselines);
  const table = markdownTables(summary);
  await writeTrialsTable(path.join(folder, studyFiles.trials), records, stored.study);
  await writePerUserTable(path.join(folder, studyFiles.perUser), records, evidence, stored.study.metrics);
  await writeFileAtomically(path.join(folder, studyFiles.summary), `${JSON.stringify(summary, null, 2)}\n`);
  await writeFileAtomically(path.join(folder, studyFiles.markdown), table);
  await writeFileAtomically(path.join(folder, studyFiles.latex), latexTables(summary));
  await clearLeftovers(path.join(folder, studyFiles.trialsFolder));
  return { summary, table, files: await hashFiles(folder, everything) };
}

async function evidenceOf(study: OpenStudy, cell: StudyCell): Promise<CellEvidence> {
  const { stored, records, folder } = study;
  const tuning = study.tuningRecords(cell);
  const chosen = chooseSetting(tuning, stored.study.metric);
  const finals = study.finalPlans(cell).flatMap(({ id }) => records.get(id) ?? []);
  const outcomes: SeedOutcome[] = [];
  for (const record of finals) {
    if (record.outcome === "finished") outcomes.push(await readOutcome(folder, record, stored.study.metrics));
  }
  const atEdge = chosen === null ? [] : tuningTrials(stored.study, cell)[chosen.index]!.atEdge;
  return { cell, tuning, chosen, atEdge, finals, outcomes };
}

async function readOutcome(folder: string, record: TrialRecord, metrics: readonly string[]): Promise<SeedOutcome> {
  const file = path.join(folder, trialPerUserFile(record.id));
  const found = sha256Of(
    await readFile(file).catch((error: Error) => {
      throw new DataError(`${file}: cannot be read (${error.message}); remove ${trialFile(record.id)} to run it again`);
    }),
  );
  if (found !== record.perUser?.sha256) {
    throw new DataError(`${file}: not as its trial wrote it; remove ${trialFile(record.id)} to run it again`);
  }
  const columns = await readColumns(file, ["user", "rank", ...metrics]);
  return {
    record,
    users: columns.uint32("user"),
    ranks: columns.uint32("rank"),
    values: Object.fromEntries(metrics.map((name) => [name, columns.float32(name)])),
  };
}

/** Pairs are made by position, so every outcome of a subject must list the same users. */
function checkUsers(evidence: readonly CellEvidence[]): void {
  const firsts = new Map<number, SeedOutcome>();
  for (const { cell, outcomes } of evidence) {
    for (const outcome of outcomes) {
      const first = firsts.get(cell.subject) ?? outcome;
      firsts.set(cell.subject, first);
      const isSame =
        first.users.length === outcome.users.length &&
        first.users.every((user, position) => outcome.users[position] === user);
      if (!isSame) {
        throw new DataError(`trials ${first.record.id} and ${outcome.record.id} were tested on different users`);
      }
    }
  }
}

/** Claims and half-written files of processes that were killed: every trial is done, so nobody is at work on any. */
async function clearLeftovers(trialsFolder: string): Promise<void> {
  for (const name of await readdir(trialsFolder)) {
    if (/\.lock(\.(claim|after)-.+)?$|\.work-\w+-\d+$|\.resume\.safetensors$/.test(name))
      await rm(path.join(trialsFolder, name), { force: true });
  }
}

async function hashFiles(folder: string, records: readonly TrialRecord[]): Promise<StudyManifest["files"]> {
  const { study, summary, trials, perUser, markdown, latex } = studyFiles;
  const names: string[] = [study, summary, trials, perUser, markdown, latex];
  for (const { id, perUser: own } of records)
    names.push(trialFile(id), ...(own === null ? [] : [trialPerUserFile(id)]));
  const files: StudyManifest["files"] = {};
  for (const name of names) {
    const bytes = await readFile(path.join(folder, name));
    files[name] = { bytes: bytes.length, sha256: sha256Of(bytes) };
  }
  return files;
}

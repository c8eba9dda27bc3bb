/**
 * Where a trial that halving has cut short goes on. It saves time and decides nothing: without it the trial is trained
 * from its beginning, with the same bits.
 */
import { readFile, rm } from "node:fs/promises";
import path from "node:path";
import { DataError } from "../../src/errors.ts";
import { errorCode } from "../../src/files/error-code.ts";
import type { Processes } from "../../src/files/processes.ts";
import { workName } from "../../src/files/work-names.ts";
import { writeFileAtomically } from "../../src/files/write-file.ts";
import type { RankerSpec } from "../../src/ranker/ranker-spec.ts";
import { trialSnapshotFile } from "../../src/runs/study-directory.ts";
import type { TrialRecord } from "../../src/runs/trial-record.ts";
import { decodeResume, encodeResume } from "../../src/training/resume-checkpoint.ts";
import type { ResumePoint } from "../../src/training/training-state.ts";
import type { TrialStart } from "./run-trial.ts";

/** After the trial's record is written: a snapshot whose record is not there is of no use. */
export async function writeTrialSnapshot(
  folder: string,
  { record, spec, point }: { readonly record: TrialRecord; readonly spec: RankerSpec; readonly point: ResumePoint },
  context: Pick<Processes, "place" | "processId">,
): Promise<void> {
  const file = path.join(folder, trialSnapshotFile(record.id));
  const bytes = encodeResume({ spec, point, labels: { identity: record.identity } });
  await writeFileAtomically(file, bytes, workName(file, context));
}

/** Null where there is none of just this record; a damaged one is said and left aside. */
export async function readTrialSnapshot(
  folder: string,
  record: TrialRecord,
  log: (line: string) => void,
): Promise<TrialStart | null> {
  const file = path.join(folder, trialSnapshotFile(record.id));
  try {
    const { point, labels } = decodeResume(await readFile(file), file);
    return labels.identity === record.identity ? { point, record } : null;
  } catch (error) {
    if (errorCode(error) === "ENOENT") return null;
    if (!(error instanceof DataError)) throw error;
    log(`warning: ${file} is damaged; the trial is trained from its beginning`);
    return null;
  }
}

export async function removeTrialSnapshot(folder: string, id: string): Promise<void> {
  await rm(path.join(folder, trialSnapshotFile(id)), { force: true });
}

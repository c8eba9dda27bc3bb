/** Everything the report of a study shows, read from the study's folder and held to the hashes of its manifest. */
import { readFile } from "node:fs/promises";
import path from "node:path";
import type { z } from "zod";
import { parseJson } from "../../src/config/json-text.ts";
import { ConfigError, DataError, messageOf } from "../../src/errors.ts";
import { sha256Of } from "../../src/files/file-content.ts";
import { readSealedJsonIfThere } from "../../src/files/json-file.ts";
import type { StudyContent, StudyCurve } from "../../src/report/study-content.ts";
import { studyFiles } from "../../src/runs/study-directory.ts";
import { type StudyManifest, studyManifestSchema } from "../../src/runs/study-manifest.ts";
import { studySummarySchema } from "../../src/runs/study-summary.ts";
import { type TrialRecord, trialRecordSchema } from "../../src/runs/trial-record.ts";

const REMEDY = "run the same lawn-ranker compare command again";

/** Throws ConfigError where there is no study, DataError where it is unfinished, damaged or changed. */
export async function readStudyContent(folder: string, reportVersion: string): Promise<StudyContent> {
  const file = path.join(folder, studyFiles.manifest);
  const manifest = await readSealedJsonIfThere(file, studyManifestSchema, {
    what: "the manifest of a study",
    remedy: REMEDY,
  });
  if (manifest === null) {
    throw new ConfigError(
      `there is no study in ${folder} (no ${studyFiles.manifest}); give the folder of one, such as models/studies/smoke-sample`,
    );
  }
  if (manifest.status !== "done") {
    const state = manifest.status === "failed" ? `failed (${manifest.reason})` : "is not finished";
    throw new DataError(`${folder}: the study ${state}; the same lawn-ranker compare command goes on with it`);
  }
  const summary = await readVerified(folder, studyFiles.summary, {
    manifest,
    schema: studySummarySchema,
    what: "the summary of a study",
  });
  const finals = (await readTrials(folder, manifest)).filter(({ phase }) => phase === "final");
  return { summary, manifest, curves: curvesOf(finals, summary.metric), reportVersion };
}

async function readTrials(folder: string, manifest: StudyManifest): Promise<readonly TrialRecord[]> {
  const names = Object.keys(manifest.files).filter(
    (name) => name.startsWith(`${studyFiles.trialsFolder}/`) && name.endsWith(".json"),
  );
  const records: TrialRecord[] = [];
  for (const name of names) {
    const what = "the record of a trial";
    records.push(await readVerified(folder, name, { manifest, schema: trialRecordSchema, what }));
  }
  return records;
}

/** Mean validation by epoch over the seeds that trained so far: seeds stop early at different epochs. */
function curvesOf(finals: readonly TrialRecord[], metric: string): readonly StudyCurve[] {
  const cells = new Map<string, TrialRecord[]>();
  for (const record of finals) {
    const key = JSON.stringify([record.subject, record.batchSize, record.arm]);
    cells.set(key, [...(cells.get(key) ?? []), record]);
  }
  return [...cells.values()].map((records) => {
    const { subject, arm, batchSize } = records[0]!;
    return {
      subject,
      arm,
      batchSize,
      values: meanCurve(records.map(({ epochs }) => epochs.map((epoch) => epoch.validation[metric]!))),
    };
  });
}

/** At each epoch the mean of the curves that reach so far. */
export function meanCurve(curves: readonly (readonly number[])[]): readonly number[] {
  const length = Math.max(0, ...curves.map((curve) => curve.length));
  return Array.from({ length }, (_, epoch) => {
    const there = curves.filter((curve) => epoch < curve.length).map((curve) => curve[epoch]!);
    return there.reduce((sum, value) => sum + value, 0) / there.length;
  });
}

/** A file of the study, once its bytes are those that its manifest records. */
async function readVerified<Schema extends z.ZodType>(
  folder: string,
  name: string,
  { manifest, schema, what }: { readonly manifest: StudyManifest; readonly schema: Schema; readonly what: string },
): Promise<z.output<Schema>> {
  const file = path.join(folder, name);
  const text = await readFile(file, "utf8").catch((error: unknown) => {
    throw new DataError(`${file}: cannot be read (${messageOf(error)}); ${REMEDY}`);
  });
  const found = sha256Of(text);
  if (found === manifest.files[name]?.sha256) return parseJson(text, schema, { where: file, what, remedy: REMEDY });
  throw new DataError(
    `${file}: its sha256 is ${found}, but ${studyFiles.manifest} says ${manifest.files[name]?.sha256 ?? "nothing of it"}; it was changed after the study`,
  );
}

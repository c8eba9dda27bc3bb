/** Everything the report of a study shows, read from the study's folder and held to the hashes of its manifest. */
import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import path from "node:path";
import type { z } from "zod";
import { ConfigError, DataError, messageOf } from "../../src/errors.ts";
import { readTextIfThere } from "../../src/files/file-content.ts";
import type { StudyContent, StudyCurve } from "../../src/report/study-content.ts";
import { studyFiles } from "../../src/runs/study-directory.ts";
import { type StudyManifest, studyManifestSchema } from "../../src/runs/study-manifest.ts";
import { studySummarySchema } from "../../src/runs/study-summary.ts";
import { type TrialRecord, trialRecordSchema } from "../../src/runs/trial-record.ts";

/** Throws ConfigError where there is no study, DataError where it is unfinished, damaged or changed. */
export async function gatherStudy(folder: string, reportVersion: string): Promise<StudyContent> {
  const file = path.join(folder, studyFiles.manifest);
  const text = await readTextIfThere(file);
  if (text === null) {
    throw new ConfigError(
      `there is no study in ${folder} (no ${studyFiles.manifest}); give the folder of one, such as models/studies/smoke-sample`,
    );
  }
  const manifest = parseAs(studyManifestSchema, text, file);
  if (manifest.status !== "done") {
    const state = manifest.status === "failed" ? `failed (${manifest.reason})` : "is not finished";
    throw new DataError(`${folder}: the study ${state}; the same lawn-ranker compare command goes on with it`);
  }
  const summaryFile = path.join(folder, studyFiles.summary);
  const summary = parseAs(studySummarySchema, await verifiedText(folder, studyFiles.summary, manifest), summaryFile);
  const finals = (await readTrials(folder, manifest)).filter(({ phase }) => phase === "final");
  return { summary, manifest, curves: curvesOf(finals, summary.metric), reportVersion };
}

async function readTrials(folder: string, manifest: StudyManifest): Promise<readonly TrialRecord[]> {
  const names = Object.keys(manifest.files).filter(
    (name) => name.startsWith(`${studyFiles.trialsFolder}/`) && name.endsWith(".json"),
  );
  const records: TrialRecord[] = [];
  for (const name of names) {
    records.push(parseAs(trialRecordSchema, await verifiedText(folder, name, manifest), path.join(folder, name)));
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

/** At each place the mean of the curves that reach so far. */
export function meanCurve(curves: readonly (readonly number[])[]): readonly number[] {
  const length = Math.max(0, ...curves.map((curve) => curve.length));
  return Array.from({ length }, (_, place) => {
    const there = curves.filter((curve) => place < curve.length).map((curve) => curve[place]!);
    return there.reduce((sum, value) => sum + value, 0) / there.length;
  });
}

async function verifiedText(folder: string, name: string, manifest: StudyManifest): Promise<string> {
  const file = path.join(folder, name);
  const text = await readFile(file, "utf8").catch((error: Error) => {
    throw new DataError(`${file}: cannot be read (${error.message}); run the same lawn-ranker compare command again`);
  });
  const found = createHash("sha256").update(text).digest("hex");
  if (found === manifest.files[name]?.sha256) return text;
  throw new DataError(
    `${file}: its sha256 is ${found}, but ${studyFiles.manifest} says ${manifest.files[name]?.sha256 ?? "nothing of it"}; it was changed after the study`,
  );
}

function parseAs<Schema extends z.ZodType>(schema: Schema, text: string, file: string): z.output<Schema> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new DataError(`${file} is not JSON: ${messageOf(error)}`);
  }
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues.map((issue) => `${file}: ${issue.path.join(".")}: ${issue.message}`);
  throw new DataError(problems.slice(0, 5).join("\n"));
}

/** The files of an evaluation, and last the record that says of what they are and what each holds. */
import { rm } from "node:fs/promises";
import path from "node:path";
import { ConfigError } from "../../src/errors.ts";
import { contentOf, type FileContent, readTextIfThere } from "../../src/files/file-content.ts";
import { takeLock } from "../../src/files/lock-file.ts";
import { cannotWrite, makeFolder } from "../../src/files/make-folder.ts";
import { sealedText } from "../../src/files/sealed-text.ts";
import { writeFileAtomically } from "../../src/files/write-file.ts";
import type { MetricsDocument } from "../../src/runs/metrics-document.ts";
import { EVALUATION_RECORD, EVALUATIONS_FOLDER, perUserFileName, runFiles } from "../../src/runs/run-directory.ts";
import { DESCRIPTION_FILE } from "../dataset/dataset-files.ts";
import type { LoadedDataset } from "../dataset/stored-dataset.ts";
import type { SplitEvaluation } from "../measures/evaluate-split.ts";
import { writePerUserResults } from "../measures/per-user-file.ts";
import { writeMetrics } from "../runs/metrics-file.ts";
import { type LoadedRun, rankerFilesOf } from "../runs/stored-run.ts";
import type { StageContext } from "../stage.ts";
import { PROTOCOL_CHECK_FILE, type ProtocolCheck, writeProtocolCheck } from "./protocol-check.ts";

export interface Evaluation {
  readonly evaluation: SplitEvaluation;
  /** Null unless asked for. */
  readonly check: ProtocolCheck | null;
  readonly document: MetricsDocument;
  readonly dataset: LoadedDataset;
  readonly subject: { readonly run: LoadedRun } | { readonly baseline: string };
}

/** Throws ConfigError for the folder of a run, a study, an export or a dataset: what they record would be replaced. */
export async function refuseRecordedFolder(directory: string): Promise<void> {
  for (const name of [runFiles.manifest, DESCRIPTION_FILE]) {
    if ((await readTextIfThere(path.join(directory, name))) === null) continue;
    const inside = path.join(directory, EVALUATIONS_FOLDER, "again");
    throw new ConfigError(
      `--output is ${directory}, which holds ${name}: its files are the record of another command and would be replaced; choose another folder, such as ${inside}`,
    );
  }
}

/** Throws ConfigError where another process writes there. */
export async function writeEvaluation(directory: string, made: Evaluation, context: StageContext): Promise<void> {
  await makeFolder(directory, "choose another folder with --output");
  try {
    const release = await takeLock(path.join(directory, runFiles.lock), context);
    try {
      const record = path.join(directory, EVALUATION_RECORD);
      await rm(record, { force: true }); // it vouches for files that are about to change
      await writePerUserResults(directory, made.evaluation);
      if (made.check !== null) await writeProtocolCheck(directory, made.check);
      await writeMetrics(directory, made.document);
      await writeFileAtomically(record, sealedText(await recordOf(directory, made, context)));
    } finally {
      await release();
    }
  } catch (error) {
    throw cannotWrite(directory, "free some space, or choose another folder with --output", error);
  }
}

async function recordOf(
  directory: string,
  { document, check, dataset, subject }: Evaluation,
  { environment, now }: StageContext,
): Promise<Readonly<Record<string, unknown>>> {
  const { name, contentHash } = dataset.description;
  const { packageVersion, gitCommit, node, platform } = environment;
  const files: Record<string, FileContent> = {};
  for (const file of [
    runFiles.metrics,
    perUserFileName(document.split),
    ...(check === null ? [] : [PROTOCOL_CHECK_FILE]),
  ])
    files[file] = await contentOf(path.join(directory, file));
  return {
    stage: "evaluate",
    status: "done",
    ...("run" in subject ? { run: subject.run.manifest.run } : subject),
    dataset: { name, contentHash },
    packageVersion,
    gitCommit,
    node,
    platform,
    finishedAt: new Date(now()).toISOString(),
    inputs: "run" in subject ? checkpointOf(directory, subject.run) : {},
    files,
  };
}

/** By its path from the evaluation's folder. */
function checkpointOf(directory: string, { directory: run, manifest, ranker }: LoadedRun): Record<string, FileContent> {
  const { parameters } = rankerFilesOf(manifest, ranker);
  const { bytes, sha256 } = manifest.files[parameters]!; // loadRun has checked it
  const file = path.join(path.resolve(run), parameters);
  const name = path.relative(path.resolve(directory), file).split(path.sep).join("/");
  return { [name]: { bytes, sha256 } };
}

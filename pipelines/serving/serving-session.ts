/** A ranker opened for a server process: a finished run in its dataset's numbering, or a baseline fitted first. */
import { lstat, realpath } from "node:fs/promises";
import path from "node:path";
import { openScoring } from "../../src/engine/open-scoring.ts";
import type { ScoringSession } from "../../src/engine/scoring-session.ts";
import { ConfigError } from "../../src/errors.ts";
import { carryRanker, type RowSources } from "../../src/ranker/carry-rows.ts";
import type { Parameters, RankerSpec } from "../../src/ranker/ranker-spec.ts";
import type { BaselineToServe } from "../baselines/baseline-session.ts";
import { type DatasetDescription, readDescription } from "../dataset/stored-dataset.ts";
import { describeDatasetOfRun, rowsOfRun } from "../runs/dataset-of-run.ts";
import { type LoadedRun, loadRun } from "../runs/stored-run.ts";

/** A run under the dataset's numbering. */
export interface TrainedRanker {
  readonly run: LoadedRun;
  readonly spec: RankerSpec;
  readonly parameters: Parameters;
}

export interface ServingOptions {
  readonly dataset?: string;
  readonly engine?: "auto" | "native" | "reference";
  readonly threads?: number;
}

export interface ServingSession {
  readonly name: string;
  readonly run: string;
  /** Of the dataset. */
  readonly folder: string;
  readonly description: DatasetDescription;
  readonly session: ScoringSession;
  /** Null of a baseline. */
  readonly trained: TrainedRanker | null;
  /** Where the dataset's ids stand in a run that was trained on other data; null for all others. */
  readonly rows: RowSources | null;
}

export async function openServingSession(
  ranker: string | BaselineToServe,
  options: ServingOptions,
): Promise<ServingSession> {
  const { engine = "auto", threads } = options;
  if (typeof ranker !== "string") {
    // What fits it is loaded for those alone who ask for it.
    const { openBaselineSession } = await import("../baselines/baseline-session.ts");
    const { dataset: folder } = options;
    if (folder === undefined)
      throw new ConfigError(`baseline ${ranker.baseline}: give the dataset it is to be fitted to`);
    const description = await readDescription(folder);
    const session = await openBaselineSession(ranker, { folder, description, engine, threads: threads ?? null });
    return { name: description.name, run: ranker.baseline, folder, description, session, trained: null, rows: null };
  }
  const run = await loadRun(await withoutLink(ranker));
  const folder = options.dataset ?? path.join(String(run.config.dataRoot ?? "data"), run.datasetName);
  const description = await describeDatasetOfRun(run, folder);
  const rows = await rowsOfRun(run, { directory: folder, description });
  const carried = rows === null ? run : carryRanker(run, rows, description);
  const session = openScoring(carried, { engine, ...(threads === undefined ? {} : { threads }) });
  const { spec, parameters } = carried;
  const trained = { run, spec, parameters };
  return { name: run.datasetName, run: run.manifest.run, folder, description, session, trained, rows };
}

/** `current` and `latest` may lead elsewhere before all is read. */
async function withoutLink(folder: string): Promise<string> {
  const isLink = (await lstat(folder).catch(() => null))?.isSymbolicLink() ?? false;
  return isLink ? realpath(folder) : folder;
}

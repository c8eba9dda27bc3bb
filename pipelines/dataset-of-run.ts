/** The data a run was trained on: no other will do, since indices mean other users and items there. */
import path from "node:path";
import { DataError } from "../src/errors.ts";
import { type DatasetDescription, readDescription } from "./dataset-files.ts";
import type { LoadedRun } from "./run-files.ts";

/** Throws DataError where the folder holds no dataset, or another one. Reads dataset.json only. */
export async function describeDatasetOfRun(
  run: Pick<LoadedRun, "directory" | "datasetName" | "datasetHash">,
  directory: string,
): Promise<DatasetDescription> {
  const description = await readDescription(directory);
  if (run.datasetHash === description.contentHash) return description;
  throw new DataError(
    `${run.directory}: trained on dataset ${run.datasetName} of content ${run.datasetHash.slice(0, 12)}, but ${path.normalize(directory)} holds ${description.contentHash.slice(0, 12)}; ingest the same logs with the same settings, or train anew`,
  );
}

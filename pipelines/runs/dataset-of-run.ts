/** The data a run was trained on: no other will do, since indices mean other users and items there. */
import path from "node:path";
import { DataError } from "../../src/errors.ts";
import type { Manifest } from "../../src/runs/manifest.ts";
import { type DatasetDescription, readDescription } from "../dataset/stored-dataset.ts";

/** A run's folder, and what its manifest says. */
export interface TrainedRun {
  readonly directory: string;
  readonly manifest: Manifest;
}

/** Throws DataError where the folder holds no dataset, or another one. Reads dataset.json only. */
export async function describeDatasetOfRun(run: TrainedRun, directory: string): Promise<DatasetDescription> {
  const description = await readDescription(directory);
  refuseOtherData(run, { directory, description });
  return description;
}

/** Throws DataError where a run is to be used with data that it was not trained on. */
export function refuseOtherData(
  { directory, manifest }: TrainedRun,
  data: { readonly directory: string; readonly description: DatasetDescription },
): void {
  const { name, contentHash } = manifest.dataset;
  const found = data.description.contentHash;
  if (found === contentHash) return;
  throw new DataError(
    `${directory}: trained on dataset ${name} of content ${contentHash.slice(0, 12)}, but ${path.normalize(data.directory)} holds ${found.slice(0, 12)}; ingest the same logs with the same settings, or train anew`,
  );
}

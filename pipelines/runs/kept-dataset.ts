/**
 * What a run keeps of the dataset it was trained on: its description, its vocabularies and what its features mean,
 * recorded in the manifest by hash. So a run means the same people and items after the dataset was ingested anew.
 */
import { copyFile } from "node:fs/promises";
import path from "node:path";
import { DataError } from "../../src/errors.ts";
import { readTextIfThere } from "../../src/files/file-content.ts";
import { makeFolder } from "../../src/files/make-folder.ts";
import { putInPlace } from "../../src/files/partial-file.ts";
import { keptDatasetFiles, keptDatasetFolder, keptFeaturesFile } from "../../src/runs/run-directory.ts";
import { DESCRIPTION_FILE } from "../dataset/dataset-files.ts";
import { checkFileOf, type DatasetDescription, readDescription } from "../dataset/stored-dataset.ts";

/** A folder with a dataset's description, vocabularies and schema of features, and what the description says. */
export interface DescribedData {
  readonly directory: string;
  readonly description: DatasetDescription;
}

/** Copies them, the description last. Throws DataError where the dataset was replaced meanwhile. */
export async function keepDataset(run: string, { directory, description }: DescribedData): Promise<void> {
  const folder = path.join(run, keptDatasetFolder);
  await makeFolder(folder, "choose another folder with --models-root or --run");
  const features = description.features === undefined ? [] : [keptFeaturesFile];
  for (const name of [...features, ...keptDatasetFiles]) {
    const file = path.join(folder, name);
    const partial = `${file}.partial`;
    await copyFile(path.join(directory, name), partial);
    await putInPlace(partial, file);
  }
  const kept = await readKeptDataset(run);
  if (kept?.description.contentHash === description.contentHash) return;
  throw new DataError(`${directory}: was ingested anew while training began; give the same command again`);
}

/** Null for a run that kept none, for it is older than the habit. Throws DataError for files that were changed. */
export async function readKeptDataset(run: string): Promise<DescribedData | null> {
  const directory = path.join(run, keptDatasetFolder);
  if ((await readTextIfThere(path.join(directory, DESCRIPTION_FILE))) === null) return null;
  const description = await readDescription(directory);
  for (const name of ["users.arrow", "items.arrow"] as const) {
    await checkFileOf(directory, name, description.files[name]);
  }
  return { directory, description };
}

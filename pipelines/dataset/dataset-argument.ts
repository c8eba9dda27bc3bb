/**
 * `--dataset FILE.json`: ingest's settings in a file that stands for the dataset they make,
 * whichever stage is told of it.
 */
import { basename, dirname, isAbsolute, join } from "node:path";
import { parseConfig } from "../../src/config/parse.ts";
import { type IngestConfig, ingestSchema } from "../../src/config/schemas/ingest/ingest-schema.ts";
import { ConfigError } from "../../src/errors.ts";
import { readGivenJson } from "../../src/files/json-file.ts";

const ENDING = ".json";

export function isDatasetDefinition(dataset: string): boolean {
  return dataset.endsWith(ENDING);
}

/** The name of the dataset under the data folder. Throws ConfigError for a file that cannot be read as ingest would. */
export async function datasetNameOf(dataset: string): Promise<string> {
  return isDatasetDefinition(dataset) ? (await readDatasetDefinition(dataset)).dataset : dataset;
}

/**
 * `dataset` is the name the file gives, or its own without the ending; `raw` and the files
 * of items are relative to the file there, and complete here.
 */
export async function readDatasetDefinition(path: string): Promise<IngestConfig> {
  const values = await readGivenJson(path, "--dataset");
  const config = parseConfig({ schema: ingestSchema, layers: [{ source: path, values }], flags: {} });
  const isNamed = typeof values === "object" && values !== null && "dataset" in values;
  const dataset = isNamed ? config.dataset : basename(path, ENDING);
  if (isDatasetDefinition(dataset)) {
    throw new ConfigError(`${path}: dataset is "${dataset}", expected a name, not another file`);
  }
  const files = (["raw", "itemsFile", "itemIdMap", "usersFile", "userIdMap"] as const).flatMap((key) => {
    const file = config[key];
    const isComplete = file === undefined || isAbsolute(file) || /^\w+:\/\//.test(file);
    return isComplete ? [] : [[key, join(dirname(path), file)]];
  });
  return { ...config, dataset, ...Object.fromEntries(files) };
}

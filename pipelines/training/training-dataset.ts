/** A dataset as training needs it: with the sides that its rankers' users and items are made of. */
import type { TrainConfig } from "../../src/config/schemas/train-schema.ts";
import { ConfigError } from "../../src/errors.ts";
import type { RankerSpec } from "../../src/ranker/ranker-spec.ts";
import { hasSides, noSides, type Sides } from "../../src/ranker/side.ts";
import { type DatasetSides, readSides } from "../dataset/feature-files.ts";
import { type LoadedDataset, loadDataset } from "../dataset/stored-dataset.ts";

export interface TrainingDataset extends LoadedDataset {
  /** All the features there are, whatever a ranker takes of them. */
  readonly sides: DatasetSides;
}

/** Throws DataError when the folder is missing, was not finished, or does not hold together. */
export async function loadTrainingDataset(directory: string): Promise<TrainingDataset> {
  const dataset = await loadDataset(directory);
  return { ...dataset, sides: await readSides(dataset) };
}

/** What a ranker's tables are sized by. */
export interface TrainedData {
  readonly train: Pick<RankerSpec, "users" | "items">;
  readonly sides: Sides;
}

/** Whether a ranker of these settings takes what features there are. */
export function takesFeatures({ features }: TrainConfig): boolean {
  return features !== "none";
}

/** What a ranker of these settings takes of a dataset's features. */
export function sidesOf(config: TrainConfig, { sides: { users, items } }: Pick<TrainedData, "sides">): Sides {
  return takesFeatures(config) ? { users, items } : noSides;
}

/** Throws ConfigError for settings of features on a dataset that has none, or where none are taken. */
export function checkFeatures(config: TrainConfig, dataset: TrainingDataset): void {
  if (hasSides(sidesOf(config, dataset))) return;
  const why = takesFeatures(config)
    ? `dataset ${dataset.description.name} has no features; ingest it with --item-features or --user-features`
    : "--features none takes none";
  if (config.features === "all") throw new ConfigError(`--features all: ${why}`);
  if ((config.idDropout ?? 0) > 0) {
    throw new ConfigError(`--id-dropout ${config.idDropout}: without its id a ranker would know nothing, for ${why}`);
  }
}

/** The rows of a ranker's tables: of ids alone, or of ids and the values of features. */
export function rowsOfTables(config: TrainConfig, data: TrainedData): Pick<RankerSpec, "users" | "items"> {
  const { users, items } = sidesOf(config, data);
  return { users: users?.rows ?? data.train.users, items: items?.rows ?? data.train.items };
}

/** A line for each side that is a sum of rows. */
export function featureLines(config: TrainConfig, dataset: TrainingDataset): readonly string[] {
  const sides = sidesOf(config, dataset);
  return (["users", "items"] as const).flatMap((name) => {
    const [side, schema] = [sides[name], dataset.sides.schema[name]];
    if (side === null || schema === null) return [];
    const features = schema.features.map((feature) => `${feature.name} (${feature.kind}, ${feature.rows} rows)`);
    return [`features of ${name}: ${features.join(", ")}; ${side.rows} rows in all`];
  });
}

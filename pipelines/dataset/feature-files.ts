/** user-features.arrow, item-features.arrow and features.json: the sides of a dataset, and what their rows mean. */
import { join } from "node:path";
import { z } from "zod";
import type { ColumnSchema } from "../../src/arrow/column-schema.ts";
import { readColumns } from "../../src/arrow/read-columns.ts";
import { DataError } from "../../src/errors.ts";
import { readJson } from "../../src/files/json-file.ts";
import type { SideSchema } from "../../src/ranker/feature-schema.ts";
import { noSides, type Side, type Sides } from "../../src/ranker/side.ts";
import { FEATURE_FILES, FEATURES_FILE } from "./dataset-files.ts";
import { checkFileOf, type DatasetDescription } from "./stored-dataset.ts";

/** Of users, or of items. */
export type SideName = keyof typeof FEATURE_FILES;

/** Null of a side without features. */
export type SidesSchema = Readonly<Record<SideName, SideSchema | null>>;

export interface DatasetSides extends Sides {
  readonly schema: SidesSchema;
}

/** A row per entry of the matrix, ascending by entity and then by row. */
export const FEATURE_SCHEMA: ColumnSchema = [
  { name: "entity", type: "uint32" },
  { name: "row", type: "uint32" },
  { name: "weight", type: "float32" },
];

const count = z.int().min(0);
const rowsOfFeature = { name: z.string(), firstRow: count, rows: count };
const featureSchema = z.discriminatedUnion("kind", [
  z.object({
    kind: z.enum(["category", "list"]),
    ...rowsOfFeature,
    hasOther: z.boolean(),
    values: z.array(z.string()),
    separator: z.string().nullable(),
  }),
  z.object({ kind: z.literal("number"), ...rowsOfFeature, mean: z.number(), deviation: z.number() }),
  z.object({ kind: z.literal("buckets"), ...rowsOfFeature, edges: z.array(z.number()) }),
]);
const sideSchema = z.object({ ids: count, rows: count, features: z.array(featureSchema) });

/** For whoever keeps a copy of it, such as a run. */
export const sidesSchema = z.object({ users: sideSchema.nullable(), items: sideSchema.nullable() });

const NO_FEATURES: SidesSchema = { users: null, items: null };

/** Of a dataset without features. */
export const noDatasetSides: DatasetSides = { ...noSides, schema: NO_FEATURES };

/** Throws DataError where a file is not what ingest wrote. */
export async function readSides(dataset: {
  readonly directory: string;
  readonly description: DatasetDescription;
}): Promise<DatasetSides> {
  const { directory, description } = dataset;
  const schema = await readSidesSchema(dataset);
  const sideOf = async (name: SideName): Promise<Side | null> => {
    const record = description.features?.[name];
    const meaning = schema[name];
    if (record === undefined || meaning === null) return null;
    await checkFileOf(directory, FEATURE_FILES[name], record);
    return readSide(join(directory, FEATURE_FILES[name]), description[name], meaning);
  };
  return { users: await sideOf("users"), items: await sideOf("items"), schema };
}

/** What the rows mean, without the rows. */
export async function readSidesSchema(dataset: {
  readonly directory: string;
  readonly description: DatasetDescription;
}): Promise<SidesSchema> {
  const { directory, description } = dataset;
  if (description.features === undefined) return NO_FEATURES;
  await checkFileOf(directory, FEATURES_FILE, description.features.schema);
  const words = { what: "a schema of features", remedy: "ingest the logs again" };
  return readJson(join(directory, FEATURES_FILE), sidesSchema, words);
}

/** Throws DataError for entries that are out of order or of no such entity or row. */
async function readSide(path: string, entities: number, { ids, rows }: SideSchema): Promise<Side> {
  const columns = await readColumns(path, ["entity", "row", "weight"]);
  const entityColumn = columns.uint32("entity");
  const rowIndices = columns.uint32("row");
  const weights = columns.float32("weight");
  const offsets = new Uint32Array(entities + 1);
  for (let entry = 0; entry < columns.rows; entry++) {
    const [entity, row] = [entityColumn[entry]!, rowIndices[entry]!];
    const before = entry === 0 ? -1 : entityColumn[entry - 1]!;
    const isBehind = entity > before || (entity === before && row > rowIndices[entry - 1]!);
    if (!isBehind || entity >= entities || row >= rows || !Number.isFinite(weights[entry])) {
      throw new DataError(
        `${path}: entry ${entry} is entity ${entity}, row ${row}, weight ${weights[entry]}; expected ascending entries below ${entities} and ${rows}; ingest the logs again`,
      );
    }
    offsets[entity + 1] = entry + 1;
  }
  for (let entity = 0; entity < entities; entity++) {
    if (offsets[entity + 1]! < offsets[entity]!) offsets[entity + 1] = offsets[entity]!;
  }
  return { entities, rows, ids, offsets, rowIndices, weights };
}

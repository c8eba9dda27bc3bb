/** The features of a dataset: tables of users and items made into sides, and written with what their rows mean. */
import { join } from "node:path";
import type { WrittenColumns } from "../../src/arrow/write-columns.ts";
import { writeColumns } from "../../src/arrow/write-columns.ts";
import {
  DEFAULT_FEATURE_LIST_LIMIT,
  DEFAULT_FEATURE_MIN_COUNT,
} from "../../src/config/schemas/ingest/feature-settings.ts";
import { contentOf } from "../../src/files/file-content.ts";
import { writeFileAtomically } from "../../src/files/write-file.ts";
import type { WorkDatabase } from "../../src/interactions/database/work-database.ts";
import type { FeatureCounts } from "../../src/interactions/features/added-feature.ts";
import type { EntityName } from "../../src/interactions/features/entity-file.ts";
import type { EntityTable } from "../../src/interactions/features/entity-table.ts";
import { buildMatrix } from "../../src/interactions/features/feature-matrix.ts";
import { type EntityCounts, type EntityIndex, joinEntities } from "../../src/interactions/features/known-entities.ts";
import { type ChosenFeatures, chooseKinds } from "../../src/interactions/features/propose-kinds.ts";
import type { SideSchema } from "../../src/ranker/feature-schema.ts";
import { FEATURE_FILES, FEATURES_FILE } from "../dataset/dataset-files.ts";
import { FEATURE_SCHEMA, type SidesSchema } from "../dataset/feature-files.ts";
import type { IngestPlan } from "./plan-ingest.ts";

/** What dataset.json says of a feature beside what features.json does. */
export interface FeatureFacts extends FeatureCounts {
  readonly name: string;
  readonly kind: string;
  readonly isProposed: boolean;
  readonly separator: string | null;
  /** Of the side's tables. */
  readonly rows: number;
}

export interface WrittenSide extends WrittenColumns {
  readonly schema: typeof FEATURE_SCHEMA;
  /** Users or items of the dataset, and the rows of its tables that they share: ids and values of features. */
  readonly entities: number;
  readonly ids: number;
  readonly tableRows: number;
  readonly found: EntityCounts;
  readonly features: readonly FeatureFacts[];
  readonly leftOut: ChosenFeatures["leftOut"];
}

export interface WrittenFeatures {
  readonly schema: { readonly bytes: number; readonly sha256: string };
  readonly users?: WrittenSide;
  readonly items?: WrittenSide;
}

export interface SideToWrite {
  readonly entity: EntityName;
  readonly file: EntityTable;
  readonly index: EntityIndex;
}

/** Null where no side has features. */
export async function writeFeatures(
  database: WorkDatabase,
  sides: readonly SideToWrite[],
  { plan, directory }: { readonly plan: IngestPlan; readonly directory: string },
): Promise<WrittenFeatures | null> {
  const written: Partial<Record<keyof SidesSchema, WrittenSide>> = {};
  const meanings: Record<keyof SidesSchema, SideSchema | null> = { users: null, items: null };
  for (const side of sides) {
    if (side.file.features.length === 0) continue;
    const name = side.entity === "user" ? "users" : "items";
    const { record, schema } = await writeSide(database, side, plan, join(directory, FEATURE_FILES[name]));
    written[name] = record;
    meanings[name] = schema;
  }
  if (Object.keys(written).length === 0) return null;
  const path = join(directory, FEATURES_FILE);
  await writeFileAtomically(path, `${JSON.stringify(meanings satisfies SidesSchema, null, 2)}\n`);
  return { schema: await contentOf(path), ...written };
}

async function writeSide(
  database: WorkDatabase,
  { entity, file, index }: SideToWrite,
  { config }: IngestPlan,
  path: string,
): Promise<{ readonly record: WrittenSide; readonly schema: SideSchema }> {
  const chosen = await chooseKinds(database, file);
  const known = await joinEntities(database, entity, file, index);
  const ids = 1 + index.trainCounts.findLastIndex((count) => count > 0);
  const matrix = await buildMatrix(database, known.table, chosen.features, {
    ids,
    rules: {
      minCount: config.featureMinCount ?? DEFAULT_FEATURE_MIN_COUNT,
      listLimit: config.featureListLimit ?? DEFAULT_FEATURE_LIST_LIMIT,
      hasDecimalCommas: config.decimal === ",",
    },
  });
  const columns = await writeColumns(path, FEATURE_SCHEMA, async (append) => {
    for await (const { entity: entities, row, weight } of matrix.entries())
      await append({ entity: entities, row, weight });
  });
  const { schema } = matrix;
  const features = schema.features.map((feature, k): FeatureFacts => {
    const { kind, isProposed, separator } = chosen.features[k]!;
    return { name: feature.name, kind, isProposed, separator, rows: feature.rows, ...matrix.counts[k]! };
  });
  return {
    record: {
      ...columns,
      schema: FEATURE_SCHEMA,
      entities: known.entities,
      ids,
      tableRows: schema.rows,
      found: known.counts,
      features,
      leftOut: chosen.leftOut,
    },
    schema,
  };
}

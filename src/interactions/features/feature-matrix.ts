/**
 * The side of users or of items as a matrix: what the rows of its features mean, learnt from entities with rows in
 * train alone, and the entries, in SQL.
 */
import type { SideSchema } from "../../ranker/feature-schema.ts";
import type { WorkDatabase } from "../database/work-database.ts";
import type { AddedFeature, FeatureColumn, FeatureCounts, FeatureRules } from "./added-feature.ts";
import { addBuckets, addNumber } from "./number-features.ts";
import type { ChosenFeature } from "./propose-kinds.ts";
import { addValues } from "./values-features.ts";

export interface SideMatrix {
  readonly schema: SideSchema;
  readonly counts: readonly FeatureCounts[];
  /** Ascending by entity, then row; some thousand at a time. */
  entries(): AsyncIterable<MatrixEntries>;
}

export interface MatrixEntries {
  readonly entity: Uint32Array;
  readonly row: Uint32Array;
  readonly weight: Float32Array;
}

/** `ids` rows stand before those of the features. Entities that are not trained on have no row of their own. */
export async function buildMatrix(
  database: WorkDatabase,
  table: string,
  features: readonly ChosenFeature[],
  { ids, rules }: { readonly ids: number; readonly rules: FeatureRules },
): Promise<SideMatrix> {
  const added: AddedFeature[] = [];
  let firstRow = ids;
  for (const feature of features) {
    const one = await addFeature(database, { feature, table, firstRow, rules });
    added.push(one);
    firstRow += one.schema.rows;
  }
  const matrix = `${table}_entries`;
  const parts = [
    `SELECT entity, entity AS row, 1::DOUBLE AS weight FROM ${table} WHERE is_trained`,
    ...added.flatMap(({ entries, schema }) => [
      entries,
      `SELECT entity, ${schema.firstRow} AS row, 1::DOUBLE AS weight FROM ${table} WHERE entity NOT IN (SELECT entity FROM (${entries}))`,
    ]),
  ];
  await database.run(
    `CREATE TABLE ${matrix} AS SELECT entity::UINTEGER AS entity, row::UINTEGER AS row, weight::FLOAT AS weight
     FROM (${parts.join("\nUNION ALL ")}) ORDER BY entity, row`,
  );
  const counts: FeatureCounts[] = [];
  for (const { schema, counts: noticed } of added) {
    const missing = await database.count(`SELECT count(*) FROM ${matrix} WHERE row = ${schema.firstRow}`);
    counts.push({ ...noticed, missing });
  }
  return {
    schema: { ids, rows: firstRow, features: added.map(({ schema }) => schema) },
    counts,
    entries: () => streamEntries(database, matrix),
  };
}

function addFeature(database: WorkDatabase, column: FeatureColumn): Promise<AddedFeature> {
  const { kind } = column.feature;
  switch (kind) {
    case "category":
    case "list":
      return addValues(database, column, kind);
    case "number":
      return addNumber(database, column);
    case "buckets":
      return addBuckets(database, column);
    default:
      return kind satisfies never;
  }
}

async function* streamEntries(database: WorkDatabase, matrix: string): AsyncGenerator<MatrixEntries> {
  for await (const chunk of database.stream(`SELECT entity, row, weight FROM ${matrix} ORDER BY entity, row`)) {
    const [entity, row, weight] = [0, 1, 2].map((column) => chunk.getColumnValues(column).map(Number));
    yield {
      entity: Uint32Array.from(entity!),
      row: Uint32Array.from(row!),
      weight: Float32Array.from(weight!),
    };
  }
}

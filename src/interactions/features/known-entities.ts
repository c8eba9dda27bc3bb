/** Users or items of a dataset in the work database, joined with what a file says of them. */
import { DataError } from "../../errors.ts";
import type { WorkDatabase } from "../database/work-database.ts";
import type { IdType } from "../reading/number-ids.ts";
import { GONE } from "../splitting/renumber.ts";
import type { EntityName } from "./entity-file.ts";
import type { EntityTable } from "./entity-table.ts";

export interface KnownEntities {
  /** Columns entity (final index), is_trained (has rows in train), has_row (in the file), and those of the file. */
  readonly table: string;
  readonly entities: number;
  readonly counts: EntityCounts;
}

export interface EntityCounts {
  /** Of the dataset that the file has no row of. */
  readonly withoutRow: number;
  /** Further rows of the file of an id that it has had; the last one counts. */
  readonly repeatedRows: number;
  /** Rows of the file whose id the dataset has not. */
  readonly rowsOfOthers: number;
}

/** In the order of ids, as the vocabulary has them: of the file, in the log not at all. */
export async function newIds(
  database: WorkDatabase,
  { table }: EntityTable,
  entity: EntityName,
  idType: IdType,
): Promise<readonly (string | bigint)[]> {
  const isNew = `id NOT IN (SELECT id::VARCHAR FROM ${entity}s)`;
  if (idType === "integer") {
    const [odd] = await database.rows(
      `SELECT count(DISTINCT id) AS ids, min(id) AS example FROM ${table}
       WHERE ${isNew} AND coalesce(TRY_CAST(id AS BIGINT)::VARCHAR <> id, true)`,
    );
    if (Number(odd?.ids ?? 0) > 0) {
      throw new DataError(
        `--new-items keep: ${odd?.ids} ids of the items file (such as ${odd?.example}) are no whole numbers, but all of the log's are; map them with --item-id-map, or leave --new-items out`,
      );
    }
  }
  const id = idType === "integer" ? "id::BIGINT" : "id";
  const ids: (string | bigint)[] = [];
  for await (const chunk of database.stream(`SELECT DISTINCT ${id} AS id FROM ${table} WHERE ${isNew} ORDER BY 1`)) {
    for (const value of chunk.getColumnValues(0)) ids.push(typeof value === "bigint" ? value : String(value));
  }
  return ids;
}

export interface EntityIndex {
  /** By number in the log: the final index or GONE. */
  readonly index: Uint32Array;
  /** By final index; entities beyond it are `newIds`. */
  readonly trainCounts: Uint32Array;
  /** Behind those of the log, in this order. */
  readonly newIds: readonly (string | bigint)[];
}

/** Makes table <entity>_known. Throws DataError where the file has nobody with rows in train. */
export async function joinEntities(
  database: WorkDatabase,
  entity: EntityName,
  file: EntityTable,
  { index, trainCounts, newIds }: EntityIndex,
): Promise<KnownEntities> {
  const table = `${entity}_known`;
  await appendIndex(database, entity, { index, trainCounts, newIds });
  await database.run(
    `CREATE TABLE ${table} AS
     SELECT known.entity, known.is_trained, last.id IS NOT NULL AS has_row, last.* EXCLUDE (id)
     FROM ${entity}_index AS known
     LEFT JOIN (SELECT * FROM ${file.table} QUALIFY row_number() OVER (PARTITION BY id ORDER BY position DESC) = 1) AS last
       ON last.id = known.id ORDER BY known.entity`,
  );
  const [found] = await database.rows(
    `SELECT count(*) AS entities, count(*) FILTER (WHERE NOT has_row) AS without_row,
       count(*) FILTER (WHERE has_row AND is_trained) AS trained FROM ${table}`,
  );
  if (Number(found?.trained ?? 0) === 0) {
    throw new DataError(
      `${file.file}: has no ${entity} with rows in train; where its ids are others than the log's, map them with --${entity}-id-map`,
    );
  }
  const [rows] = await database.rows(
    `SELECT count(*) - count(DISTINCT id) AS repeated,
       count(*) FILTER (WHERE id NOT IN (SELECT id FROM ${entity}_index)) AS others FROM ${file.table}`,
  );
  return {
    table,
    entities: Number(found?.entities ?? 0),
    counts: {
      withoutRow: Number(found?.without_row ?? 0),
      repeatedRows: Number(rows?.repeated ?? 0),
      rowsOfOthers: Number(rows?.others ?? 0),
    },
  };
}

/** Table <entity>_index: id as text, entity, is_trained. */
async function appendIndex(
  database: WorkDatabase,
  entity: EntityName,
  { index, trainCounts, newIds }: EntityIndex,
): Promise<void> {
  const { appendBatches, createTableFor } = await import("../database/append-columns.ts");
  const numbers = Uint32Array.from(index.keys()).filter((number) => index[number] !== GONE);
  const numbered = `${entity}_numbers`;
  await createTableFor(database, numbered, [
    { name: "number", kind: "unsigned", scale: 0 },
    { name: "entity", kind: "unsigned", scale: 0 },
    { name: "train_count", kind: "unsigned", scale: 0 },
  ]);
  const bigints = (values: Uint32Array): BigUint64Array => BigUint64Array.from(values, BigInt);
  const entities = numbers.map((number) => index[number]!);
  const columns = [bigints(numbers), bigints(entities), bigints(entities.map((at) => trainCounts[at]!))];
  await appendBatches(
    database,
    numbered,
    one({ rows: numbers.length, columns: columns.map((values) => ({ kind: "unsigned", values, validity: null })) }),
  );
  await createTableFor(database, `${entity}_new`, [
    { name: "id", kind: "text", scale: 0 },
    { name: "entity", kind: "unsigned", scale: 0 },
  ]);
  const added = Uint32Array.from(newIds.keys(), (k) => trainCounts.length + k);
  await appendBatches(
    database,
    `${entity}_new`,
    one({
      rows: newIds.length,
      columns: [
        { kind: "text", values: newIds.map(String), validity: null },
        { kind: "unsigned", values: bigints(added), validity: null },
      ],
    }),
  );
  await database.run(
    `CREATE TABLE ${entity}_index AS
     SELECT ids.id::VARCHAR AS id, entity, train_count > 0 AS is_trained FROM ${numbered} JOIN ${entity}s AS ids USING (number)
     UNION ALL SELECT id, entity, false FROM ${entity}_new`,
  );
}

async function* one<T>(value: T): AsyncGenerator<T> {
  yield value;
}

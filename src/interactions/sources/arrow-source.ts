/** Arrow files as input of ingest: src/arrow reads them, the work database takes them in. */
import { describeColumns, streamColumns } from "../../arrow/stream-columns.ts";
import { DataError } from "../../errors.ts";
import { sqlName } from "../database/sql-text.ts";
import type { WorkDatabase } from "../database/work-database.ts";
import { openRelation, refuseSameNames, type TableSource, UNREAD } from "./table-source.ts";

interface ArrowFileNamed {
  readonly path: string;
  /** For errors. */
  readonly name: string;
}

/**
 * Copies every column that has a counterpart in SQL into `table`, and the fields of structs that are `wanted`; lists,
 * structs and the like stay behind, named.
 */
export async function openArrowSource(
  database: WorkDatabase,
  table: string,
  file: ArrowFileNamed,
  wanted: readonly string[],
): Promise<TableSource> {
  return openArrowParts(database, table, [file], wanted);
}

/** Files with the same columns as one source named like the first. Throws DataError where they differ in anything. */
export async function openArrowParts(
  database: WorkDatabase,
  table: string,
  files: readonly ArrowFileNamed[],
  wanted: readonly string[],
): Promise<TableSource> {
  const file = files[0]!; // there is one at least
  const described = await describeColumns(file.path, wanted);
  for (const { path } of files.slice(1)) {
    if (JSON.stringify(await describeColumns(path, wanted)) !== JSON.stringify(described)) {
      throw new DataError(`${path}: its columns are other ones than those of ${file.path}`);
    }
  }
  refuseSameNames(
    file.name,
    described.map(({ name }) => name),
  );
  const columns = described.flatMap(({ kind, ...column }) => (kind === null ? [] : [{ ...column, kind }]));
  if (columns.length === 0) throw new DataError(`${file.path}: no column of numbers, text or times`);
  const names = columns.map(({ name }) => name);
  const declared = columns.map(({ name, kind, scale = 0 }) => ({ name, kind, scale }));
  // With DuckDB's types, which who opens no Arrow file does not wait for.
  const { appendBatches, createTableFor } = await import("../database/append-columns.ts");
  await createTableFor(database, table, declared);
  await appendBatches(
    database,
    table,
    batchesOf(
      files.map(({ path }) => path),
      names,
    ),
  );
  const source = await openRelation(database, sqlName(table), file.name, "arrow");
  const read = new Map(source.columns.map((column) => [column.name, column]));
  return {
    ...source,
    columns: described.map(({ name, storedType, wholeBelow }) => ({
      ...(read.get(name) ?? { name, type: UNREAD, nested: storedType }),
      ...(wholeBelow === undefined ? {} : { wholeBelow }),
    })),
  };
}

async function* batchesOf(paths: readonly string[], names: readonly string[]) {
  for (const path of paths) {
    for await (const { rows, columns } of streamColumns(path, names)) {
      yield { rows, columns: names.map((name) => columns[name]!) };
    }
  }
}

/** Arrow files as input of ingest: src/arrow reads them, the work database takes them in. */
import { describeColumns, streamColumns } from "../../arrow/stream-columns.ts";
import { DataError } from "../../errors.ts";
import { appendBatches, createTableFor } from "../database/append-columns.ts";
import { sqlName } from "../database/sql-text.ts";
import type { WorkDatabase } from "../database/work-database.ts";
import { openRelation, refuseSameNames, type TableSource, UNREAD } from "./table-source.ts";

/**
 * Copies every column that has a counterpart in SQL into `table`, and the fields of structs that are `wanted`; lists,
 * structs and the like stay behind, named.
 */
export async function openArrowSource(
  database: WorkDatabase,
  table: string,
  file: { readonly path: string; readonly name: string },
  wanted: readonly string[],
): Promise<TableSource> {
  const described = await describeColumns(file.path, wanted);
  refuseSameNames(
    file.name,
    described.map(({ name }) => name),
  );
  const columns = described.flatMap(({ kind, ...column }) => (kind === null ? [] : [{ ...column, kind }]));
  if (columns.length === 0) throw new DataError(`${file.path}: no column of numbers, text or times`);
  const names = columns.map(({ name }) => name);
  const declared = columns.map(({ name, kind, scale = 0 }) => ({ name, kind, scale }));
  await createTableFor(database, table, declared);
  await appendBatches(database, table, batchesOf(file.path, names));
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

async function* batchesOf(path: string, names: readonly string[]) {
  for await (const { rows, columns } of streamColumns(path, names)) {
    yield { rows, columns: names.map((name) => columns[name]!) };
  }
}

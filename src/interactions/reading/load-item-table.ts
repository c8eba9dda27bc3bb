/** Rows of an items file or a map of its ids: those with an id as the log spells it, the others counted and named. */
import { DataError } from "../../errors.ts";
import { sqlName } from "../database/sql-text.ts";
import type { SqlValue, WorkDatabase } from "../database/work-database.ts";
import { asInVocabulary, idText } from "../sources/id-text.ts";
import { orDataError, type SourceColumn, type TableSource } from "../sources/table-source.ts";
import { type BadRows, badRowsOf, checkBadRows } from "./bad-rows.ts";
import type { IdType } from "./number-ids.ts";
import { refuseOddIds } from "./refuse-ids.ts";
import { ROW_PROBLEM } from "./row-problem.ts";

/** How ids are read, and how much of a file may be bad: as of the log. */
export interface ItemReading {
  readonly nulls: readonly string[];
  readonly itemType: IdType;
  /** Share of the rows of each file that may be malformed. */
  readonly maxBadRows: number;
  readonly log: (line: string) => void;
}

export type ItemRow = Readonly<Record<string, SqlValue>>;

export interface ItemColumn {
  readonly column: SourceColumn;
  /** In the rows that come out. */
  readonly name: string;
  /** Spelt as the log spells ids; no row comes out without one. */
  readonly isId: boolean;
}

/** Rows with an id, in file order, as the log spells ids; the others are bad. */
export async function loadItemTable(
  database: WorkDatabase,
  name: string,
  source: TableSource,
  columns: readonly ItemColumn[],
  { nulls, itemType, maxBadRows }: ItemReading,
): Promise<{ rows: ItemRow[]; rowsRead: number; bad: BadRows }> {
  const ids = columns.filter(({ isId }) => isId);
  await refuseOddIds(
    database,
    source,
    ids.map(({ column }) => ({ column, flag: "a column" })),
  );
  const asRead = columns.map(
    (read) =>
      `${read.isId ? idText(read.column, nulls) : `${sqlName(read.column.name)}::VARCHAR`} AS ${sqlName(read.name)}`,
  );
  const table = sqlName(`${name}_rows`);
  await orDataError(source.file, () =>
    database.run(
      `CREATE TABLE ${table} AS SELECT ${asRead.join(", ")}, ${source.isHeader ?? "false"} AS is_header FROM ${source.from}`,
    ),
  );
  const hasIds = ids.map((read) => `${sqlName(read.name)} IS NOT NULL`).join(" AND ");
  const isEmpty = `coalesce(${columns.map((read) => sqlName(read.name)).join(", ")}) IS NULL`;
  const bad = await badRowsOf(database, source, {
    table,
    firstRow: 0,
    test: `NOT is_header AND NOT (${hasIds})`,
    problem: `CASE WHEN ${isEmpty} THEN ${ROW_PROBLEM.notARow} ELSE ${ROW_PROBLEM.itemMissing} END`,
    detail: "NULL",
  });
  const found = await database.count(`SELECT count(*) FROM ${table} WHERE NOT is_header AND ${hasIds}`);
  const rowsRead = found + bad.count;
  if (rowsRead === 0) throw new DataError(`${source.file}: no rows, expected items`);
  checkBadRows([bad], rowsRead, maxBadRows);
  const selected = columns.map((read) =>
    read.isId ? `${asInVocabulary(sqlName(read.name), itemType)} AS ${sqlName(read.name)}` : sqlName(read.name),
  );
  const rows = await database.rows(
    `SELECT ${selected.join(", ")} FROM ${table} WHERE NOT is_header AND ${hasIds} ORDER BY rowid`,
  );
  await database.run(`DROP TABLE ${table}`);
  return { rows, rowsRead, bad };
}

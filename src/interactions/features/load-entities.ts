/** Rows of a file of users or items, or of a map of their ids, in the work database: those with an id. */
import { DataError } from "../../errors.ts";
import { sqlName } from "../database/sql-text.ts";
import type { WorkDatabase } from "../database/work-database.ts";
import { type BadRows, badRowsOf, checkBadRows } from "../reading/bad-rows.ts";
import type { IdType } from "../reading/number-ids.ts";
import { refuseOddIds } from "../reading/refuse-ids.ts";
import { ROW_PROBLEM } from "../reading/row-problem.ts";
import { asInVocabulary, idText } from "../sources/id-text.ts";
import { orDataError, type SourceColumn, type TableSource } from "../sources/table-source.ts";
import type { EntityName } from "./entity-file.ts";

/** How ids are read, and how much of a file may be bad: as of the log. */
export interface EntityReading {
  readonly entity: EntityName;
  readonly nulls: readonly string[];
  readonly idType: IdType;
  /** Share of the rows of each file that may be malformed. */
  readonly maxBadRows: number;
  /** Numbers such as 3,5 are 3.5. */
  readonly hasDecimalCommas: boolean;
  readonly log: (line: string) => void;
}

export interface LoadedColumn {
  /** In the table that is made. */
  readonly name: string;
  /** Over the columns of the source; text. */
  readonly sql: string;
}

export interface LoadedEntities {
  readonly rowsRead: number;
  readonly bad: BadRows;
}

const ID_MISSING = { user: ROW_PROBLEM.userMissing, item: ROW_PROBLEM.itemMissing } as const;

/**
 * Makes `table`: position (in the file), a column for each of `ids`, spelt as the log spells ids and never null, and
 * the other columns. Throws ConfigError for columns that hold no ids, DataError where there are no rows, or too many
 * bad ones.
 */
export async function loadEntities(
  database: WorkDatabase,
  table: string,
  source: TableSource,
  columns: {
    readonly ids: readonly { readonly name: string; readonly column: SourceColumn }[];
    readonly others: readonly LoadedColumn[];
  },
  { entity, nulls, idType, maxBadRows }: EntityReading,
): Promise<LoadedEntities> {
  const { ids, others } = columns;
  await refuseOddIds(
    database,
    source,
    ids.map(({ column }) => ({ column, flag: "a column" })),
  );
  const asRead = [
    ...ids.map(({ name, column }) => `${idText(column, nulls)} AS ${sqlName(name)}`),
    ...others.map(({ name, sql }) => `${sql} AS ${sqlName(name)}`),
  ];
  const read = sqlName(`${table}_read`);
  await orDataError(source.file, () =>
    database.run(
      `CREATE TABLE ${read} AS SELECT ${asRead.join(", ")}, ${source.isHeader ?? "false"} AS is_header FROM ${source.from}`,
    ),
  );
  const hasIds = ids.map(({ name }) => `${sqlName(name)} IS NOT NULL`).join(" AND ");
  const all = [...ids, ...others].map(({ name }) => sqlName(name));
  const bad = await badRowsOf(database, source, {
    table: read,
    firstRow: 0,
    test: `NOT is_header AND NOT (${hasIds})`,
    problem: `CASE WHEN coalesce(${all.join(", ")}) IS NULL THEN ${ROW_PROBLEM.notARow} ELSE ${ID_MISSING[entity]} END`,
    detail: "NULL",
  });
  const spelt = ids.map(({ name }) => `${asInVocabulary(sqlName(name), idType)} AS ${sqlName(name)}`);
  const kept = others.map(({ name }) => sqlName(name));
  await database.run(
    `CREATE TABLE ${sqlName(table)} AS SELECT ${["rowid AS position", ...spelt, ...kept].join(", ")}
     FROM ${read} WHERE NOT is_header AND ${hasIds} ORDER BY rowid`,
  );
  await database.run(`DROP TABLE ${read}`);
  const rowsRead = (await database.count(`SELECT count(*) FROM ${sqlName(table)}`)) + bad.count;
  if (rowsRead === 0) throw new DataError(`${source.file}: no rows, expected users or items`);
  checkBadRows([bad], rowsRead, maxBadRows);
  return { rowsRead, bad };
}

/**
 * Lists of ids that a user hands in (users, items or pairs of them) as a table of texts, whatever format the file has.
 */
import { DataError } from "../../errors.ts";
import { sqlName } from "../database/sql-text.ts";
import type { WorkDatabase } from "../database/work-database.ts";
import { describeBadRow, takeRejected } from "../reading/bad-rows.ts";
import type { IdType } from "../reading/number-ids.ts";
import { refuseNestedIds, refuseOddIds } from "../reading/refuse-ids.ts";
import { chooseListColumns, columnNames } from "../sources/choose-columns.ts";
import { asInVocabulary, idText } from "../sources/id-text.ts";
import { openSource, type TextLayout } from "../sources/open-source.ts";
import { orDataError, type TableSource } from "../sources/table-source.ts";

export type IdRole = "user" | "item";

export interface IdListFile {
  readonly path: string;
  /** Which columns are wanted, one or both, in the order of the table's columns <role>_text. */
  readonly roles: readonly IdRole[];
  /** Names of columns, or numbers from 1; the usual ones unless given. */
  readonly columns: Readonly<Partial<Record<IdRole, string>>>;
  readonly spelling: IdSpelling;
}

/** How the dataset came to its ids, so that a list's are read alike. */
export interface IdSpelling {
  /** Texts that stand for no id. */
  readonly nulls: readonly string[];
  readonly types: Readonly<Record<IdRole, IdType>>;
  /** What its files called the columns of ids. */
  readonly columnNames: Readonly<Record<IdRole, readonly string[]>>;
}

export interface IdListRows {
  /** In the file. */
  readonly rows: number;
  /** In the table: repeats count once. */
  readonly distinct: number;
  /** What was read, for people: "read users.csv: 3 rows (text, an id a line, header); columns: user id". */
  readonly note: string;
}

/**
 * Creates `table` from the file. Throws ConfigError where there is none, DataError for rows that
 * cannot be read or lack an id.
 */
export async function loadIdList(database: WorkDatabase, table: string, list: IdListFile): Promise<IdListRows> {
  const { path, roles, columns } = list;
  const source = await openSource(database, { path, name: path, table: `${table}_file`, text: layoutOf(list) });
  const names = source.columns.map(({ name }) => name);
  const wanted = roles.map((role) => ({ role, wanted: columns[role], logNames: list.spelling.columnNames[role] }));
  const positions = chooseListColumns(source.file, names, wanted);
  const chosen = roles.map((role, index) => {
    const column = source.columns[positions[index]!]!;
    return { role, column, name: column.name, text: `${role}_text`, flag: `--${role}-column` };
  });
  await refuseOddIds(database, source, chosen);
  const { nulls, types } = list.spelling;
  const asRead = chosen.map(({ column, text }) => `${idText(column, nulls)} AS ${text}`);
  const asKnown = chosen.map(({ role, text }) => `${asInVocabulary(text, types[role])} AS ${text}`);
  const rowsOfFile = `SELECT ${asRead.join(", ")} FROM ${source.from} WHERE NOT ${source.isHeader ?? "false"}`;
  const all = sqlName(`${table}_rows`);
  await orDataError(source.file, () =>
    database.run(`CREATE TABLE ${all} AS SELECT ${asKnown.join(", ")} FROM (${rowsOfFile})`),
  );
  await refuseNestedIds(database, all, source.file, chosen);
  await refuseBadRows(database, all, list, source);
  const rows = await database.count(`SELECT count(*) FROM ${all}`);
  await database.run(`CREATE TABLE ${sqlName(table)} AS SELECT DISTINCT * FROM ${all}`);
  await database.run(`DROP TABLE ${all}`);
  const distinct = await database.count(`SELECT count(*) FROM ${sqlName(table)}`);
  const found = chosen.map(({ role, name }) => `${role} ${name}`);
  return { rows, distinct, note: `read ${source.file}: ${rows} rows (${source.format}); columns: ${found.join(", ")}` };
}

function layoutOf({ roles, columns, spelling }: IdListFile): TextLayout {
  const logNames = roles.flatMap((role) => spelling.columnNames[role]);
  const wanted = [...columnNames(Object.values(columns)), ...logNames];
  const [role] = roles;
  return role !== undefined && roles.length === 1
    ? { kind: "ids", role, wanted }
    : { kind: "table", encoding: "auto", wanted };
}

async function refuseBadRows(
  database: WorkDatabase,
  table: string,
  { roles }: IdListFile,
  source: TableSource,
): Promise<void> {
  const missing = roles.map((role) => `${role}_text IS NULL`).join(" OR ");
  const without = await database.count(`SELECT count(*) FROM ${table} WHERE ${missing}`);
  if (without > 0) {
    throw new DataError(`${source.file}: ${without} rows without ${roles.map((role) => `${role} id`).join(" or ")}`);
  }
  if (!source.storesRejects) return;
  const [rejected] = await takeRejected(database);
  if (rejected !== undefined) throw new DataError(describeBadRow({ ...rejected, file: source.file, row: null }));
}

/** Lists of ids that a user hands in (users, items or pairs of them) as a table of texts, whatever format the file has. */
import { DataError, firstLineOf } from "../../errors.ts";
import { idText } from "../reading/load-rows.ts";
import { chooseColumn, isUsualName } from "../sources/choose-columns.ts";
import { type LogSource, linesOf, openTextSource, orDataError } from "../sources/log-source.ts";
import { sqlName, sqlText } from "../sources/sql-text.ts";
import type { WorkDatabase } from "../sources/work-database.ts";

export type IdRole = "user" | "item";

export interface AskedFile {
  readonly path: string;
  /** Which columns are wanted, in the order of the table's columns <role>_text. */
  readonly roles: readonly IdRole[];
  /** Names of columns, or numbers from 1; the usual ones unless given. */
  readonly columns: Readonly<Partial<Record<IdRole, string>>>;
}

export interface AskedTable {
  /** In the file. */
  readonly rows: number;
  /** In the table: repeats count once. */
  readonly distinct: number;
}

/** Creates `table` from an opened source. Throws DataError for rows that cannot be read or lack an id. */
export async function loadAskedIds(
  database: WorkDatabase,
  table: string,
  asked: AskedFile,
  source: LogSource,
): Promise<AskedTable> {
  const names = source.columns.map(({ name }) => name);
  const texts = asked.roles.map((role) => {
    const place = chooseColumn(source.file, names, role, asked.columns[role]);
    return `${idText(source.file, source.columns[place]!)} AS ${role}_text`;
  });
  const all = sqlName(`${table}_rows`);
  await orDataError(source.file, () =>
    database.run(`CREATE TABLE ${all} AS SELECT ${texts.join(", ")} FROM ${source.from}`),
  );
  await refuseBadRows(database, all, asked, source);
  const rows = await database.count(`SELECT count(*) FROM ${all}`);
  await database.run(`CREATE TABLE ${sqlName(table)} AS SELECT DISTINCT * FROM ${all}`);
  await database.run(`DROP TABLE ${all}`);
  return { rows, distinct: await database.count(`SELECT count(*) FROM ${sqlName(table)}`) };
}

/** A text file: a table with a delimiter, or one id a line with or without a header. */
export async function openAskedText(database: WorkDatabase, asked: AskedFile): Promise<LogSource> {
  const { path, roles, columns } = asked;
  const lines = linesOf(path, "utf-8", "store_rejects = true");
  const head = await orDataError(path, () =>
    database.rows(`SELECT line FROM ${lines} WHERE trim(coalesce(line, '')) <> '' LIMIT 20`),
  );
  const isOneColumn = roles.length === 1 && head.every(({ line }) => !/[,;|\t]|::/.test(String(line)));
  if (!isOneColumn || head.length === 0) {
    const wanted = Object.values(columns).filter((name) => !/^\d+$/.test(name));
    return openTextSource(database, path, { file: path, needsTypes: false, encoding: "utf-8", wanted });
  }
  const [role] = roles;
  const first = String(head[0]?.line).trim();
  const hasHeader = isUsualName(first) || Object.values(columns).includes(first);
  const header = hasHeader ? ` AND trim(line) <> ${sqlText(first)}` : "";
  const name = hasHeader ? first : `${role}_id`;
  const column = { name, type: "VARCHAR" };
  return {
    file: path,
    format: "text, an id a line",
    from: `(SELECT trim(line) AS ${sqlName(name)} FROM ${lines} WHERE trim(coalesce(line, '')) <> ''${header})`,
    columns: [column],
    typedColumns: [column],
    firstRowLine: hasHeader ? 2 : 1,
    storesRejects: true,
  };
}

async function refuseBadRows(
  database: WorkDatabase,
  table: string,
  { roles }: AskedFile,
  source: LogSource,
): Promise<void> {
  const missing = roles.map((role) => `${role}_text IS NULL`).join(" OR ");
  const without = await database.count(`SELECT count(*) FROM ${table} WHERE ${missing}`);
  if (without > 0) {
    throw new DataError(`${source.file}: ${without} rows without ${roles.map((role) => `${role} id`).join(" or ")}`);
  }
  if (!source.storesRejects) return;
  const [rejected] = await database.rows("SELECT line, error_message FROM reject_errors ORDER BY line LIMIT 1");
  if (rejected === undefined) return;
  throw new DataError(`${source.file}:${rejected.line}: ${firstLineOf(rejected.error_message)}`);
}

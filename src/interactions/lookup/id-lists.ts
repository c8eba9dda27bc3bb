/**
 * Lists of ids that a user hands in (users, items or pairs of them) as a table of texts, whatever format the file has.
 */
import { DataError } from "../../errors.ts";
import { sqlName } from "../database/sql-text.ts";
import type { WorkDatabase } from "../database/work-database.ts";
import { describeBadRow, takeRejected } from "../reading/bad-rows.ts";
import type { IdType } from "../reading/number-ids.ts";
import { refuseNestedIds, refuseOddIds } from "../reading/refuse-ids.ts";
import { weightSql } from "../reading/weight-sql.ts";
import { chooseListColumns, chooseListWeight, columnNames } from "../sources/choose-columns.ts";
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
  /** Whether there may be a column of weights, and which: a name, a number from 1, "none", or the usual name. */
  readonly weight: { readonly wanted: string | undefined } | null;
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
  /** In the table: repeats count once, with the last weight. */
  readonly distinct: number;
  /** What was read, for people: "read users.csv: 3 rows (text, an id a line, header); columns: user id". */
  readonly note: string;
}

/**
 * Creates `table` from the file: columns <role>_text, and weight (1 without a column of them) where one may be. Throws
 * ConfigError where there is no file, DataError for rows that cannot be read, lack an id or have an odd weight.
 */
export async function loadIdList(database: WorkDatabase, table: string, list: IdListFile): Promise<IdListRows> {
  const { path, roles, columns } = list;
  const source = await openSource(database, { path, name: path, table: `${table}_file`, text: layoutOf(list) });
  const names = source.columns.map(({ name }) => name);
  const wanted = roles.map((role) => ({ role, wanted: columns[role], logNames: list.spelling.columnNames[role] }));
  const weightAt = list.weight === null ? null : chooseListWeight(source.file, names, list.weight.wanted);
  const positions = chooseListColumns(source.file, names, { roles: wanted, weight: weightAt });
  const chosen = roles.map((role, index) => {
    const column = source.columns[positions[index]!]!;
    return { role, column, name: column.name, text: `${role}_text`, flag: `--${role}-column` };
  });
  await refuseOddIds(database, source, chosen);
  const { nulls, types } = list.spelling;
  const weightColumns = { weight: weightAt, event: null };
  const { text: weightText, number } = weightSql(source, { columns: weightColumns, eventWeights: null, nulls });
  const weights = weightAt === null ? "1::FLOAT" : number;
  const asRead = [
    ...chosen.map(({ column, text }) => `${idText(column, nulls)} AS ${text}`),
    ...(list.weight === null ? [] : [`${weights} AS weight, ${weightText} AS weight_text`]),
  ];
  const asKnown = [
    ...chosen.map(({ role, text }) => `${asInVocabulary(text, types[role])} AS ${text}`),
    ...(list.weight === null ? [] : ["weight, weight_text"]),
  ];
  const rowsOfFile = `SELECT ${asRead.join(", ")} FROM ${source.from} WHERE NOT ${source.isHeader ?? "false"}`;
  const all = sqlName(`${table}_rows`);
  await orDataError(source.file, () =>
    database.run(`CREATE TABLE ${all} AS SELECT ${asKnown.join(", ")} FROM (${rowsOfFile})`),
  );
  await refuseNestedIds(database, all, source.file, chosen);
  await refuseBadRows(database, all, list, source);
  const rows = await database.count(`SELECT count(*) FROM ${all}`);
  // Of repeats the last weight counts, as of ingest's rows.
  const texts = chosen.map(({ text }) => text).join(", ");
  const last = list.weight === null ? "" : ", arg_max(weight, rowid) AS weight";
  await database.run(`CREATE TABLE ${sqlName(table)} AS SELECT ${texts}${last} FROM ${all} GROUP BY ${texts}`);
  await database.run(`DROP TABLE ${all}`);
  const distinct = await database.count(`SELECT count(*) FROM ${sqlName(table)}`);
  const found = chosen.map(({ role, name }) => `${role} ${name}`);
  if (weightAt !== null) found.push(`weight ${names[weightAt]}`);
  return { rows, distinct, note: `read ${source.file}: ${rows} rows (${source.format}); columns: ${found.join(", ")}` };
}

function layoutOf({ roles, columns, weight, spelling }: IdListFile): TextLayout {
  const logNames = roles.flatMap((role) => spelling.columnNames[role]);
  const wanted = [...columnNames([...Object.values(columns), weight?.wanted]), ...logNames];
  const [role] = roles;
  return role !== undefined && roles.length === 1
    ? { kind: "ids", role, wanted }
    : { kind: "table", encoding: "auto", wanted };
}

async function refuseBadRows(
  database: WorkDatabase,
  table: string,
  { roles, weight }: IdListFile,
  source: TableSource,
): Promise<void> {
  const missing = roles.map((role) => `${role}_text IS NULL`).join(" OR ");
  const without = await database.count(`SELECT count(*) FROM ${table} WHERE ${missing}`);
  if (without > 0) {
    throw new DataError(`${source.file}: ${without} rows without ${roles.map((role) => `${role} id`).join(" or ")}`);
  }
  if (weight !== null) {
    const [odd] = await database.rows(
      `SELECT weight_text, user_text, count(*) OVER () AS rows FROM ${table}
       WHERE NOT coalesce(isfinite(weight) AND weight >= 0, false) ORDER BY rowid LIMIT 1`,
    );
    if (odd !== undefined) {
      throw new DataError(
        `${source.file}: ${odd.rows} rows have a weight that is no number from 0, the first ${JSON.stringify(odd.weight_text)} of user ${JSON.stringify(odd.user_text)}; mend them, or leave the column aside with --weight-column none`,
      );
    }
  }
  if (!source.storesRejects) return;
  const [rejected] = await takeRejected(database);
  if (rejected !== undefined) throw new DataError(describeBadRow({ ...rejected, file: source.file, row: null }));
}

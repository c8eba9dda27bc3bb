/**
 * The rows of a table or a query as CSV whose types are known: described first, then copied, within one
 * snapshot in which nothing can be written.
 */
import { ConfigError } from "../errors.ts";
import { type ColumnType, columnTypes } from "./column-types.ts";
import type { PostgresSession } from "./connect.ts";
import { copyOut } from "./copy-rows.ts";

/** Exactly one of the two. */
export type LogSource = { readonly table: string } | { readonly query: string };

export interface LogColumn extends ColumnType {
  readonly name: string;
}

export interface LogRows {
  /** Such as `table shop.orders`. */
  readonly name: string;
  /** In the order of the server. */
  readonly columns: readonly LogColumn[];
  /**
   * The named columns of every row: fields parted by commas, nothing between them for NULL, everything else in double
   * quotes where it needs some, "" for a text without a letter.
   */
  copy(names: readonly string[]): AsyncGenerator<Buffer>;
}

/**
 * Times come in UTC and ISO 8601; rows of a table in the order in which they lie there, which another reading would
 * give again. Throws ConfigError where there is no such table, or the query is none.
 */
export async function openLogRows(session: PostgresSession, source: LogSource): Promise<LogRows> {
  for (const statement of SNAPSHOT) await session.rows(statement, [], "beginning to read");
  const [name, from] =
    "table" in source ? await tableText(session, source.table) : ["query", `(\n${bare(source.query)}\n)`];
  const described = await session.explained("describing the rows", () =>
    session.client.query({ text: `SELECT * FROM ${from} AS log LIMIT 0`, values: [] }),
  );
  const types = await columnTypes(session, described.fields);
  return {
    name,
    columns: described.fields.map((field, index) => ({ name: field.name, ...types[index]! })),
    copy(names) {
      const list = names.map(quoted).join(", ");
      const sql = `COPY (SELECT ${list} FROM ${from} AS log) TO STDOUT (FORMAT csv, HEADER false, ENCODING 'UTF8')`;
      return copyOut(session, sql, "reading the rows");
    },
  };
}

/** An identifier of any spelling: "user id". */
export function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

const SNAPSHOT = [
  "BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY",
  "SET LOCAL DateStyle = 'ISO'",
  "SET LOCAL TimeZone = 'UTC'",
  "SET LOCAL extra_float_digits = 1",
  // Either would give the rows in another order each time, and the order decides between equal times.
  "SET LOCAL synchronize_seqscans = off",
  "SET LOCAL max_parallel_workers_per_gather = 0",
];

/** By the server's own rules for names: shop.orders, orders by the search path, "Orders" in quotes. */
async function tableText(session: PostgresSession, table: string): Promise<readonly [string, string]> {
  const doing = `looking for table ${table}`;
  const [found] = await session.rows(
    `SELECT quote_ident(n.nspname) || '.' || quote_ident(c.relname) AS name
     FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.oid = to_regclass($1)`,
    [table],
    doing,
  );
  if (found !== undefined) return [`table ${String(found.name)}`, String(found.name)];
  const others = await session.rows(
    `SELECT schemaname || '.' || tablename AS name FROM pg_tables
     WHERE schemaname NOT IN ('pg_catalog', 'information_schema') ORDER BY 1 LIMIT 10`,
    [],
    doing,
  );
  const names = others.length === 0 ? "none" : others.map(({ name }) => String(name)).join(", ");
  throw new ConfigError(
    `${session.shown}: there is no table "${table}"; tables there: ${names} (names with capitals stand in double quotes)`,
  );
}

function bare(query: string): string {
  return query.replace(/[\s;]+$/, "");
}

/** Where lists go that are for a shop to read: a table of PostgreSQL. */
import { addressText } from "../address-text.ts";
import { isPostgresAddress, postgresAddressProblem } from "./postgres-address.ts";

export type ListsAddress = PostgresLists;

export interface PostgresLists {
  readonly kind: "postgres";
  /** For connecting. */
  readonly address: string;
  /** Null for the first schema of the search path. */
  readonly schema: string | null;
  readonly table: string;
  /** Without secrets, with the table. */
  readonly shown: string;
}

const TABLE = /^(?:([\w$]{1,63})\.)?([\w$]{1,63})$/;

/** Whether a text is meant for an address, right or wrong. */
export function isAddress(text: string): boolean {
  return /^\w+:\/\//.test(text);
}

/** Null where there is none; secrets are not repeated. */
export function listsAddressProblem(text: string): string | null {
  if (!isPostgresAddress(text)) return `expected a file, or ${EXAMPLE}`;
  const problem = postgresAddressProblem(text, ["table"]);
  if (problem !== null) return problem;
  const table = new URL(text).searchParams.get("table");
  if (table === null) return `which table? such as ${EXAMPLE}`;
  return TABLE.test(table) ? null : "its table is no name, or schema.name, of letters, digits and _";
}

const EXAMPLE = "postgres://host/database?table=recommendations";

/** `text` has no problem. */
export function listsAddressOf(text: string): ListsAddress {
  const url = new URL(text);
  const [, schema, table] = TABLE.exec(url.searchParams.get("table") ?? "") ?? [];
  url.searchParams.delete("table");
  const name = schema === undefined ? table! : `${schema}.${table}`;
  return {
    kind: "postgres",
    address: url.href,
    schema: schema ?? null,
    table: table!,
    shown: `${addressText(text)} table ${name}`,
  };
}

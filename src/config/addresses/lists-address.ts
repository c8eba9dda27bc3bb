/** Where lists go that are for a shop to read: a table of PostgreSQL, or keys of Redis. */
import { addressText } from "../address-text.ts";
import { isPostgresAddress, postgresAddressProblem } from "./postgres-address.ts";
import { isRedisAddress, redisAddressProblem } from "./redis-address.ts";

export type ListsAddress = PostgresLists | RedisLists;

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

export interface RedisLists {
  readonly kind: "redis";
  /** For connecting. */
  readonly address: string;
  /** Every key begins with it, such as "recs:". */
  readonly prefix: string;
  /** How long the former lists can still be read. */
  readonly keepSeconds: number;
  /** Without secrets, with the prefix. */
  readonly shown: string;
}

const TABLE = /^(?:([\w$]{1,63})\.)?([\w$]{1,63})$/;
const PREFIX = /^[\w.:/-]{1,100}$/;
const KEEP_SECONDS = 3600;
const KEEP = /^[1-9]\d{0,7}$/;

const TABLE_EXAMPLE = "postgres://host/database?table=recommendations";
const PREFIX_EXAMPLE = "redis://host:6379/0?prefix=recs:";

/** Null where there is none; secrets are not repeated. */
export function listsAddressProblem(text: string): string | null {
  if (isPostgresAddress(text)) return tableProblem(text);
  if (isRedisAddress(text)) return prefixProblem(text);
  return `expected a file, ${TABLE_EXAMPLE} or ${PREFIX_EXAMPLE}`;
}

/** `text` has no problem. */
export function listsAddressOf(text: string): ListsAddress {
  const url = new URL(text);
  const taken = (name: string): string | null => {
    const value = url.searchParams.get(name);
    url.searchParams.delete(name);
    return value;
  };
  if (isRedisAddress(text)) {
    const [prefix, keep] = [taken("prefix") ?? "", taken("keep")];
    const keepSeconds = keep === null ? KEEP_SECONDS : Number(keep);
    return { kind: "redis", address: url.href, prefix, keepSeconds, shown: `${addressText(text)} keys ${prefix}*` };
  }
  const name = taken("table") ?? "";
  const [, schema, table] = TABLE.exec(name) ?? [];
  const shown = `${addressText(text)} table ${name}`;
  return { kind: "postgres", address: url.href, schema: schema ?? null, table: table ?? "", shown };
}

function tableProblem(text: string): string | null {
  const problem = postgresAddressProblem(text, ["table"]);
  if (problem !== null) return problem;
  const table = new URL(text).searchParams.get("table");
  if (table === null) return `which table? such as ${TABLE_EXAMPLE}`;
  return TABLE.test(table) ? null : "its table is no name, or schema.name, of letters, digits and _";
}

function prefixProblem(text: string): string | null {
  const problem = redisAddressProblem(text);
  if (problem !== null) return problem;
  const { searchParams } = new URL(text);
  const prefix = searchParams.get("prefix");
  if (prefix === null) return `which keys? such as ${PREFIX_EXAMPLE}`;
  if (!PREFIX.test(prefix)) return "its prefix is not of letters, digits and . : / - _, at most 100";
  const keep = searchParams.get("keep");
  return keep === null || KEEP.test(keep) ? null : "its keep is no number of seconds";
}

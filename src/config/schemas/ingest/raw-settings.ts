/** Where the raw logs of `ingest` are: on this machine, in an object store, or in a database. */
import { z } from "zod";
import { isAddress } from "../../address-text.ts";
import { isPostgresAddress, postgresAddressProblem } from "../../addresses/postgres-address.ts";
import { setting } from "../../setting.ts";

const text = z.string().min(1);

const raw = text.superRefine((given, context) => {
  const problem = rawProblem(given);
  if (problem !== null) context.addIssue({ code: "custom", message: problem });
});

export const rawSettings = {
  raw: setting(raw.optional(), {
    flag: "raw",
    names: "path",
    meaning:
      "Folder, file or glob of the raw logs, here or at s3://bucket/prefix, or a database, postgres://host/db; data/raw/<dataset> under the data folder unless given",
  }),
  table: setting(text.optional(), {
    flag: "table",
    meaning: "Of a database: the table whose rows are the log, such as shop.orders",
  }),
  query: setting(text.optional(), {
    flag: "query",
    meaning: "Of a database: the SELECT whose rows are the log, in place of a table",
  }),
};

/** Keys may hold any sign but those that an address ends with; * and ? stand for others. */
const STORED = /^s3:\/\/[a-z0-9][a-z0-9.-]{1,61}[a-z0-9](\/[^\r\n\t#]*)?$/;

type RawKey = keyof typeof rawSettings;

/** What does not go together. */
export function rawRefusals(
  config: Readonly<Partial<Record<RawKey, string | undefined>>>,
): readonly (readonly [RawKey, string])[] {
  const { raw, table, query } = config;
  if (raw !== undefined && isPostgresAddress(raw)) {
    if (table === undefined && query === undefined) return [["raw", "which rows? give --table or --query as well"]];
    return table !== undefined && query !== undefined
      ? [["query", "--table names the rows too; give one of them"]]
      : [];
  }
  return (["table", "query"] as const)
    .filter((key) => config[key] !== undefined)
    .map((key) => [key, "only a database has it: --raw postgres://host/database"]);
}

function rawProblem(given: string): string | null {
  if (isPostgresAddress(given)) return postgresAddressProblem(given);
  if (STORED.test(given)) return null;
  return isAddress(given) ? "expected a path, s3://bucket/prefix, or postgres://host/database" : null;
}

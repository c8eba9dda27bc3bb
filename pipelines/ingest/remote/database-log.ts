/**
 * A log in PostgreSQL: the columns that ingest needs are copied into a file of the scratch folder, and
 * hashed on the way. The rows are read each time: nothing else says whether they are the same.
 */
import path from "node:path";
import type { IngestConfig } from "../../../src/config/schemas/ingest/ingest-schema.ts";
import { ConfigError, DataError } from "../../../src/errors.ts";
import { writePieces } from "../../../src/files/file-writer.ts";
import { sqlName } from "../../../src/interactions/database/sql-text.ts";
import { chooseColumns } from "../../../src/interactions/sources/choose-columns.ts";
import { planForFile } from "../../../src/interactions/sources/recognise-logs.ts";
import { refuseSameNames, UNREAD } from "../../../src/interactions/sources/table-source.ts";
import { connectToPostgres } from "../../../src/postgres/connect.ts";
import { type LogColumn, openLogRows } from "../../../src/postgres/log-rows.ts";
import type { StageContext } from "../../stage.ts";
import { requestedColumns } from "../requested-columns.ts";
import type { RemoteLogs } from "./remote-logs.ts";

export function databaseLog(address: string, config: IngestConfig, context: StageContext): RemoteLogs {
  return {
    plan: planForFile("rows"),
    async bring(names, folder) {
      const [name] = names; // one log
      const file = path.join(folder, name!);
      return readRows(address, config, file, context);
    },
  };
}

async function readRows(address: string, config: IngestConfig, file: string, context: StageContext) {
  const { log, signal, environment } = context;
  const session = await connectToPostgres(address, "--raw", { variables: environment.variables, signal, log });
  try {
    const { table, query } = config;
    // The schema has asked for one of them.
    const rows = await openLogRows(session, table === undefined ? { query: query! } : { table });
    const origin = `${session.shown} ${rows.name}`;
    const columns = neededColumns(origin, rows.columns, config);
    log(`reading ${origin}: columns ${columns.filter(isRead).map(sqlTyped).join(", ")}`);
    const content = await writePieces(file, rows.copy(columns.filter(isRead).map(({ name }) => name)));
    if (content.bytes === 0) throw new DataError(`${origin}: no rows, expected a log`);
    const facts = { isUtf8: true, oddLines: 0, isEmpty: false, format: "text" as const, modifiedMs: context.now() };
    return {
      records: [{ path: file, origin, ...content, ...facts }],
      layout: {
        kind: "typed" as const,
        format: `rows of PostgreSQL, ${rows.name}`,
        columns,
        typedColumns: columns.filter(isRead).map(({ name, type, typed }) => ({ name, type: typed ?? type })),
      },
    };
  } finally {
    await session.close();
  }
}

interface ReadColumn {
  readonly name: string;
  readonly type: string;
  readonly typed: string | null;
  readonly nested?: string;
}

/** All columns; those that nobody asks for are not fetched, whatever they hold. Throws ConfigError. */
function neededColumns(origin: string, columns: readonly LogColumn[], config: IngestConfig): readonly ReadColumn[] {
  const names = columns.map(({ name }) => name);
  refuseSameNames(origin, names);
  const chosen: readonly (number | null)[] = Object.values(chooseColumns(origin, names, requestedColumns(config)));
  const condition = config.where?.toLowerCase() ?? "";
  // In quotes too, where a quote in the name is doubled.
  const isInCondition = (name: string): boolean =>
    [name, sqlName(name)].some((spelling) => condition.includes(spelling.toLowerCase()));
  const needed = columns.map(({ name }, index) => chosen.includes(index) || isInCondition(name));
  return columns.map(({ name, type, typed, stored }, index) => {
    if (type !== null && needed[index]) return { name, type, typed };
    if (chosen.includes(index)) {
      throw new ConfigError(
        `${origin}: column "${name}" is of PostgreSQL's type ${stored}, expected numbers, text or times; --query may make some of it, such as ${name}->>'id'`,
      );
    }
    return { name, type: UNREAD, typed: null, nested: stored };
  });
}

function isRead({ type }: ReadColumn): boolean {
  return type !== UNREAD;
}

function sqlTyped({ name, type, typed }: ReadColumn): string {
  return `${name} ${(typed ?? type).toLowerCase()}`;
}

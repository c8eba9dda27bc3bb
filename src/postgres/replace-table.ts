/**
 * A table replaced by a new one in one transaction: readers see the former rows to the last moment, and all of the
 * new ones from then on. What is killed in the middle leaves nothing.
 */
import { createHash } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { StorageError } from "../errors.ts";
import { errorCode } from "../files/error-code.ts";
import type { PostgresSession } from "./connect.ts";
import { copyIn, copyOut } from "./copy-rows.ts";
import { quoted } from "./log-rows.ts";
import { findTarget, schemaOf, type TableShape, type Target } from "./target-table.ts";

export interface WrittenTable {
  readonly rows: number;
  /** Of the rows in COPY's binary format, as they were sent and read back. */
  readonly bytes: number;
  readonly sha256: string;
}

/** The former table's lock is waited for no longer than this at a time, so that readers are not held up. */
const LOCK_SECONDS = 2;
const LOCK_ATTEMPTS = 30;
const WAIT_MILLISECONDS = 1000;

/**
 * `rows` are in COPY's binary format. Owner, indexes and grants of the former table are the new one's. Throws
 * ConfigError for a table that is not of `shape`, StorageError where it cannot be had or the server gives back other
 * rows.
 */
export async function replaceTable(
  session: PostgresSession,
  shape: TableShape,
  rows: AsyncIterable<Uint8Array>,
  signal: AbortSignal,
): Promise<WrittenTable> {
  const run = (sql: string, doing: string): Promise<unknown> => session.rows(sql, [], doing);
  await run("BEGIN", "beginning to write");
  const schema = await schemaOf(session, shape);
  await takeTurn(session, `${schema}.${shape.table}`);
  const target = await findTarget(session, shape, schema);
  const fresh = `${quoted(schema)}.${quoted(target.freshName)}`;
  await run(`CREATE TABLE ${fresh} (${columnsSql(shape, target)})`, "making the new table");
  const sent = createHash("sha256");
  const taken = await copyIn(
    session,
    `COPY ${fresh} FROM STDIN (FORMAT binary)`,
    hashed(rows, sent),
    "writing the rows",
  );
  const written = await readBack(session, fresh, taken, sent.digest("hex"));
  await run(`ANALYZE ${fresh}`, "analysing the new table");
  if (target.owner !== null) await run(`ALTER TABLE ${fresh} OWNER TO ${target.owner}`, "giving it to the owner");
  for (const grant of target.grants) await run(`GRANT ${grant.what} ON ${fresh} TO ${grant.to}`, "granting as before");
  await run(`COMMENT ON TABLE ${fresh} IS ${literal(shape.comment)}`, "describing the new table");
  if (target.isThere) await takeFormer(session, target, signal);
  await run(`ALTER TABLE ${fresh} RENAME TO ${quoted(shape.table)}`, "naming the new table");
  await run("COMMIT", "putting the new table in place");
  return written;
}

function columnsSql({ columns, key }: TableShape, { name, isThere }: Target): string {
  if (isThere) return `LIKE ${name} INCLUDING ALL`;
  const list = columns.map((column) => `${quoted(column.name)} ${column.type} NOT NULL`);
  return [...list, `PRIMARY KEY (${key.map(quoted).join(", ")})`].join(", ");
}

async function* hashed(chunks: AsyncIterable<Uint8Array>, digest: ReturnType<typeof createHash>) {
  for await (const chunk of chunks) {
    digest.update(chunk);
    yield chunk;
  }
}

/** The table has no other rows than those, in the order in which they came, so it gives the same bytes. */
async function readBack(
  session: PostgresSession,
  table: string,
  rows: number,
  expected: string,
): Promise<WrittenTable> {
  await session.rows("SET LOCAL synchronize_seqscans = off", [], "reading the rows back");
  const found = createHash("sha256");
  let bytes = 0;
  for await (const chunk of copyOut(session, `COPY ${table} TO STDOUT (FORMAT binary)`, "reading the rows back")) {
    found.update(chunk);
    bytes += chunk.length;
  }
  const sha256 = found.digest("hex");
  if (sha256 === expected) return { rows, bytes, sha256 };
  throw new StorageError(
    `${session.shown}: the server gives back other rows than it was given (sha256 ${sha256}, sent ${expected}); nothing was replaced; look at its disk, and for triggers or rules`,
  );
}

/** One writer at a time; the lock goes with the transaction. */
async function takeTurn(session: PostgresSession, name: string): Promise<void> {
  const [row] = await session.rows(
    "SELECT pg_try_advisory_xact_lock(hashtextextended('lawn-ranker ' || $1, 0)) AS got",
    [name],
    "waiting for its turn",
  );
  if (row?.got !== true) {
    throw new StorageError(`${session.shown}: another process is writing ${name} now; run one at a time`);
  }
}

/** Drops the former table. Whoever waits for a lock holds up all who come later, so each try is a short one. */
async function takeFormer(session: PostgresSession, { name }: Target, signal: AbortSignal): Promise<void> {
  const doing = "replacing the former table";
  await session.rows(`SET LOCAL lock_timeout = '${LOCK_SECONDS}s'`, [], doing);
  await session.rows("SAVEPOINT former", [], doing);
  for (let attempt = 1; ; attempt++) {
    try {
      await session.client.query(`LOCK TABLE ${name} IN ACCESS EXCLUSIVE MODE`);
      break;
    } catch (error) {
      const isHeld = errorCode(error) === "55P03" && attempt < LOCK_ATTEMPTS;
      if (!isHeld) await session.explained(doing, () => Promise.reject(error));
    }
    await session.rows("ROLLBACK TO SAVEPOINT former", [], doing);
    await sleep(WAIT_MILLISECONDS, undefined, { signal });
  }
  await session.rows(`DROP TABLE ${name}`, [], doing);
}

function literal(text: string): string {
  return `'${text.replaceAll("\0", "").replaceAll("'", "''")}'`;
}

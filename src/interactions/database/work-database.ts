/**
 * The scratch database in which ingest does its SQL: one file, one connection, bounded memory, spilling to
 * disk beside it. It reads the files it was opened for and is shut off from all others, so that no
 * condition of a user reaches them.
 */
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { type DuckDBConnection, type DuckDBDataChunk, DuckDBInstance } from "@duckdb/node-api";
import { DataError, firstLineOf, messageOf } from "../../errors.ts";
import { sqlPath, sqlText } from "./sql-text.ts";

export type SqlValue = string | number | bigint | boolean | null;

export interface WorkDatabase {
  run(sql: string): Promise<void>;
  /** Small results only: every row becomes an object. Whole numbers come as numbers, and beyond 2^53 as bigints. */
  rows(sql: string): Promise<Record<string, SqlValue>[]>;
  /** The one whole number that `sql` yields. */
  count(sql: string): Promise<number>;
  /** Results of any size, some thousand rows at a time, in the order of the query. Several may be under way at once. */
  stream(sql: string): AsyncIterable<DuckDBDataChunk>;
  /** Path for a copy of a readable file, which SQL may read too; it goes with the spilled rows. */
  scratchFile(): Promise<string>;
  /** For the appender alone, which fills tables row by row. */
  readonly connection: DuckDBConnection;
  /** Makes the statements that are running fail soon. */
  interrupt(): void;
  /** Harmless when closed already. */
  close(): void;
}

export interface WorkDatabaseOptions {
  /** File to create or open; DuckDB holds an operating-system lock on it until close or the end of the process. */
  readonly path: string;
  /** Folder for what does not fit in memory. */
  readonly spillDirectory: string;
  /** Such as "2GB"; DuckDB's buffers, not the whole process. */
  readonly memoryLimit: string;
  /** The files that its SQL may read; it reaches nothing else, and nobody can change that afterwards. */
  readonly readable: readonly string[];
}

export async function openWorkDatabase(options: WorkDatabaseOptions): Promise<WorkDatabase> {
  const { path, spillDirectory, memoryLimit, readable } = options;
  const instance = await DuckDBInstance.create(path);
  const connection = await instance.connect();
  /** Of results that are being read. */
  const streaming = new Set<DuckDBConnection>();
  let isOpen = true;
  const copies = join(spillDirectory, "copies");
  let scratchFiles = 0;

  const explained = async <T>(task: () => Promise<T>): Promise<T> => {
    try {
      return await task();
    } catch (error) {
      throw explainSqlError(error, memoryLimit);
    }
  };
  const rows = (sql: string): Promise<Record<string, SqlValue>[]> =>
    explained(async () => (await connection.runAndReadAll(sql)).getRowObjectsJS().map(plainRow));

  const database: WorkDatabase = {
    connection,
    rows,
    async run(sql) {
      await explained(() => connection.run(sql));
    },
    async count(sql) {
      const [row] = await rows(sql);
      return Number(Object.values(row ?? {})[0] ?? 0);
    },
    async *stream(sql) {
      // The next statement of a connection ends a result that is still read there, and the rest of it is lost unsaid.
      const own = await instance.connect();
      streaming.add(own);
      try {
        const result = await explained(() => own.stream(sql));
        for (;;) {
          const chunk = await explained(() => result.fetchChunk());
          if (chunk === null || chunk.rowCount === 0) return;
          yield chunk;
        }
      } finally {
        if (streaming.delete(own)) own.closeSync();
      }
    },
    async scratchFile() {
      await mkdir(copies, { recursive: true });
      return join(copies, `${++scratchFiles}`);
    },
    interrupt: () => {
      if (isOpen) for (const each of [connection, ...streaming]) each.interrupt();
    },
    close() {
      if (!isOpen) return;
      isOpen = false;
      for (const each of [connection, ...streaming]) each.closeSync();
      streaming.clear();
      instance.closeSync();
    },
  };
  await database.run(`SET memory_limit = ${sqlText(memoryLimit)}`);
  await database.run(`SET temp_directory = ${sqlText(spillDirectory)}`);
  // Ties in time keep the order of the file, whatever the number of threads.
  await database.run("SET preserve_insertion_order = true");
  // It makes a join of x IN (a long list), and the rows of a join come in any order.
  await database.run("SET disabled_optimizers = 'in_clause'");
  await database.run("SET GLOBAL TimeZone = 'UTC'");
  // Ingest never goes to the network on its own.
  await database.run("SET autoinstall_known_extensions = false");
  // By either spelling: of the file, and of the pattern that stands for it alone.
  const paths = readable.flatMap((file) => [sqlText(file), sqlPath(file)]);
  await database.run(`SET allowed_paths = [${paths.join(", ")}]`);
  await database.run(`SET allowed_directories = [${sqlText(`${copies}/`)}]`);
  await database.run("SET enable_external_access = false");
  await database.run("SET lock_configuration = true");
  return database;
}

function plainRow(row: Record<string, unknown>): Record<string, SqlValue> {
  return Object.fromEntries(Object.entries(row).map(([name, value]) => [name, plainValue(value)]));
}

function plainValue(value: unknown): SqlValue {
  if (typeof value === "bigint") {
    const small = Number(value);
    return Number.isSafeInteger(small) ? small : value;
  }
  if (value === null || typeof value === "string" || typeof value === "number" || typeof value === "boolean")
    return value;
  return String(value);
}

/** Turns the two failures a user can mend into errors that say how; everything else stays as DuckDB put it. */
function explainSqlError(error: unknown, memoryLimit: string): Error {
  const message = messageOf(error);
  if (/No space left on device|disk is full|max_temp_directory_size/i.test(message)) {
    return new DataError(
      `no disk space for ingest's scratch files; free some or use --data-root. ${firstLineOf(message)}`,
    );
  }
  if (/^Out of Memory/i.test(message)) {
    return new DataError(
      `ingest needs more than the ${memoryLimit} of --memory-limit; raise it. ${firstLineOf(message)}`,
    );
  }
  return error instanceof Error ? error : new Error(message);
}

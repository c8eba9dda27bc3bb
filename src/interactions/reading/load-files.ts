/** The files of a log into table `raw`, one by one or many small ones at once, with what was noticed in each. */
import { stat } from "node:fs/promises";
import type { EventWeights } from "../../config/schemas/ingest/event-weights.ts";
import type { FormatWish } from "../../config/schemas/ingest/list-layouts.ts";
import { ConfigError, DataError } from "../../errors.ts";
import type { WorkDatabase } from "../database/work-database.ts";
import { type ColumnRequest, chooseColumns } from "../sources/choose-columns.ts";
import { withDateFormat } from "../sources/dated-source.ts";
import { markLists } from "../sources/list-files.ts";
import { openParts, openSource, type SourceFile } from "../sources/open-source.ts";
import { groupParts } from "../sources/small-parts.ts";
import type { LogPart } from "../sources/split-words.ts";
import type { ListFacts, TableSource } from "../sources/table-source.ts";
import { type BadRows, collectBadRows } from "./bad-rows.ts";
import { checkCondition, conditionSeconds } from "./check-condition.ts";
import { loadRows } from "./load-rows.ts";

export interface LogFile {
  readonly part: LogPart;
  readonly file: SourceFile;
}

export interface LoadFilesOptions {
  /** What text files hold, where the user says so. */
  readonly format: FormatWish;
  readonly columns: ColumnRequest;
  readonly where: string | undefined;
  /** False leaves time columns aside: the order of the rows counts instead. */
  readonly usesTimes: boolean;
  /** Of the time column, as for strptime; undefined where numbers and ISO 8601 are read. */
  readonly dateFormat: string | undefined;
  /** Texts that stand for no value. */
  readonly nulls: readonly string[];
  /** Whether a row without a rating is of no use. */
  readonly needsRatings: boolean;
  /** What the column of events says; null without one. */
  readonly eventWeights: EventWeights | null;
  /** Whether pairs that the condition leaves out are still known of. */
  readonly remembersUnwanted: boolean;
  readonly log: (line: string) => void;
}

export interface FileFormat {
  readonly file: string;
  readonly format: string;
  /** That were used. */
  readonly columns: Readonly<Record<string, string | null>>;
  /** Of a file of lists alone. */
  readonly lists?: ListFacts;
}

export interface LoadedFiles {
  /** Of each file. */
  readonly formats: readonly FileFormat[];
  readonly bad: readonly BadRows[];
  /** In `raw`. */
  readonly rows: number;
}

interface Loaded {
  readonly source: TableSource;
  readonly columns: FileFormat["columns"];
  readonly bad: BadRows;
  readonly rows: number;
}

export async function loadFiles(
  database: WorkDatabase,
  files: readonly LogFile[],
  options: LoadFilesOptions,
): Promise<LoadedFiles> {
  const formats: FileFormat[] = [];
  const bad: BadRows[] = [];
  let rows = 0;
  const note = (loaded: Loaded, group: readonly LogFile[]): void => {
    const names = group.map(({ file }) => file.name);
    const what = names.length === 1 ? names[0]! : `${names.length} files, ${names[0]!} to ${names.at(-1)!}`;
    const columns = Object.entries(loaded.columns).flatMap(([role, name]) =>
      name === null ? [] : [`${role} ${name}`],
    );
    const { format, lists } = loaded.source;
    options.log(
      `read ${what}: ${loaded.rows} rows (${format}); ${lists === null ? `columns: ${columns.join(", ")}` : listsText(lists)}`,
    );
    formats.push(
      ...names.map((file) => ({ file, format, columns: loaded.columns, ...(lists === null ? {} : { lists }) })),
    );
    bad.push(loaded.bad);
    rows += loaded.rows;
  };
  const load = async (group: readonly LogFile[]): Promise<void> => {
    const [first, second] = group;
    if (first !== undefined && second === undefined) {
      const source = await openSource(database, first.file);
      return note(await loadSource(database, source, { group, firstRow: rows }, options), group);
    }
    const together = await loadTogether(database, group, rows, options);
    if (together !== null) return note(together, group);
    // Whichever file is at fault is found in a few steps, and the others are still read many at once.
    await load(group.slice(0, group.length >> 1));
    await load(group.slice(group.length >> 1));
  };
  for (const group of await groupParts(await markLists(files, options.format))) await load(group);
  return { formats, bad, rows };
}

function listsText({ lines, emptyLists, repeatedUsers }: ListFacts): string {
  const odd = [
    ...(emptyLists === 0 ? [] : [`${emptyLists} without items`]),
    ...(repeatedUsers === 0 ? [] : [`${repeatedUsers} of a user who has another line before`]),
  ];
  return `${lines} lists${odd.map((words) => `, ${words}`).join("")}`;
}

/**
 * Null, and nothing loaded, where anything is wrong with any of the files: that must be told of the file by its name.
 */
async function loadTogether(
  database: WorkDatabase,
  group: readonly LogFile[],
  firstRow: number,
  options: LoadFilesOptions,
): Promise<Loaded | null> {
  await database.run("BEGIN TRANSACTION");
  let loaded: Loaded | null = null;
  try {
    const files = group.map(({ file }) => file);
    loaded = await loadSource(database, await openParts(database, files), { group, firstRow }, options);
  } catch (error) {
    if (!(error instanceof DataError || error instanceof ConfigError)) throw error;
  }
  if (loaded !== null && loaded.bad.count === 0) {
    await database.run("COMMIT");
    return loaded;
  }
  // What the reader has set aside goes with it.
  await database.run("ROLLBACK");
  return null;
}

async function loadSource(
  database: WorkDatabase,
  opened: TableSource,
  { group, firstRow }: { readonly group: readonly LogFile[]; readonly firstRow: number },
  options: LoadFilesOptions,
): Promise<Loaded> {
  const names = opened.columns.map(({ name }) => name);
  const chosen = chooseColumns(opened.file, names, options.columns);
  const columns = options.usesTimes ? chosen : { ...chosen, time: null };
  const source = await withDates(database, opened, { column: columns.time, format: options.dateFormat });
  if (options.where !== undefined) await checkCondition(database, options.where, source);
  const where =
    options.where === undefined
      ? undefined
      : { condition: options.where, seconds: conditionSeconds(await bytesOf(group)) };
  const { nulls, needsRatings, eventWeights, remembersUnwanted } = options;
  const ofRows = { columns, where, nulls, needsRatings, eventWeights, remembersUnwanted };
  const rows = await loadRows(database, source, { part: group[0]!.part, ...ofRows });
  const bad = await collectBadRows(database, source, firstRow);
  const named = Object.entries(columns).map(([role, column]) => [role, column === null ? null : names[column]!]);
  return { source, columns: Object.fromEntries(named), bad, rows };
}

async function bytesOf(group: readonly LogFile[]): Promise<number> {
  let bytes = 0;
  for (const { file } of group) bytes += (await stat(file.path)).size;
  return bytes;
}

async function withDates(
  database: WorkDatabase,
  source: TableSource,
  { column, format }: { readonly column: number | null; readonly format: string | undefined },
): Promise<TableSource> {
  if (format === undefined) return source;
  if (column === null) {
    throw new ConfigError(`--date-format: ${source.file} has no column of times; name it with --time-column`);
  }
  return withDateFormat(database, source, { column, format });
}

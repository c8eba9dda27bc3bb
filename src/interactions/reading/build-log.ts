/**
 * From files to one numbered, sorted log: read, set bad rows aside, number the ids, sort; everything
 * noticed on the way is reported.
 */
import { DataError } from "../../errors.ts";
import type { CleaningStep } from "../cleaning/clean-log.ts";
import type { WorkDatabase } from "../database/work-database.ts";
import type { InteractionLog } from "../interaction-log.ts";
import { type BadRow, checkBadRows } from "./bad-rows.ts";
import { crowdedWarning, findCrowdedIds } from "./crowded-ids.ts";
import { type FileFormat, type LoadFilesOptions, type LogFile, loadFiles } from "./load-files.ts";
import { createRawTable } from "./load-rows.ts";
import { type IdType, numberIds, secondSpellings } from "./number-ids.ts";
import { loadNegatives, type NegativesFile, type OfficialNegatives, readNegatives } from "./read-negatives.ts";
import { refuseUnnamedEvents } from "./refuse-events.ts";
import { ROW_PROBLEM } from "./row-problem.ts";
import { readSortedLog, sortLog, summariseTimes } from "./sort-log.ts";
import { spanText, spanWarnings, type TimeSpan, timeSpan } from "./time-span.ts";
import { readTimes } from "./time-unit.ts";
import { collectUnwanted, readUnwanted, type UnwantedPairs } from "./unwanted-pairs.ts";

export interface BuildOptions extends LoadFilesOptions {
  readonly sources: readonly LogFile[];
  readonly negatives: NegativesFile | null;
  /** Share of all rows that may be malformed. */
  readonly maxBadRows: number;
  /** Milliseconds since 1970, to tell times of the future. */
  readonly nowMs: number;
}

export interface BuiltLog {
  readonly log: InteractionLog;
  /** What --where left out of users and items of the log; null where nothing was, or nothing is remembered. */
  readonly unwanted: UnwantedPairs | null;
  readonly negatives: OfficialNegatives | null;
  readonly idTypes: { readonly user: IdType; readonly item: IdType };
  /** As time-unit.ts finds it, or --date-format where times were read by that; null without times. */
  readonly timeUnit: string | null;
  /** Null without times. */
  readonly timeSpan: TimeSpan | null;
  readonly formats: readonly FileFormat[];
  readonly rowsRead: number;
  readonly steps: readonly CleaningStep[];
  readonly firstBadRows: readonly BadRow[];
  readonly warnings: readonly string[];
}

export async function buildLog(database: WorkDatabase, options: BuildOptions): Promise<BuiltLog> {
  await createRawTable(database);
  const { formats, bad, rows: loadedRows } = await loadFiles(database, options.sources, options);
  const negativeLines = await loadNegatives(database, options.negatives, options.nulls);

  const rejectedRows = bad.reduce((sum, { count }) => sum + count, 0) - (await unreadableRows(database));
  const rowsRead = loadedRows + rejectedRows;
  if (rowsRead === 0) throw new DataError(`${fileList(options, formats)}: no rows, only a header; expected a log`);
  checkBadRows(bad, rowsRead, options.maxBadRows);
  await refuseUnnamedEvents(database);
  const steps = await readingSteps(database, rowsRead, rejectedRows, options.where);
  if ((steps.at(-1)?.rowsAfter ?? rowsRead) === 0) throw new DataError(nothingLeft(rowsRead, steps));

  const times = readTimes(await summariseTimes(database));
  const timeUnit = times.unit === "ISO 8601" ? (options.dateFormat ?? times.unit) : times.unit;
  const hasRatings = formats.every(({ columns }) => columns.rating !== null) && (await someRating(database));
  const user = await numberIds(database, "user");
  const item = await numberIds(database, "item");
  options.log(`numbered ${user.count} users (${user.type} ids) and ${item.count} items (${item.type} ids)`);
  const sort = {
    userType: user.type,
    itemType: item.type,
    users: user.count,
    items: item.count,
    millisecondsSql: times.millisecondsSql,
    hasTimes: times.unit !== null,
    hasRatings,
    hasWeights: formats.some(({ columns }) => columns.weight !== null || columns.event !== null),
    hasParts: options.sources.some(({ part }) => part !== "log"),
  };
  const remembers = options.remembersUnwanted && options.where !== undefined;
  if (remembers) await collectUnwanted(database, { user: user.type, item: item.type });
  await sortLog(database, sort);
  const log = await readSortedLog(database, sort);
  const idTypes = { user: user.type, item: item.type };
  const span = timeSpan(log.timesMs);
  options.log(span === null ? "times: none are used" : `times: ${spanText(span)} (${timeUnit})`);
  const official = options.negatives === null ? null : { file: options.negatives.name, lines: negativeLines };
  return {
    log,
    unwanted: remembers ? await readUnwanted(database, user.count) : null,
    negatives: official === null ? null : await readNegatives(database, idTypes, official),
    idTypes,
    timeUnit,
    timeSpan: span,
    formats,
    rowsRead,
    steps,
    firstBadRows: bad.flatMap(({ first }) => first).slice(0, 5),
    warnings: [
      ...times.warnings,
      ...spanWarnings(log.timesMs, timeUnit ?? "times", options.nowMs),
      ...(await idWarnings(database, log, idTypes)),
    ],
  };
}

async function someRating(database: WorkDatabase): Promise<boolean> {
  return (await database.count("SELECT count(rating) FROM raw")) > 0;
}

/** Ids that may be nobody, and ids that may be one although they are written in two ways. */
async function idWarnings(database: WorkDatabase, log: InteractionLog, types: BuiltLog["idTypes"]): Promise<string[]> {
  const warnings: string[] = [];
  for (const crowded of findCrowdedIds(log)) {
    const [row] = await database.rows(
      `SELECT id::VARCHAR AS id FROM ${crowded.column}s WHERE number = ${crowded.number}`,
    );
    warnings.push(crowdedWarning(crowded, String(row?.id)));
  }
  for (const column of ["user", "item"] as const) {
    if (types[column] === "string") warnings.push(...(await secondSpellings(database, column)));
  }
  return warnings;
}

async function unreadableRows(database: WorkDatabase): Promise<number> {
  return database.count(`SELECT count(*) FROM raw WHERE problem >= ${ROW_PROBLEM.timeUnreadable}`);
}

/** The steps that happen while reading, in the order in which a row is looked at. */
async function readingSteps(
  database: WorkDatabase,
  rowsRead: number,
  rejectedRows: number,
  where: string | undefined,
): Promise<CleaningStep[]> {
  const found = await database.rows("SELECT problem, count(*) AS rows FROM raw GROUP BY problem");
  const rowsWith = (problem: number): number => Number(found.find((row) => row.problem === problem)?.rows ?? 0);
  const unreadable = await unreadableRows(database);
  const dropped: [string, string, number][] = [
    ...(where === undefined
      ? []
      : [["not-wanted", `--where ${where}`, rowsWith(ROW_PROBLEM.notWanted)] as [string, string, number]]),
    ...(rowsWith(ROW_PROBLEM.repeatedHeader) === 0
      ? []
      : [
          ["repeated-header", "the header once more, inside a file", rowsWith(ROW_PROBLEM.repeatedHeader)] as [
            string,
            string,
            number,
          ],
        ]),
    ["malformed", "the row, its time, its rating or its weight could not be read", rejectedRows + unreadable],
    ["missing-user", "no user id", rowsWith(ROW_PROBLEM.userMissing)],
    ["missing-item", "no item id", rowsWith(ROW_PROBLEM.itemMissing)],
  ];
  let rows = rowsRead;
  return dropped.map(([step, reason, count]) => {
    const rowsBefore = rows;
    rows -= count;
    return { step, reason, rowsBefore, rowsAfter: rows };
  });
}

function nothingLeft(rowsRead: number, steps: readonly CleaningStep[]): string {
  const parts = steps.filter(({ rowsBefore, rowsAfter }) => rowsBefore > rowsAfter);
  const why = parts.map(({ step, rowsBefore, rowsAfter }) => `${rowsBefore - rowsAfter} ${step}`).join(", ");
  return `none of the ${rowsRead} rows can be used: ${why}`;
}

function fileList(options: BuildOptions, formats: BuiltLog["formats"]): string {
  return options.sources.length === 1 ? (formats[0]?.file ?? "the log") : "the log's files";
}

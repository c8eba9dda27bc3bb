/** Rows of a source into table `raw`, each with what is wrong with it; nothing is dropped silently. */
import { ConfigError } from "../../errors.ts";
import type { ColumnChoice } from "../sources/choose-columns.ts";
import type { LogPart } from "../sources/recognise-logs.ts";
import { sqlName } from "../sources/sql-text.ts";
import { orDataError, type SourceColumn, type TableSource, typedSelectList } from "../sources/table-source.ts";
import { withinTime } from "../sources/time-limit.ts";
import type { WorkDatabase } from "../sources/work-database.ts";
import { conditionName } from "./check-condition.ts";

/** Values of raw.problem. */
export const ROW_PROBLEM = {
  none: 0,
  notWanted: 1,
  userMissing: 2,
  itemMissing: 3,
  timeUnreadable: 4,
  ratingUnreadable: 5,
  notARow: 6,
} as const;

/** Values of raw.part. */
export const PART_CODE: Readonly<Record<LogPart, number>> = { log: 0, train: 1, validation: 2, test: 3 };

export interface LoadOptions {
  readonly part: LogPart;
  readonly columns: ColumnChoice;
  /** SQL condition that checkCondition has passed, and how long it may take over this source. */
  readonly where?: { readonly condition: string; readonly seconds: number } | undefined;
}

/**
 * An id is a whole number of 64 bits exactly as a computer writes it (no leading zero, plus or point) or else a string; both
 * forms are kept apart here, so that one odd id among a million later turns the column to strings without loss.
 */
export async function createRawTable(database: WorkDatabase): Promise<void> {
  await database.run(
    `CREATE TABLE raw (part UTINYINT, problem UTINYINT, detail VARCHAR, user_number BIGINT, user_text VARCHAR,
      item_number BIGINT, item_text VARCHAR, time_number DOUBLE, time_ms BIGINT, rating FLOAT)`,
  );
}

/** Appends in file order. Returns the number of rows appended, those with a problem included. */
export async function loadRows(database: WorkDatabase, source: TableSource, options: LoadOptions): Promise<number> {
  const before = await database.count("SELECT count(*) FROM raw");
  const { where } = options;
  const load = (): Promise<void> => database.run(`INSERT INTO raw ${rawSelect(source, options)}`);
  await orDataError(source.file, () =>
    where === undefined ? load() : withinTime(database, conditionName(where.condition), where.seconds, load),
  );
  return (await database.count("SELECT count(*) FROM raw")) - before;
}

function rawSelect(source: TableSource, options: LoadOptions): string {
  const { columns, where } = options;
  const column = (position: number): SourceColumn => source.columns[position]!;
  const time = columns.time === null ? null : column(columns.time);
  const rating = columns.rating === null ? null : column(columns.rating);
  const texts = [
    `${idText(source.file, column(columns.user))} AS __user`,
    `${idText(source.file, column(columns.item))} AS __item`,
    `${time === null ? "NULL" : `${sqlName(time.name)}::VARCHAR`} AS __time`,
    `${time === null ? "NULL" : timeNumber(source.file, time)} AS __time_number`,
    `${time === null ? "NULL" : timeMilliseconds(time)} AS __time_ms`,
    `${rating === null ? "NULL" : `${sqlName(rating.name)}::VARCHAR`} AS __rating`,
    `${rating === null ? "NULL" : `TRY_CAST(${sqlName(rating.name)} AS DOUBLE)`} AS __rating_number`,
  ];
  const wanted = where === undefined ? "true" : `coalesce((\n${where.condition}\n), false)`;
  const typed = where === undefined ? "" : `, ${typedSelectList(source)}`;
  // Names of our own come first and the file's own columns last, so that the condition sees the file's names.
  return `
    SELECT ${PART_CODE[options.part]}, problem, CASE problem WHEN 4 THEN __time WHEN 5 THEN __rating END,
      CASE WHEN problem = 0 AND user_is_number THEN user_number END, CASE WHEN problem = 0 AND NOT user_is_number THEN __user END,
      CASE WHEN problem = 0 AND item_is_number THEN item_number END, CASE WHEN problem = 0 AND NOT item_is_number THEN __item END,
      CASE WHEN problem = 0 THEN __time_number END, CASE WHEN problem = 0 THEN __time_ms END,
      CASE WHEN problem = 0 THEN __rating_number::FLOAT END
    FROM (
      SELECT *,
        TRY_CAST(__user AS BIGINT) AS user_number, coalesce(user_number::VARCHAR = __user, false) AS user_is_number,
        TRY_CAST(__item AS BIGINT) AS item_number, coalesce(item_number::VARCHAR = __item, false) AS item_is_number,
        CASE
          WHEN coalesce(__user, __item, __time, __rating) IS NULL THEN ${ROW_PROBLEM.notARow}
          WHEN NOT is_wanted THEN ${ROW_PROBLEM.notWanted}
          WHEN __user IS NULL THEN ${ROW_PROBLEM.userMissing}
          WHEN __item IS NULL THEN ${ROW_PROBLEM.itemMissing}
          ${time === null ? "" : `WHEN __time_ms IS NULL AND NOT coalesce(isfinite(__time_number), false) THEN ${ROW_PROBLEM.timeUnreadable}`}
          ${rating === null ? "" : `WHEN NOT coalesce(isfinite(__rating_number), false) THEN ${ROW_PROBLEM.ratingUnreadable}`}
          ELSE 0
        END AS problem
      FROM (SELECT __user, __item, __time, __time_number, __time_ms, __rating, __rating_number, ${wanted} AS is_wanted
        FROM (SELECT ${texts.join(", ")}${typed} FROM ${source.from}))
    )`;
}

const TEXT = /^VARCHAR$/;
const WHOLE = /^U?(TINYINT|SMALLINT|INTEGER|BIGINT|HUGEINT)$/;
const FRACTIONAL = /^(FLOAT|DOUBLE|DECIMAL.*)$/;
const MOMENT = /^(DATE|TIMESTAMP.*)$/;

/** SQL text of an id column as the log's ids are written: trimmed, null where empty. Throws ConfigError for a type no id has. */
export function idText(file: string, { name, type }: SourceColumn): string {
  const column = sqlName(name);
  if (TEXT.test(type)) return `nullif(trim(${column}), '')`;
  if (WHOLE.test(type) || type === "UUID") return `${column}::VARCHAR`;
  // Writers that have no empty integer store ids as 17.0.
  if (FRACTIONAL.test(type)) {
    return `CASE WHEN ${column} = trunc(${column}) AND abs(${column}) < 9e15 THEN ${column}::BIGINT::VARCHAR ELSE ${column}::VARCHAR END`;
  }
  throw new ConfigError(`${file}: column "${name}" is of type ${type}, expected whole numbers or text for an id`);
}

function timeNumber(file: string, { name, type }: SourceColumn): string {
  if (TEXT.test(type) || WHOLE.test(type) || FRACTIONAL.test(type)) return `TRY_CAST(${sqlName(name)} AS DOUBLE)`;
  if (MOMENT.test(type)) return "NULL::DOUBLE";
  throw new ConfigError(
    `${file}: column "${name}" is of type ${type}, expected a time (number, ISO 8601 text or timestamp)`,
  );
}

function timeMilliseconds({ name, type }: SourceColumn): string {
  const column = sqlName(name);
  if (TEXT.test(type)) {
    return `CASE WHEN TRY_CAST(${column} AS DOUBLE) IS NULL THEN epoch_ms(TRY_CAST(${column} AS TIMESTAMPTZ)) END`;
  }
  if (MOMENT.test(type))
    return type === "TIMESTAMP WITH TIME ZONE" ? `epoch_ms(${column})` : `epoch_ms(${column}::TIMESTAMP)`;
  return "NULL::BIGINT";
}

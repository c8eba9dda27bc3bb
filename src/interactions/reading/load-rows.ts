/** Rows of a source into table `raw`, each with what is wrong with it; nothing is dropped silently. */
import type { EventWeights } from "../../config/schemas/ingest/event-weights.ts";
import { ConfigError } from "../../errors.ts";
import { sqlName } from "../database/sql-text.ts";
import { withinTime } from "../database/time-limit.ts";
import type { WorkDatabase } from "../database/work-database.ts";
import type { ColumnChoice } from "../sources/choose-columns.ts";
import { idText, plainNumber } from "../sources/id-text.ts";
import type { LogPart } from "../sources/split-words.ts";
import { orDataError, type SourceColumn, type TableSource, typedSelectList } from "../sources/table-source.ts";
import { conditionName } from "./check-condition.ts";
import { refuseListedItems, refuseNestedIds, refuseOddIds } from "./refuse-ids.ts";
import { ROW_PROBLEM } from "./row-problem.ts";
import { columnOfNumbers, present, valueText } from "./value-sql.ts";
import { weightSql } from "./weight-sql.ts";

/** Values of raw.part. */
export const PART_CODE: Readonly<Record<LogPart, number>> = { log: 0, train: 1, validation: 2, test: 3 };

export interface LoadOptions {
  readonly part: LogPart;
  readonly columns: ColumnChoice;
  /** SQL condition that checkCondition has passed, and how long it may take over this source. */
  readonly where: { readonly condition: string; readonly seconds: number } | undefined;
  /** Texts that stand for no value. */
  readonly nulls: readonly string[];
  /** Whether a row without a rating is of no use. */
  readonly needsRatings: boolean;
  /** What the column of events says; null without one. */
  readonly eventWeights: EventWeights | null;
  /** Whether rows that the condition leaves out keep their ids, for unwanted-pairs.ts. */
  readonly remembersUnwanted: boolean;
}

/**
 * An id is a whole number of 64 bits exactly as a computer writes it (no leading zero, plus or point) or else a string;
 * both forms are kept apart here, so that one odd id among a million later turns the column to strings without loss.
 */
export async function createRawTable(database: WorkDatabase): Promise<void> {
  await database.run(
    `CREATE TABLE raw (part UTINYINT, problem UTINYINT, detail VARCHAR, user_number BIGINT, user_text VARCHAR,
      item_number BIGINT, item_text VARCHAR, time_number DOUBLE, time_ms BIGINT, rating FLOAT, weight FLOAT)`,
  );
}

/** Appends in file order. Returns the number of rows appended, those with a problem included. */
export async function loadRows(database: WorkDatabase, source: TableSource, options: LoadOptions): Promise<number> {
  const before = await database.count("SELECT count(*) FROM raw");
  const { where } = options;
  const user = source.columns[options.columns.user]!;
  const item = source.columns[options.columns.item]!;
  await refuseOddIds(database, source, [
    { column: user, flag: "--user-column" },
    { column: item, flag: "--item-column" },
  ]);
  const load = (): Promise<void> => database.run(`INSERT INTO raw ${rawSelect(source, options)}`);
  await orDataError(source.file, () =>
    where === undefined ? load() : withinTime(database, conditionName(where.condition), where.seconds, load),
  );
  const rows = (await database.count("SELECT count(*) FROM raw")) - before;
  const accepted = `(FROM raw WHERE rowid >= ${before} AND problem = ${ROW_PROBLEM.none})`;
  await refuseNestedIds(database, accepted, source.file, [
    { text: "user_text", name: user.name, flag: "--user-column" },
    { text: "item_text", name: item.name, flag: "--item-column" },
  ]);
  await refuseListedItems(database, accepted, { file: source.file, name: item.name });
  return rows;
}

function rawSelect(source: TableSource, options: LoadOptions): string {
  const { columns, where, nulls } = options;
  const column = (position: number): SourceColumn => source.columns[position]!;
  const time = columns.time === null ? null : column(columns.time);
  const rating =
    columns.rating === null
      ? null
      : columnOfNumbers(source.file, column(columns.rating), "ratings; --rating-column none leaves them aside");
  const weight = weightSql(source, options);
  const texts = [
    `${source.isHeader ?? "false"} AS __is_header`,
    `${idText(column(columns.user), nulls)} AS __user`,
    `${idText(column(columns.item), nulls)} AS __item`,
    `${time === null ? "NULL" : valueText(time)} AS __time`,
    `${time === null ? "NULL" : timeNumber(source.file, time)} AS __time_number`,
    `${time === null ? "NULL" : timeMilliseconds(time)} AS __time_ms`,
    `${rating === null ? "NULL" : valueText(rating)} AS __rating`,
    `${rating === null ? "NULL" : `TRY_CAST(${sqlName(rating.name)} AS DOUBLE)`} AS __rating_number`,
    `${weight.text} AS __weight`,
    `${weight.number} AS __weight_number`,
  ];
  const wanted = where === undefined ? "true" : `coalesce((\n${where.condition}\n), false)`;
  const typed = where === undefined ? "" : `, ${typedSelectList(source)}`;
  const hasIds = `problem IN (${ROW_PROBLEM.none}${options.remembersUnwanted ? `, ${ROW_PROBLEM.notWanted}` : ""})`;
  const isExcused = options.needsRatings ? "" : ` AND ${present("__rating", nulls)} IS NOT NULL`;
  // Names of our own come first and the file's own columns last, so that the condition sees the file's names.
  return `
    SELECT ${PART_CODE[options.part]}, problem, CASE problem
        WHEN ${ROW_PROBLEM.timeUnreadable} THEN ${present("__time", [...nulls, NOT_A_TIME])}
        WHEN ${ROW_PROBLEM.ratingUnreadable} THEN ${present("__rating", nulls)}
        WHEN ${ROW_PROBLEM.eventUnnamed} THEN __weight
        WHEN ${ROW_PROBLEM.weightUnreadable} THEN ${present("__weight", nulls)} END,
      CASE WHEN ${hasIds} AND user_is_number THEN user_number END, CASE WHEN ${hasIds} AND NOT user_is_number THEN __user END,
      CASE WHEN ${hasIds} AND item_is_number THEN item_number END, CASE WHEN ${hasIds} AND NOT item_is_number THEN __item END,
      CASE WHEN problem = 0 THEN __time_number END, CASE WHEN problem = 0 THEN __time_ms END,
      CASE WHEN problem = 0 AND isfinite(__rating_number) THEN __rating_number::FLOAT END,
      CASE WHEN problem = 0 THEN __weight_number END
    FROM (
      SELECT *,
        ${plainNumber("__user")} AS user_number, coalesce(user_number::VARCHAR = __user, false) AS user_is_number,
        ${plainNumber("__item")} AS item_number, coalesce(item_number::VARCHAR = __item, false) AS item_is_number,
        CASE
          WHEN __is_header THEN ${ROW_PROBLEM.repeatedHeader}
          WHEN coalesce(__user, __item, __time, __rating, __weight) IS NULL THEN ${ROW_PROBLEM.notARow}
          WHEN NOT is_wanted THEN ${ROW_PROBLEM.notWanted}
          WHEN __user IS NULL THEN ${ROW_PROBLEM.userMissing}
          WHEN __item IS NULL THEN ${ROW_PROBLEM.itemMissing}
          ${time === null ? "" : `WHEN __time_ms IS NULL AND NOT coalesce(isfinite(__time_number), false) THEN ${ROW_PROBLEM.timeUnreadable}`}
          ${rating === null ? "" : `WHEN NOT coalesce(isfinite(__rating_number), false)${isExcused} THEN ${ROW_PROBLEM.ratingUnreadable}`}
          ${weight.problems}
          ELSE 0
        END AS problem
      FROM (SELECT __is_header, __user, __item, __time, __time_number, __time_ms, __rating, __rating_number, __weight, __weight_number, ${wanted} AS is_wanted
        FROM (SELECT ${texts.join(", ")}${typed} FROM ${source.from}))
    )`;
}

const TEXT = /^VARCHAR$/;
const WHOLE = /^U?(TINYINT|SMALLINT|INTEGER|BIGINT|HUGEINT)$/;
const FRACTIONAL = /^(FLOAT|DOUBLE|DECIMAL.*)$/;
const MOMENT = /^(DATE|TIMESTAMP.*)$/;
/** What pandas makes of a missing time as an integer: the least of 64 bits. */
const NOT_A_TIME = "-9223372036854775808";

function timeNumber(file: string, { name, type, nested }: SourceColumn): string {
  if (nested === undefined && (TEXT.test(type) || WHOLE.test(type) || FRACTIONAL.test(type))) {
    return `nullif(TRY_CAST(${sqlName(name)} AS DOUBLE), ${NOT_A_TIME}::DOUBLE)`;
  }
  if (MOMENT.test(type)) return "NULL::DOUBLE";
  throw new ConfigError(
    `${file}: column "${name}" is of type ${nested ?? type}, expected a time (number, ISO 8601 text or timestamp)`,
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

/**
 * Table `raw` to an InteractionLog: DuckDB numbers and sorts out of core, then the columns stream into typed arrays.
 */
import { DataError } from "../../errors.ts";
import type { WorkDatabase } from "../database/work-database.ts";
import type { InteractionLog } from "../interaction-log.ts";
import { type IdType, idSql } from "./number-ids.ts";
import { ROW_PROBLEM } from "./row-problem.ts";
import { type CalendarNumbers, calendarOf, type TimeSummary } from "./time-unit.ts";

const MOST_ROWS = 2 ** 32 - 1; // offsets are uint32

export async function summariseTimes(database: WorkDatabase): Promise<TimeSummary> {
  const [row] = await database.rows(
    `SELECT count(*) AS rows, count(time_number) AS numbers, count(time_ms) AS moments,
       min(nullif(abs(time_number), 0)) AS smallest, max(abs(time_number)) AS largest
     FROM raw WHERE problem = ${ROW_PROBLEM.none}`,
  );
  const number = (name: string): number | null => (row?.[name] == null ? null : Number(row[name]));
  const calendar = calendarOf(number("smallest"), number("largest"));
  return {
    calendar: calendar !== null && (await allAre(database, calendar)) ? calendar : null,
    rows: number("rows") ?? 0,
    numbers: number("numbers") ?? 0,
    moments: number("moments") ?? 0,
    smallest: number("smallest"),
    largest: number("largest"),
  };
}

/** Not one is anything but a date of the calendar, such as month 13. */
async function allAre(database: WorkDatabase, { format }: CalendarNumbers): Promise<boolean> {
  const others = await database.count(
    `SELECT count(*) FROM raw WHERE problem = ${ROW_PROBLEM.none} AND time_number IS NOT NULL
       AND coalesce(try_strptime(time_number::BIGINT::VARCHAR, '${format}') IS NULL OR time_number <> trunc(time_number), true)`,
  );
  return others === 0;
}

export interface SortOptions {
  readonly userType: IdType;
  readonly itemType: IdType;
  readonly users: number;
  readonly items: number;
  readonly millisecondsSql: string;
  readonly hasTimes: boolean;
  readonly hasRatings: boolean;
  readonly hasWeights: boolean;
  readonly hasParts: boolean;
}

/** Creates table `log` and drops `raw`. */
export async function sortLog(database: WorkDatabase, options: SortOptions): Promise<void> {
  const { userType, itemType, millisecondsSql } = options;
  await database.run(
    `CREATE TABLE log AS
     SELECT users.number AS user, items.number AS item, ${millisecondsSql}::DOUBLE AS time, rating, weight, part
     FROM raw JOIN users ON users.id = ${idSql("user", userType)} JOIN items ON items.id = ${idSql("item", itemType)}
     WHERE problem = ${ROW_PROBLEM.none}
     ORDER BY users.number, time, raw.rowid`,
  );
  await database.run("DROP TABLE raw");
}

export async function readSortedLog(database: WorkDatabase, options: SortOptions): Promise<InteractionLog> {
  const rows = await database.count("SELECT count(*) FROM log");
  if (rows > MOST_ROWS)
    throw new DataError(`the log has ${rows} rows, expected at most ${MOST_ROWS}; take fewer with --where`);
  const userOffsets = new Uint32Array(options.users + 1);
  const itemColumn = new Uint32Array(rows);
  const timesMs = options.hasTimes ? new Float64Array(rows) : null;
  const ratings = options.hasRatings ? new Float32Array(rows) : null;
  const weights = options.hasWeights ? new Float32Array(rows) : null;
  const parts = options.hasParts ? new Uint8Array(rows) : null;
  const filled = [
    { name: "item", values: itemColumn },
    ...(timesMs === null ? [] : [{ name: "time", values: timesMs }]),
    ...(ratings === null ? [] : [{ name: "rating", values: ratings }]),
    ...(weights === null ? [] : [{ name: "weight", values: weights }]),
    ...(parts === null ? [] : [{ name: "part", values: parts }]),
  ];
  const columns = ["user", ...filled.map(({ name }) => name)];

  let row = 0;
  for await (const chunk of database.stream(`SELECT ${columns.join(", ")} FROM log`)) {
    const length = chunk.rowCount;
    const valuesOf = (name: string): ((k: number) => number) => {
      const vector = chunk.getColumnVector(columns.indexOf(name));
      return (k) => Number(vector.getItem(k) ?? Number.NaN); // a rating may be missing
    };
    const user = valuesOf("user");
    for (let k = 0; k < length; k++) userOffsets[user(k) + 1]!++;
    for (const { name, values } of filled) {
      const value = valuesOf(name);
      for (let k = 0; k < length; k++) values[row + k] = value(k);
    }
    row += length;
  }
  for (let user = 0; user < options.users; user++) userOffsets[user + 1]! += userOffsets[user]!;
  const { users, items } = options;
  return { rows, users, items, userOffsets, itemColumn, timesMs, ratings, weights, parts };
}

/** Ids of users or items in the order of their numbers, some thousand at a time. */
export async function* readIds(
  database: WorkDatabase,
  table: "users" | "items",
): AsyncIterable<readonly (string | bigint)[]> {
  for await (const chunk of database.stream(`SELECT id FROM ${table}`)) {
    const ids: (string | bigint)[] = [];
    for (const id of chunk.getColumnValues(0)) {
      if (typeof id !== "string" && typeof id !== "bigint")
        throw new Error(`vocabulary of ${table} holds ${String(id)}`);
      ids.push(id);
    }
    yield ids;
  }
}

/** What the numbers in a time column count, told by their size, and how to turn them into milliseconds. */
import { DataError } from "../../errors.ts";

type TimeUnit = "seconds" | "milliseconds" | "microseconds" | "nanoseconds" | "ISO 8601" | CalendarNumbers["unit"];

/** Numbers whose digits are a date: 20200913 is 13 September 2020, not a moment of August 1970. */
export type CalendarNumbers = (typeof CALENDARS)[number];

/** What table `raw` holds in its time columns. */
export interface TimeSummary {
  readonly rows: number;
  readonly numbers: number;
  readonly moments: number;
  /** Of the absolute values of the numbers that are not 0; null without any. */
  readonly smallest: number | null;
  readonly largest: number | null;
  /** What every number is written as, where that is a date. */
  readonly calendar: CalendarNumbers | null;
}

export interface TimeReading {
  /** Null for a log without times. */
  readonly unit: TimeUnit | null;
  /** SQL over raw's columns that gives whole milliseconds. */
  readonly millisecondsSql: string;
  readonly warnings: readonly string[];
}

// Seconds stay below 1e11 until the year 5138; milliseconds stay above it from March 1973 on, and so forth.
const UNITS = [
  { unit: "seconds", below: 1e11, perMillisecond: 1e-3 },
  { unit: "milliseconds", below: 1e14, perMillisecond: 1 },
  { unit: "microseconds", below: 1e17, perMillisecond: 1e3 },
  { unit: "nanoseconds", below: Number.POSITIVE_INFINITY, perMillisecond: 1e6 },
] as const;

// As seconds or milliseconds these would all lie in 1970, in 1976 or in 2572 and later. No ten
// digits: those are seconds.
const CALENDARS = [
  { unit: "yyyymmdd", format: "%Y%m%d", from: 19000101, to: 21001231 },
  { unit: "yyyymmddHHMM", format: "%Y%m%d%H%M", from: 19000101_0000, to: 21001231_2359 },
  { unit: "yyyymmddHHMMSS", format: "%Y%m%d%H%M%S", from: 19000101_000000, to: 21001231_235959 },
] as const;

/** The calendar whose range holds the smallest and the largest number; each one is still to be looked at. */
export function calendarOf(smallest: number | null, largest: number | null): CalendarNumbers | null {
  if (smallest === null || largest === null) return null;
  return CALENDARS.find(({ from, to }) => smallest >= from && largest <= to) ?? null;
}

export function readTimes(summary: TimeSummary): TimeReading {
  const { rows, numbers, moments, smallest, largest, calendar } = summary;
  if (numbers + moments === 0) return { unit: null, millisecondsSql: "NULL", warnings: [] };
  if (numbers > 0 && moments > 0) {
    throw new DataError(
      `the time column has ${numbers} numbers and ${moments} dates, expected one kind; select one with --where or mend the log`,
    );
  }
  if (numbers + moments < rows) {
    const warning = `${rows - numbers - moments} of ${rows} rows have no time (other files have); times are not used`;
    return { unit: null, millisecondsSql: "NULL", warnings: [warning] };
  }
  if (moments > 0) return { unit: "ISO 8601", millisecondsSql: "time_ms", warnings: [] };
  if (calendar !== null) {
    const millisecondsSql = `epoch_ms(strptime(time_number::BIGINT::VARCHAR, '${calendar.format}'))`;
    return { unit: calendar.unit, millisecondsSql, warnings: [] };
  }
  const chosen = unitOf(largest ?? 0);
  const warnings =
    smallest !== null && unitOf(smallest) !== chosen
      ? [`times are read as ${chosen.unit}, but they range from ${smallest} to ${largest}, as if units were mixed`]
      : [];
  return { unit: chosen.unit, millisecondsSql: `round(time_number * ${1 / chosen.perMillisecond})::BIGINT`, warnings };
}

function unitOf(value: number): (typeof UNITS)[number] {
  return UNITS.find(({ below }) => value < below) ?? UNITS[3];
}

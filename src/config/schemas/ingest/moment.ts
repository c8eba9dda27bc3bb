/** Moments as people write them in settings. */

// 2020-09-13, 2020-09-13 12:26:40.5, 2020-09-13T12:26:40Z, 2020-09-13 12:26+02:00
const ISO_MOMENT = /^(\d{4}-\d\d-\d\d)(?:[T ](\d\d:\d\d(?::\d\d(?:\.\d+)?)?) ?(Z|[+-]\d\d(?::?\d\d)?)?)?$/i;
const CALENDAR_NUMBER = /^((?:19|20)\d\d)(\d\d)(\d\d)(?:(\d\d)(\d\d)(\d\d)?)?$/;

/**
 * A moment as milliseconds since 1970; NaN when it is none. Dates without a zone are UTC, wherever the machine stands.
 */
export function momentMs(value: string): number {
  const [, year, month, day, hour = "00", minute = "00", second = "00"] = CALENDAR_NUMBER.exec(value) ?? [];
  const calendar = isoMs(`${year}-${month}-${day}`, `${hour}:${minute}:${second}`, "Z");
  if (!Number.isNaN(calendar)) return calendar;
  if (/^-?\d+$/.test(value)) return Number(value);
  const [, date, time = "00:00", zone = "Z"] = ISO_MOMENT.exec(value) ?? [];
  return date === undefined ? Number.NaN : isoMs(date, time, zone);
}

function isoMs(date: string, time: string, zone: string): number {
  const digits = zone.replace(":", "");
  const offset = digits.length < 3 ? "Z" : `${digits.slice(0, 3)}:${digits.slice(3) || "00"}`;
  const milliseconds = Date.parse(`${date}T${time}${offset}`);
  // 30 February is a day of March to Date.parse.
  const day = new Date(Date.parse(`${date}T00:00Z`));
  return Number.isNaN(day.getTime()) || day.toISOString().slice(0, 10) !== date ? Number.NaN : milliseconds;
}

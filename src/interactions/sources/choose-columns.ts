/** Which columns of a table are user, item, time and rating: as the user says, else by the usual names. */
import { ConfigError } from "../../errors.ts";

/** What declines a column that a log may lack, although it has one of a usual name. */
const DECLINED = "none";

export interface ColumnRequest {
  readonly user?: string | undefined;
  readonly item?: string | undefined;
  /** Time and rating may be "none". */
  readonly time?: string | undefined;
  readonly rating?: string | undefined;
}

/** Positions in the table's list of columns, from 0; null where the table has no such column. */
export interface ColumnChoice {
  readonly user: number;
  readonly item: number;
  readonly time: number | null;
  readonly rating: number | null;
}

type Role = keyof ColumnChoice;

// In order of preference, compared without case, underscores and dashes. `user_id:token` is RecBole's spelling.
const USUAL_NAMES: Readonly<Record<Role, readonly string[]>> = {
  user: ["userid", "user", "uid", "useridx", "userindex", "customerid", "visitorid", "sessionid"],
  item: ["itemid", "item", "movieid", "iid", "productid", "trackid", "artistid", "bookid", "asin", "parentasin"],
  time: ["timestamp", "time", "ts", "datetime", "date", "unixtime", "createdat", "eventtime"],
  rating: ["rating", "stars", "score", "overall"],
};

export function chooseColumns(file: string, columns: readonly string[], request: ColumnRequest): ColumnChoice {
  const problems: string[] = [];
  const find = (role: Role): number | null => {
    const wanted = request[role];
    if (wanted === undefined) return usualColumn(columns, role);
    if (wanted === DECLINED && (role === "time" || role === "rating")) return null;
    const position = namedColumn(columns, wanted);
    if (position === null) {
      problems.push(`${file}: --${role}-column is "${wanted}", but the columns are ${columns.join(", ")}`);
    }
    return position;
  };
  const user = find("user");
  const item = find("item");
  const time = find("time");
  const rating = find("rating");
  for (const [role, position] of [["user", user] as const, ["item", item] as const]) {
    if (position === null && request[role] === undefined) {
      problems.push(
        `${file}: no ${role} column among ${columns.join(", ")}; name it with --${role}-column (a name, or a number from 1)`,
      );
    }
  }
  if (user !== null && user === item) problems.push(`${file}: user and item are both column "${columns[user]}"`);
  if (problems.length > 0 || user === null || item === null) throw new ConfigError(problems.join("\n"));
  return { user, item, time, rating };
}

/** One column alone, in a file of ids. Throws ConfigError where there is none, or none of that name. */
export function chooseColumn(
  file: string,
  columns: readonly string[],
  role: "user" | "item",
  wanted: string | undefined,
): number {
  const found = wanted === undefined ? usualColumn(columns, role) : namedColumn(columns, wanted);
  if (found !== null) return found;
  if (wanted === undefined && columns.length === 1) return 0;
  throw new ConfigError(
    wanted === undefined
      ? `${file}: no ${role} column among ${columns.join(", ")}; name it with --${role}-column (a name, or a number from 1)`
      : `${file}: --${role}-column is "${wanted}", but the columns are ${columns.join(", ")}`,
  );
}

/**
 * Of what the user gave for columns, the names: a number is a position, and would be found in a
 * first row of data as well.
 */
export function columnNames(given: readonly (string | undefined)[]): string[] {
  return given.filter((column) => column !== undefined).filter((column) => !/^(\d+|none)$/.test(column));
}

export function isUsualName(name: string): boolean {
  return Object.values(USUAL_NAMES).some((names) => names.includes(plain(name)));
}

/** By exact name, then without case, then as a number from 1. */
function namedColumn(columns: readonly string[], wanted: string): number | null {
  const exact = columns.indexOf(wanted);
  if (exact >= 0) return exact;
  const caseless = columns.findIndex((column) => column.toLowerCase() === wanted.toLowerCase());
  if (caseless >= 0) return caseless;
  const number = /^[1-9]\d*$/.test(wanted) ? Number(wanted) : Number.NaN;
  return number <= columns.length ? number - 1 : null;
}

function usualColumn(columns: readonly string[], role: Role): number | null {
  const names = columns.map(plain);
  for (const usual of USUAL_NAMES[role]) {
    const position = names.indexOf(usual);
    if (position >= 0) return position;
  }
  return null;
}

/** A column's name without case, underscores, dashes and the type of a typed header: `item_id:token` is `itemid`. */
export function plain(name: string): string {
  return name
    .trim()
    .toLowerCase()
    .replace(/:.*$/, "")
    .replaceAll(/[_\-\s]/g, "");
}

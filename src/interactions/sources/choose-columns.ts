/** Which columns of a table are user, item, time, rating and weight: as the user says, else by the usual names. */
import { ConfigError } from "../../errors.ts";

/** What declines a column that a log may lack, although it has one of a usual name. */
const DECLINED = "none";

export interface ColumnRequest {
  readonly user?: string | undefined;
  readonly item?: string | undefined;
  /** Time and rating may be "none". */
  readonly time?: string | undefined;
  readonly rating?: string | undefined;
  /** Never found out: a log has weights only where the user says so. */
  readonly weight?: string | undefined;
  readonly event?: string | undefined;
}

/** Positions in the table's list of columns, from 0; null where the table has no such column. */
export interface ColumnChoice {
  readonly user: number;
  readonly item: number;
  readonly time: number | null;
  readonly rating: number | null;
  readonly weight: number | null;
  readonly event: number | null;
}

type Role = keyof ColumnChoice;

// In order of preference, compared without case, underscores and dashes. `user_id:token` is RecBole's spelling.
const USUAL_NAMES: Readonly<Record<Role, readonly string[]>> = {
  user: [
    ...["userid", "user", "uid", "useridx", "userindex", "customerid", "visitorid", "sessionid"],
    ...["customer", "clientid", "client", "memberid", "member", "buyerid", "buyer"],
  ],
  item: [
    ...["itemid", "item", "movieid", "iid", "productid", "trackid", "artistid", "bookid", "asin", "parentasin"],
    ...["sku", "articleid", "isbn", "product"],
  ],
  time: ["timestamp", "time", "ts", "datetime", "date", "unixtime", "createdat", "eventtime", "orderedat", "boughtat"],
  rating: ["rating", "stars", "score", "overall"],
  weight: [],
  event: [],
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
  const [time, rating, weight, event] = [find("time"), find("rating"), find("weight"), find("event")];
  const isFree = isFreeOf(time, rating, weight, event);
  const { user, item } = ofTwo({ user: find("user"), item: find("item"), columns, isFree });
  for (const [role, position] of [["user", user] as const, ["item", item] as const]) {
    if (position === null && request[role] === undefined) {
      problems.push(
        `${file}: no ${role} column among ${columns.join(", ")}; name it with --${role}-column (a name, or a number from 1)`,
      );
    }
  }
  if (user === null && item === null && request.user === undefined && mayBeLists(columns)) {
    problems.push(`${file}: where its lines are lists, a user and the items, --format adjacency reads them`);
  }
  if (user !== null && user === item) problems.push(`${file}: user and item are both column "${columns[user]}"`);
  if (problems.length > 0 || user === null || item === null) throw new ConfigError(problems.join("\n"));
  return { user, item, time, rating, weight, event };
}

/** Unnamed columns, more than a row of any log has: user, item, rating, time. */
function mayBeLists(columns: readonly string[]): boolean {
  return columns.length > 4 && columns.every((column, index) => column === `column${index + 1}`);
}

/** Of two columns, the one that is left is the other's; of two that nothing is known of, the first is the user's. */
function ofTwo(found: {
  readonly user: number | null;
  readonly item: number | null;
  readonly columns: readonly string[];
  readonly isFree: (position: number) => boolean;
}): { readonly user: number | null; readonly item: number | null } {
  const { user, item, columns, isFree } = found;
  if (columns.length !== 2 || ![0, 1].every((position) => position === user || position === item || isFree(position))) {
    return { user, item };
  }
  if (user === null && item === null) return { user: 0, item: 1 };
  return { user: user ?? 1 - item!, item: item ?? 1 - user! };
}

const isFreeOf =
  (...taken: readonly (number | null)[]) =>
  (position: number): boolean =>
    !taken.includes(position);

export interface ListRole {
  readonly role: "user" | "item";
  /** As the user says. */
  readonly wanted: string | undefined;
  /** What the log calls it. */
  readonly logNames: readonly string[];
}

/** The column of weights in a list: of that name, or of the usual one. Null where there is none, or none is wanted. */
export function chooseListWeight(file: string, columns: readonly string[], wanted: string | undefined): number | null {
  if (wanted === DECLINED) return null;
  const position =
    wanted === undefined ? columns.findIndex((column) => plain(column) === "weight") : namedColumn(columns, wanted);
  if (wanted !== undefined && position === null) {
    throw new ConfigError(`${file}: --weight-column is "${wanted}", but the columns are ${columns.join(", ")}`);
  }
  return position === -1 ? null : position;
}

/** Positions in a list of ids, one for each role. Throws ConfigError where there is none, or none of that name. */
export function chooseListColumns(
  file: string,
  columns: readonly string[],
  { roles, weight }: { readonly roles: readonly ListRole[]; readonly weight: number | null },
): readonly number[] {
  const found = roles.map(({ role, wanted, logNames }) => {
    if (wanted === undefined) return columnOfLog(columns, logNames) ?? usualColumn(columns, role);
    const named = namedColumn(columns, wanted);
    if (named !== null) return named;
    throw new ConfigError(`${file}: --${role}-column is "${wanted}", but the columns are ${columns.join(", ")}`);
  });
  if (roles.length === 1 && columns.length === 1) return [found[0] ?? 0];
  const position = (role: ListRole["role"]) => found[roles.findIndex((one) => one.role === role)] ?? null;
  const two = ofTwo({
    user: position("user"),
    item: position("item"),
    columns,
    isFree: (at) => roles.length === 2 && at !== weight,
  });
  return roles.map(({ role }, index) => {
    const chosen = roles.length === 2 ? two[role] : found[index];
    if (chosen !== null && chosen !== undefined) return chosen;
    throw new ConfigError(
      `${file}: no ${role} column among ${columns.join(", ")}; name it with --${role}-column (a name, or a number from 1)`,
    );
  });
}

function columnOfLog(columns: readonly string[], logNames: readonly string[]): number | null {
  const position = columns.findIndex((column) => logNames.includes(column));
  return position < 0 ? null : position;
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

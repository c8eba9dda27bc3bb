/**
 * Whether tastes drift: is what people took last nearer to what they took just before it than to what they took long
 * ago? Where it is not, the age of a row says nothing, and weighing by it only wastes rows.
 */
import type { Interactions } from "./interaction-dataset.ts";

/** Users who are looked at, and those among whom common ones are counted: a log may be long. */
const MOST_USERS = { asked: 1000, counted: 20_000 };
/** Below so many users there is no telling. */
const LEAST_USERS = 30;
/** Rows of a user that the newest one is held against, of either age, and rows that make an older half. */
const ROWS = { most: 10, least: 4 };

/**
 * Standard errors by which the mean nearness of a user's newest item to the 10 items before it exceeds that to 10 of
 * the older half of the user's rows. Nearness is the cosine of the items' other users. Null where too few users have 9
 * rows. Each user's rows must stand oldest first; users are taken evenly from all, so nothing is drawn.
 */
export function tasteDrift(interactions: Interactions): number | null {
  const stride = Math.max(1, Math.ceil(interactions.users / MOST_USERS.counted));
  const counted = takenUsers(interactions, stride);
  const ofUsers = grouped(counted.userColumn, counted.itemColumn, interactions.users);
  const byUser = listsOf(ofUsers);
  const byItem = listsOf(grouped(ofUsers.values, usersOfRows(ofUsers), interactions.items)); // of ascending users
  const users = Array.from({ length: interactions.users }, (_, user) => user);
  const long = users.filter((user) => byUser(user).length > 2 * ROWS.least);
  if (long.length < LEAST_USERS) return null;
  const every = Math.max(1, Math.ceil(long.length / MOST_USERS.asked));
  const differences = long
    .filter((_, at) => at % every === 0)
    .map((user) => differenceOf(byUser(user), (a, b) => nearness(byItem(a), byItem(b))));
  const { length } = differences;
  const mean = differences.reduce((sum, value) => sum + value, 0) / length;
  const variance = differences.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (length - 1);
  return variance === 0 ? null : mean / Math.sqrt(variance / length);
}

/** Of one user's items, oldest first. */
function differenceOf(items: Uint32Array, near: (a: number, b: number) => number): number {
  const newest = items.length - 1;
  const half = Math.floor(newest / 2);
  const count = Math.min(ROWS.most, half);
  let difference = 0;
  for (let k = 0; k < count; k++) {
    const older = items[Math.floor((k * half) / count)]!;
    difference += near(items[newest]!, items[newest - 1 - k]!) - near(items[newest]!, older);
  }
  return difference / count;
}

/** Cosine of two ascending lists of users, without the one who has both for being asked. */
function nearness(first: Uint32Array, second: Uint32Array): number {
  let common = -1;
  for (let i = 0, j = 0; i < first.length && j < second.length; ) {
    const difference = first[i]! - second[j]!;
    if (difference === 0) common++;
    if (difference <= 0) i++;
    if (difference >= 0) j++;
  }
  return common <= 0 ? 0 : common / Math.sqrt((first.length - 1) * (second.length - 1));
}

function takenUsers({ userColumn, itemColumn }: Interactions, stride: number) {
  if (stride === 1) return { userColumn, itemColumn };
  const isTaken = (_: number, row: number): boolean => userColumn[row]! % stride === 0;
  return { userColumn: userColumn.filter(isTaken), itemColumn: itemColumn.filter(isTaken) };
}

/** Values by key, those of key k at starts[k] to starts[k + 1]. */
interface Groups {
  readonly starts: Uint32Array;
  readonly values: Uint32Array;
}

/** The values of each key stay in the order of the rows. */
function grouped(keys: Uint32Array, values: Uint32Array, count: number): Groups {
  const starts = new Uint32Array(count + 1);
  for (const key of keys) starts[key + 1]!++;
  for (let key = 0; key < count; key++) starts[key + 1]! += starts[key]!;
  const next = starts.slice(0, count);
  const sorted = new Uint32Array(values.length);
  for (let row = 0; row < values.length; row++) sorted[next[keys[row]!]!++] = values[row]!;
  return { starts, values: sorted };
}

function listsOf({ starts, values }: Groups): (key: number) => Uint32Array {
  return (key) => values.subarray(starts[key], starts[key + 1]);
}

function usersOfRows({ starts, values }: Groups): Uint32Array {
  const users = new Uint32Array(values.length);
  for (let user = 0; user + 1 < starts.length; user++) users.fill(user, starts[user], starts[user + 1]);
  return users;
}

/** One user or item that holds much of a log: often a placeholder for nobody, such as 0 or "anonymous". */
import type { InteractionLog } from "../interaction-log.ts";

export interface CrowdedId {
  readonly column: "user" | "item";
  /** In the log's numbers. */
  readonly number: number;
  readonly rows: number;
  /** The share of all rows. */
  readonly share: number;
  /** Rows of the next one. */
  readonly next: number;
}

const LEAST_ROWS = 50;
const LEAST_SHARE = 0.1;
const LEAST_LEAD = 2.5;

/**
 * The busiest user and the busiest item, where each has more than a tenth of the rows and stands off the others:
 * 2.5 times the next, and by more than the third power of the next one's lead. Popularity that falls by a power
 * law, however steep, has less (its first two leads are 2^s and 1.5^s, and 1.5^3s is more than 2^s), so a
 * blockbuster alone says nothing.
 */
export function findCrowdedIds(log: InteractionLog): CrowdedId[] {
  const users = Float64Array.from(
    { length: log.users },
    (_, user) => log.userOffsets[user + 1]! - log.userOffsets[user]!,
  );
  const items = new Float64Array(log.items);
  for (const item of log.itemColumn) items[item]!++;
  return [crowded("user", users, log.rows), crowded("item", items, log.rows)].filter((found) => found !== null);
}

function crowded(column: "user" | "item", counts: Float64Array, rows: number): CrowdedId | null {
  const [first = 0, second = 0, third = 0] = counts.slice().sort().reverse();
  if (rows < LEAST_ROWS || third === 0 || first <= LEAST_SHARE * rows || first < LEAST_LEAD * second) return null;
  if (first / second <= (second / third) ** 3) return null;
  return { column, number: counts.indexOf(first), rows: first, share: first / rows, next: second };
}

export function crowdedWarning({ column, rows, share, next }: CrowdedId, id: string): string {
  return `${column} ${JSON.stringify(id)} has ${rows} rows, ${Math.round(100 * share)} % of the log, and the next ${column} ${next}: where that is no ${column} but a placeholder, leave it out with --null`;
}

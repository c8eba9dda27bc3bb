/** The bootstrap of records: its resamples fit the number of users, so that it takes a second or so. */
import type { BootstrapOptions } from "./bootstrap.ts";

/** Draws of users in one bootstrap at most. */
const MOST_DRAWS = 1e7;

/** As `report` takes them, with fewer resamples for many users, whose intervals need less. */
export function intervalFor(users: number): BootstrapOptions {
  const resamples = Math.min(2000, Math.max(200, Math.round(MOST_DRAWS / Math.max(1, users))));
  return { level: 0.95, resamples, seed: 1 };
}

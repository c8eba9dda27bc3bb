/** Logs small enough to read, as the typed columns that cleaning and splitting work on. */
import type { InteractionLog } from "../../../src/interactions/interaction-log.ts";

export interface LogRow {
  readonly user: number;
  readonly item: number;
  readonly time?: number;
  readonly rating?: number;
  readonly weight?: number;
  readonly part?: number;
}

/** Sorts by user and time, stably, as the database does. */
export function logOf(rows: readonly LogRow[], extents: { users: number; items: number }): InteractionLog {
  const sorted = [...rows].sort((a, b) => a.user - b.user || (a.time ?? 0) - (b.time ?? 0));
  const userOffsets = new Uint32Array(extents.users + 1);
  for (const { user } of sorted) userOffsets.fill(userOffsets[user + 1]! + 1, user + 1, user + 2);
  for (let user = 0; user < extents.users; user++) userOffsets[user + 1]! += userOffsets[user]!;
  const has = (name: keyof LogRow): boolean => rows.length > 0 && rows.every((row) => row[name] !== undefined);
  return {
    rows: rows.length,
    ...extents,
    userOffsets,
    itemColumn: Uint32Array.from(sorted, ({ item }) => item),
    timesMs: has("time") ? Float64Array.from(sorted, ({ time }) => time ?? 0) : null,
    ratings: has("rating") ? Float32Array.from(sorted, ({ rating }) => rating ?? 0) : null,
    weights: has("weight") ? Float32Array.from(sorted, ({ weight }) => weight ?? 0) : null,
    parts: has("part") ? Uint8Array.from(sorted, ({ part }) => part ?? 0) : null,
  };
}

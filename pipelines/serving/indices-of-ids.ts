/** Ids of a dataset, as texts, to their indices. */
import { NO_ROW } from "../../src/ranker/carry-rows.ts";
import { holdsOutUsers } from "../dataset/held-out-users.ts";
import type { DatasetDescription } from "../dataset/stored-dataset.ts";
import type { IdValues, Vocabulary } from "../dataset/vocabulary-files.ts";
import type { ServingSession } from "./serving-session.ts";

/**
 * Where the dataset's users stand in what was trained; null where all stand where they do here. Users who are held out
 * of training have no row but one that nobody trained, unless a refit has learnt from the whole log: NO_ROW.
 */
export function trainedRows(
  { trainCounts }: Pick<Vocabulary, "trainCounts">,
  description: DatasetDescription,
  { trained, rows }: Pick<ServingSession, "trained" | "rows">,
): Uint32Array | null {
  const sources = rows?.users ?? null;
  if (!holdsOutUsers(description) || trained?.run.manifest.outcome?.refit === "all") return sources;
  return trainCounts.map((count, user) => (count === 0 ? NO_ROW : (sources?.[user] ?? user)));
}

/** All of them, or those alone that have a row in a run's tables (`sources`, as carried over). */
export function indicesOf(ids: IdValues, sources: Uint32Array | null): ReadonlyMap<string, number> {
  const indices = new Map<string, number>();
  for (let index = 0; index < ids.length; index++) {
    if (sources === null || sources[index] !== NO_ROW) indices.set(String(ids[index]), index);
  }
  return indices;
}

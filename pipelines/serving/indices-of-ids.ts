/** Ids of a dataset, as texts, to their indices. */
import { NO_ROW } from "../../src/ranker/carry-rows.ts";
import type { IdValues } from "../dataset/vocabulary-files.ts";

/** All of them, or those alone that have a row in a run's tables (`sources`, as carried over). */
export function indicesOf(ids: IdValues, sources: Uint32Array | null): ReadonlyMap<string, number> {
  const indices = new Map<string, number>();
  for (let index = 0; index < ids.length; index++) {
    if (sources === null || sources[index] !== NO_ROW) indices.set(String(ids[index]), index);
  }
  return indices;
}

/** Two vocabularies of the same kind put side by side: where each id of the one stands in the other. */
import { NO_ROW } from "../../src/ranker/carry-rows.ts";
import type { IdValues } from "./vocabulary-files.ts";

export interface IdMatch {
  /** [ids here] The index there, or NO_ROW. */
  readonly sources: Uint32Array;
  readonly counts: IdMatchCounts;
}

export interface IdMatchCounts {
  /** Ids that both have. */
  readonly known: number;
  /** Ids here that are not there. */
  readonly new: number;
  /** Ids there that are not here. */
  readonly gone: number;
}

/** Ids are compared as the log spells them: 17 of a column of numbers and "17" of one of texts are one id. */
export function matchIds(here: IdValues, there: IdValues): IdMatch {
  const isSameType = typeof here[0] === typeof there[0];
  const keyOf = (id: string | bigint): string | bigint => (isSameType ? id : String(id));
  const indices = new Map<string | bigint, number>();
  for (let index = 0; index < there.length; index++) indices.set(keyOf(there[index]!), index);
  const sources = new Uint32Array(here.length);
  let known = 0;
  for (let index = 0; index < here.length; index++) {
    const source = indices.get(keyOf(here[index]!));
    sources[index] = source ?? NO_ROW;
    if (source !== undefined) known++;
  }
  return { sources, counts: { known, new: here.length - known, gone: there.length - known } };
}

/**
 * A seeded random split: a share of each user's rows, or of all rows, is validation and another is test.
 * Order and time play no part.
 */
import { foldIn, makePermutation, permute, streamKey } from "../../random.ts";
import type { InteractionLog, KeptRows } from "../interaction-log.ts";
import { keptRowsOfUser, SPLIT_PART, type SplitRows } from "./split.ts";

export interface RatioCut {
  readonly by: "user" | "overall";
  readonly validationShare: number;
  readonly testShare: number;
  readonly seed: number;
}

export function splitByRatio(log: InteractionLog, kept: KeptRows, cut: RatioCut): SplitRows {
  const parts = new Uint8Array(log.rows);
  const key = streamKey(cut.seed, "split-by-ratio");
  if (cut.by === "overall") {
    const rows = Float64Array.from(keptIndices(kept));
    deal(rows, parts, cut, (size) => makePermutation(key, size));
  } else {
    const rows: number[] = [];
    for (let user = 0; user < log.users; user++) {
      keptRowsOfUser(log, kept, user, rows);
      deal(rows, parts, cut, (size) => makePermutation(foldIn(key, user), size));
    }
  }
  const whose = cut.by === "user" ? "of each user's rows" : "of all rows";
  return {
    parts,
    rule: `${cut.testShare} ${whose} at random are test, ${cut.validationShare} validation (seed ${cut.seed})`,
    counts: {},
    warnings: [],
  };
}

/** Counts are rounded to the nearest whole row, so a user with few rows may have none in a part. */
function deal(
  rows: ArrayLike<number>,
  parts: Uint8Array,
  { validationShare, testShare }: RatioCut,
  permutationOf: (size: number) => ReturnType<typeof makePermutation>,
): void {
  const size = rows.length;
  if (size === 0) return;
  const tests = Math.round(size * testShare);
  const validations = Math.round(size * validationShare);
  const permutation = permutationOf(size);
  for (let position = 0; position < size; position++) {
    const row = rows[permute(permutation, position)]!;
    parts[row] =
      position < tests ? SPLIT_PART.test : position < tests + validations ? SPLIT_PART.validation : SPLIT_PART.train;
  }
}

function* keptIndices(kept: KeptRows): Iterable<number> {
  for (let row = 0; row < kept.length; row++) if (kept[row] === 1) yield row;
}

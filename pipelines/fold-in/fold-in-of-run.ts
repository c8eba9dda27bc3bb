/** Fold-in as a run's settings decide it: for a server's lists, for scoring jobs, and for people who are held out. */
import type { PeopleItems } from "../../src/dataset/people-items.ts";
import { breathe } from "../../src/engine/breathe.ts";
import { DataError } from "../../src/errors.ts";
import { type FoldIn, openFoldIn } from "../../src/fold-in/fold-in.ts";
import type { Parameters, RankerSpec } from "../../src/ranker/ranker-spec.ts";
import type { LoadedRun } from "../runs/stored-run.ts";
import { heldNormsOfRun } from "./held-norms-of-run.ts";
import { lossOfRun } from "./loss-of-run.ts";

/** A run in some numbering of users and items. */
export interface FoldableRun {
  readonly run: Pick<LoadedRun, "config" | "directory">;
  readonly spec: RankerSpec;
  readonly parameters: Parameters;
  /** Users that the run was trained on, and items that it knows. */
  readonly users: Uint32Array;
  readonly items: Uint32Array;
  /** [items] of the catalogue, how often each stands in train: what negatives by popularity are drawn by. */
  readonly itemCounts: Uint32Array;
}

/** Throws DataError where no user says what rows are like. */
export function openFoldInOfRun({ run, users, items, itemCounts, ...ranker }: FoldableRun): FoldIn {
  if (users.length === 0) {
    throw new DataError(
      `${run.directory}: knows no user who has interactions in train, and fold-in wants one at least`,
    );
  }
  const heldNorms = heldNormsOfRun({ config: run.config, ...ranker, users });
  return openFoldIn(ranker, { ...lossOfRun(run.config, itemCounts), users, items, heldNorms });
}

/** So many people are folded in before others have their turn. */
const PEOPLE_AT_ONCE = 16;

/**
 * Writes the row of each person who has an item of a weight above 0 into `tables`, as user n; the rows of others stay
 * as they are. Nobody's row depends on who else is there.
 */
export async function foldPeopleInto(
  foldIn: FoldIn,
  { items: { offsets, itemsSorted }, weights }: PeopleItems,
  tables: Parameters,
  signal: AbortSignal,
): Promise<void> {
  let folded = 0;
  for (let person = 0; person + 1 < offsets.length; person++) {
    const [from, to] = [offsets[person]!, offsets[person + 1]!];
    const own = itemsSorted.subarray(from, to);
    const counts =
      weights === null ? new Float64Array(own.length).fill(1) : Float64Array.from(weights.subarray(from, to));
    if (!counts.some((weight) => weight > 0)) continue;
    foldIn.solveInto({ items: own, weights: counts }, tables, person);
    if (++folded % PEOPLE_AT_ONCE > 0) continue;
    await breathe();
    signal.throwIfAborted();
  }
}

/**
 * A run asked about a dataset: its ranker as the dataset numbers users and items. Where the run was trained on other
 * data, cases of users it does not know are left out unless they are folded in, and items it does not know stand behind
 * all others.
 */
import { someCases } from "../../src/dataset/evaluation-candidates.ts";
import type { Engine } from "../../src/engine/engine.ts";
import { carryRanker, NO_ROW } from "../../src/ranker/carry-rows.ts";
import type { Parameters, RankerSpec } from "../../src/ranker/ranker-spec.ts";
import type { Scorer } from "../../src/ranker/scorer.ts";
import { hasProfiles } from "../dataset/held-out-users.ts";
import type { LoadedDataset } from "../dataset/stored-dataset.ts";
import { type CarriedRows, rowsOfRun } from "../runs/dataset-of-run.ts";
import type { LoadedRun } from "../runs/stored-run.ts";
import { type MeasuredQuestion, withRankerOn } from "./held-out-scorers.ts";

export interface RunOnDataset {
  readonly run: Pick<LoadedRun, "directory" | "config">;
  /** Null where the run was trained on this very dataset. */
  readonly rows: CarriedRows | null;
  readonly spec: RankerSpec;
  readonly parameters: Parameters;
  /** With the cases of the users that the run knows. */
  readonly dataset: LoadedDataset;
}

/** Below every score of a ranker, and finite. */
const LOWEST = -3.4e38;

/** Throws DataError where the run cannot be carried over. */
export async function runOnDataset(run: LoadedRun, dataset: LoadedDataset): Promise<RunOnDataset> {
  const rows = await rowsOfRun(run, dataset);
  if (rows === null) return { run, rows, spec: run.spec, parameters: run.parameters, dataset };
  return {
    run,
    rows,
    ...carryRanker(run, rows, dataset.description),
    // Who is folded in need not be known.
    dataset: hasProfiles(dataset) ? dataset : withCases(dataset, (user) => rows.users[user] !== NO_ROW),
  };
}

/** The dataset with the cases alone of the users that `keeps` says. */
export function withCases(dataset: LoadedDataset, keeps: (user: number) => boolean): LoadedDataset {
  const { candidatesValidation, candidatesTest } = dataset;
  return {
    ...dataset,
    candidatesValidation: someCases(candidatesValidation, keeps),
    candidatesTest: someCases(candidatesTest, keeps),
  };
}

/** The scorer is only good until `use` has settled. */
export async function withScorerOf<T>(
  engine: Engine,
  { run, spec, parameters, rows, dataset }: RunOnDataset,
  { split, signal }: Pick<MeasuredQuestion, "split" | "signal">,
  use: (scorer: Scorer) => Promise<T>,
): Promise<T> {
  const { directory, config } = run;
  const ranker = { directory, config, spec, parameters, rows };
  return withRankerOn(engine, ranker, { dataset, split, signal }, (scorer) =>
    use(rows === null ? scorer : unknownItemsLast(scorer, rows.items)),
  );
}

/** The same scores but for items without a row, which all have the lowest. */
export function unknownItemsLast(scorer: Scorer, sources: Uint32Array): Scorer {
  const { users, items } = scorer;
  return {
    users,
    items,
    async pairs(pairUsers, pairItems) {
      const scores = await scorer.pairs(pairUsers, pairItems);
      return scores.map((score, pair) => (sources[pairItems[pair]!] === NO_ROW ? LOWEST : score));
    },
    async catalogue(some) {
      const scores = await scorer.catalogue(some); // [some, items]
      for (const [item, source] of sources.entries()) {
        if (source !== NO_ROW) continue;
        for (let row = 0; row < some.length; row++) scores[row * items + item] = LOWEST;
      }
      return scores;
    },
  };
}

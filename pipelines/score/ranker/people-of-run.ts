/** People folded into a run, a block of them at a time, and scored by an engine. Holds the whole run in memory. */
import type { PeopleItems } from "../../../src/dataset/people-items.ts";
import type { Engine } from "../../../src/engine/engine.ts";
import { DataError } from "../../../src/errors.ts";
import { sideOf } from "../../../src/ranker/carry-rows.ts";
import { narrowItems } from "../../../src/ranker/narrow-ranker.ts";
import { type Parameters, parametersOf, type RankerSpec } from "../../../src/ranker/ranker-spec.ts";
import { runFiles } from "../../../src/runs/run-directory.ts";
import type { ItemPool } from "../../../src/scoring/item-pool.ts";
import { readVocabulary } from "../../dataset/vocabulary-files.ts";
import { foldPeopleInto, openFoldInOfRun } from "../../fold-in/fold-in-of-run.ts";
import { withScorer } from "../../measures/with-scorer.ts";
import type { CarriedRows } from "../../runs/dataset-of-run.ts";
import { type DescribedData, readKeptDataset } from "../../runs/kept-dataset.ts";
import { loadRun } from "../../runs/stored-run.ts";
import { rankerOfUsers } from "../selection/checkpoint-rows.ts";
import type { PeopleScorers } from "./opened-ranker.ts";

interface OpenedRun {
  /** The run's folder, and the sha256 of the checkpoint that the job is of. */
  readonly run: string;
  readonly checkpoint: string;
  readonly engine: Engine;
  readonly data: DescribedData;
  /** Where the dataset's items stand in the run; null where both number them alike. */
  readonly carried: CarriedRows | null;
}

export async function openPeopleScorers(
  { run: directory, checkpoint, engine, data, carried }: OpenedRun,
  pool: ItemPool,
  signal: AbortSignal,
): Promise<PeopleScorers> {
  const run = await loadRun(directory);
  // A run of other data has kept its own, by which it numbers users and items.
  const own = carried === null ? data : await readKeptDataset(directory);
  if (own === null || run.manifest.files[runFiles.checkpoint]?.sha256 !== checkpoint) {
    throw new DataError(`${directory}: was replaced while it was opened; score again`);
  }
  const { spec, parameters } = run;
  const { trainCounts } = await readVocabulary(own.directory, "user", own.description);
  const { trainCounts: itemCounts } = await readVocabulary(own.directory, "item", own.description);
  const foldIn = openFoldInOfRun({
    run,
    spec,
    parameters,
    users: Uint32Array.from(trainCounts.keys()).filter((user) => trainCounts[user]! > 0),
    items: Uint32Array.from({ length: spec.items }, (_, item) => item),
    itemCounts,
  });
  const inRun = (items: Uint32Array): Uint32Array =>
    carried === null ? items : items.map((item) => carried.items[item]!);
  const narrowed = narrowItems(spec, parameters, inRun(pool.items));

  return {
    async withPeople(people, use) {
      const tables = tablesOfPeople(spec, people);
      const { offsets, itemsSorted } = people.items;
      const items = { offsets, itemsSorted: inRun(itemsSorted) };
      await foldPeopleInto(foldIn, { ...people, items }, tables, signal);
      return withScorer(engine, rankerOfUsers(narrowed.spec, narrowed.parameters, tables, offsets.length - 1), use);
    },
  };
}

/** Of zeros; a row of zeros knows nobody. */
function tablesOfPeople(spec: RankerSpec, { items: { offsets } }: PeopleItems): Parameters {
  const people = offsets.length - 1;
  return new Map(
    parametersOf(spec)
      .filter(({ name }) => sideOf(name) === "users")
      .map(({ name, shape }) => [name, new Float32Array(people * (shape[1] ?? 1))] as const),
  );
}

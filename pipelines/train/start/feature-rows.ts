/**
 * What a warm start makes of features: rows of values are matched by what they say. A side that has none here begins
 * with the sums that the run's users or items were; one that had none there with the ids' rows and initial values.
 */
import type { TrainConfig } from "../../../src/config/schemas/train-schema.ts";
import { NO_ROW, type RowSources, sideOf } from "../../../src/ranker/carry-rows.ts";
import type { SideSchema } from "../../../src/ranker/feature-schema.ts";
import { matchFeatureRows } from "../../../src/ranker/match-feature-rows.ts";
import type { Parameters } from "../../../src/ranker/ranker-spec.ts";
import { readSidesSchema, type SideName, type SidesSchema } from "../../dataset/feature-files.ts";
import { readKeptDataset } from "../../runs/kept-dataset.ts";
import { type LoadedRun, rankerFilesOf, tablesOfRun } from "../../runs/stored-run.ts";
import { sidesOf, type TrainingDataset } from "../../training/training-dataset.ts";

export interface FeatureRows {
  /** By row here, the row of the starting tables, or NO_ROW. */
  readonly sources: RowSources;
  /** Sides that begin with the run's folded tables. */
  readonly folded: readonly SideName[];
  /** For people. */
  readonly lines: readonly string[];
}

const SIDES = ["users", "items"] as const;

/** `ids`: by entity here, the entity of the run, or NO_ROW. */
export async function featureRowsOf(
  run: LoadedRun,
  {
    config,
    dataset,
    ids,
  }: { readonly config: TrainConfig; readonly dataset: TrainingDataset; readonly ids: RowSources },
): Promise<FeatureRows> {
  const schemas = await schemasOfRun(run);
  const taken = sidesOf(config, dataset);
  const here = (name: SideName): SideSchema | null => (taken[name] === null ? null : dataset.sides.schema[name]);
  const folded = SIDES.filter((name) => here(name) === null && schemas[name] !== null);
  const sourcesOf = (name: SideName): Uint32Array =>
    matchFeatureRows(here(name), folded.includes(name) ? null : schemas[name], ids[name]);
  const sources = { users: sourcesOf("users"), items: sourcesOf("items") };
  return { sources, folded, lines: SIDES.flatMap((name) => lineOf(name, here(name), schemas[name], sources[name])) };
}

/** Those of the run's tables that the sources are rows of. */
export async function startingTables(run: LoadedRun, { folded }: FeatureRows): Promise<Parameters> {
  const { parameters } = await tablesOfRun(run);
  const isFolded = (name: string): boolean => folded.some((side) => side === sideOf(name));
  return new Map([...parameters].map(([name, values]) => [name, isFolded(name) ? run.parameters.get(name)! : values]));
}

/** Of a ranker whose tables have no rows but ids, nothing. */
async function schemasOfRun(run: LoadedRun): Promise<SidesSchema> {
  const none = { users: null, items: null };
  if (!(rankerFilesOf(run.manifest, run.ranker).rows in run.manifest.files)) return none;
  const kept = await readKeptDataset(run.directory);
  return kept === null ? none : readSidesSchema(kept);
}

function lineOf(name: SideName, here: SideSchema | null, there: SideSchema | null, sources: Uint32Array): string[] {
  if (here === null) {
    return there === null ? [] : [`start: ${name} have no features here; each begins as the sum that it was there`];
  }
  const values = sources.subarray(here.ids);
  const known = values.filter((source) => source !== NO_ROW).length;
  return [`start: ${known} of ${values.length} rows of features of ${name} are known there`];
}

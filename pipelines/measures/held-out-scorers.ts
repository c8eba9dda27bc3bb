/**
 * What ranks the cases of a split. Where users are held out of training, a ranker's or a baseline's own rows of them
 * say nothing: they are folded in from their profiles first.
 */
import { type FittedBaseline, scorerOn } from "../../src/baselines/fitted-baseline.ts";
import type { PeopleItems } from "../../src/dataset/people-items.ts";
import { countsOf } from "../../src/dataset/popularity-draws.ts";
import type { Engine } from "../../src/engine/engine.ts";
import { NO_ROW, type RowSources, sideOf } from "../../src/ranker/carry-rows.ts";
import type { CatalogueKernels } from "../../src/ranker/catalogue-kernels.ts";
import type { Parameters, RankerSpec } from "../../src/ranker/ranker-spec.ts";
import type { Scorer } from "../../src/ranker/scorer.ts";
import { hasProfiles, heldOutPeople } from "../dataset/held-out-users.ts";
import type { LoadedDataset } from "../dataset/stored-dataset.ts";
import { foldPeopleInto, openFoldInOfRun } from "../fold-in/fold-in-of-run.ts";
import { casesOf, type EvaluatedSplit } from "./evaluate-split.ts";
import { withScorer } from "./with-scorer.ts";

/**
 * Of a baseline that was fitted to the dataset's train, or to what a refit adds; with `kernels` where there are some,
 * but for people who are folded in.
 */
export async function scorerOfBaseline(
  baseline: FittedBaseline,
  kernels: CatalogueKernels | null,
  { dataset, split }: { readonly dataset: LoadedDataset; readonly split: EvaluatedSplit },
): Promise<Scorer> {
  if (!hasProfiles(dataset)) return scorerOn(baseline, kernels);
  return baseline.foldIn(heldOutPeople(dataset, casesOf(dataset, split, null).candidates));
}

/** A ranker in the dataset's numbering. */
export interface MeasuredRanker {
  /** Begins the messages. */
  readonly directory: string;
  /** The settings it was trained with. */
  readonly config: Readonly<Record<string, unknown>>;
  readonly spec: RankerSpec;
  readonly parameters: Parameters;
  /** Where the dataset's users and items stand in what it was trained on; null where it was this very dataset. */
  readonly rows: RowSources | null;
}

export interface MeasuredQuestion {
  readonly dataset: LoadedDataset;
  readonly split: EvaluatedSplit;
  readonly signal: AbortSignal;
}

/** The scorer is only good until `use` has settled. */
export async function withRankerOn<T>(
  engine: Engine,
  ranker: MeasuredRanker,
  question: MeasuredQuestion,
  use: (scorer: Scorer) => Promise<T>,
): Promise<T> {
  const { spec } = ranker;
  const parameters = hasProfiles(question.dataset) ? await withPeopleFoldedIn(ranker, question) : ranker.parameters;
  return withScorer(engine, { spec, parameters }, use);
}

/**
 * As withRankerOn, of a ranker in training, whose `scorer` already answers for users who are trained on: `ranker` is
 * asked for where others are to be folded in.
 */
export async function withTrainedScorer<T>(
  scorer: Scorer,
  training: { readonly engine: Engine; readonly ranker: () => MeasuredRanker },
  question: MeasuredQuestion,
  use: (scorer: Scorer) => Promise<T>,
): Promise<T> {
  if (!hasProfiles(question.dataset)) return use(scorer);
  return withRankerOn(training.engine, training.ranker(), question, use);
}

/** The parameters with other rows of the users whom the split tests. */
async function withPeopleFoldedIn(
  { directory, config, spec, parameters, rows }: MeasuredRanker,
  { dataset, split, signal }: MeasuredQuestion,
): Promise<Parameters> {
  const isKnown = (item: number): boolean => rows === null || rows.items[item] !== NO_ROW;
  const isTrained = (user: number): boolean => rows === null || rows.users[user] !== NO_ROW;
  const foldIn = openFoldInOfRun({
    run: { directory, config },
    spec,
    parameters,
    users: Uint32Array.from(new Set(dataset.train.userColumn)).filter(isTrained).sort(),
    items: Uint32Array.from({ length: spec.items }, (_, item) => item).filter(isKnown),
    itemCounts: countsOf(dataset.train.itemColumn, spec.items),
  });
  const people = withoutUnknown(heldOutPeople(dataset, casesOf(dataset, split, null).candidates), isKnown);
  const folded = new Map(
    [...parameters].map(([name, table]) => [name, sideOf(name) === "users" ? table.slice() : table]),
  );
  await foldPeopleInto(foldIn, people, folded, signal);
  return folded;
}

/** Items without a row teach nothing; they are no negatives all the same. */
function withoutUnknown({ items, weights }: PeopleItems, isKnown: (item: number) => boolean): PeopleItems {
  const { itemsSorted } = items;
  if (itemsSorted.every(isKnown)) return { items, weights };
  return { items, weights: Float32Array.from(itemsSorted, (item, at) => (isKnown(item) ? (weights?.[at] ?? 1) : 0)) };
}

/** Users who are held out of training: what is known of them, and what a refit adds to training's rows. */

import type { EvaluationCandidates } from "../../src/dataset/evaluation-candidates.ts";
import { type Interactions, joinInteractions } from "../../src/dataset/interaction-dataset.ts";
import { type PeopleItems, peopleItemsOf } from "../../src/dataset/people-items.ts";
import type { DatasetDescription, LoadedDataset } from "./stored-dataset.ts";

/** Whether validation and test are of users whom no ranker is trained on. */
export function holdsOutUsers({ profiles }: Pick<DatasetDescription, "profiles">): boolean {
  return profiles !== undefined;
}

/** The same of a dataset that is loaded. */
export function hasProfiles({ profiles }: Pick<LoadedDataset, "profiles">): boolean {
  return profiles.length > 0;
}

/** How many users have rows in train: all but those who are held out. */
export function trainedUsers({ users, split }: Pick<DatasetDescription, "users" | "split">): number {
  return users - (split.counts?.heldOutUsers ?? 0);
}

/** How the split is called where figures stand, such as "leave-last-out". */
export function splitText({ split, profiles }: Pick<DatasetDescription, "split" | "profiles">): string {
  return profiles === undefined ? split.kind : "users held out, their other rows folded in";
}

/** User n is person n; those who are not among the split's cases took nothing. */
export function heldOutPeople({ profiles }: Pick<LoadedDataset, "profiles">, cases: EvaluationCandidates): PeopleItems {
  return peopleItemsOf(rowsOf(profiles, new Set(cases.users)));
}

/** Where what is known of the users of validation and test stands: in train, or in their profiles. */
export function histories(dataset: Pick<LoadedDataset, "train" | "profiles">): Interactions {
  return hasProfiles(dataset) ? dataset.profiles : dataset.train;
}

/** What a ranker may learn from once validation has chosen; `all` is test as well. */
export function rowsOfRefit(dataset: LoadedDataset, isAll: boolean): Interactions {
  const { train, validation, test, profiles } = dataset;
  const both = joinInteractions(train, validation);
  const rows = isAll ? joinInteractions(both, test) : both;
  if (!hasProfiles(dataset)) return rows;
  return joinInteractions(rows, isAll ? profiles : rowsOf(profiles, new Set(validation.userColumn)));
}

function rowsOf(interactions: Interactions, users: ReadonlySet<number>): Interactions {
  const { userColumn, itemColumn, weights } = interactions;
  const isKept = (_: number, row: number): boolean => users.has(userColumn[row]!);
  const kept = userColumn.filter(isKept);
  return {
    ...interactions,
    userColumn: kept,
    itemColumn: itemColumn.filter(isKept),
    weights: weights?.filter(isKept) ?? null,
    length: kept.length,
  };
}

/**
 * The data a run is asked about. Indices mean other users and items in another dataset, and so they do where the same
 * one was ingested anew: there the run is carried over by the log's own ids, which is said.
 */
import path from "node:path";
import { DataError } from "../../src/errors.ts";
import type { RowSources } from "../../src/ranker/carry-rows.ts";
import type { Manifest } from "../../src/runs/manifest.ts";
import { type IdMatchCounts, matchIds } from "../dataset/match-ids.ts";
import { type DatasetDescription, readDescription } from "../dataset/stored-dataset.ts";
import { readVocabulary } from "../dataset/vocabulary-files.ts";
import { type DescribedData, readKeptDataset } from "./kept-dataset.ts";

/** A run's folder, and what its manifest says. */
export interface TrainedRun {
  readonly directory: string;
  readonly manifest: Manifest;
}

/** Where the users and items of some data stand in a run that was trained on other data. */
export interface CarriedRows extends RowSources {
  readonly counts: { readonly users: IdMatchCounts; readonly items: IdMatchCounts };
}

/** Throws DataError where the folder holds no dataset, or one that the run cannot be carried over to. Cheap. */
export async function describeDatasetOfRun(run: TrainedRun, directory: string): Promise<DatasetDescription> {
  const description = await readDescription(directory);
  if (!isOfRun(run, description) && (await readKeptDataset(run.directory)) === null) {
    throw refusalOf(run, { directory, description });
  }
  return description;
}

/** Whether a run was trained on this very content, so that both number users and items alike. */
export function isOfRun({ manifest }: TrainedRun, { contentHash }: DatasetDescription): boolean {
  return manifest.dataset.contentHash === contentHash;
}

/**
 * Null where the run was trained on this very content. Reads the vocabularies of both. Throws DataError for a run that
 * kept none, and where the two have not one user or not one item in common.
 */
export async function rowsOfRun(run: TrainedRun, data: DescribedData): Promise<CarriedRows | null> {
  if (isOfRun(run, data.description)) return null;
  const kept = await readKeptDataset(run.directory);
  if (kept === null) throw refusalOf(run, data);
  const matchOf = async (kind: "user" | "item") => {
    const here = await readVocabulary(data.directory, kind, data.description);
    const there = await readVocabulary(kept.directory, kind, kept.description);
    return matchIds(here.ids, there.ids);
  };
  const [users, items] = [await matchOf("user"), await matchOf("item")];
  for (const [kind, { counts }] of [["user", users] as const, ["item", items] as const]) {
    if (counts.known > 0) continue;
    throw new DataError(
      `${run.directory}: knows no ${kind} of ${path.normalize(data.directory)}: its ${counts.gone} ${kind} ids and the ${counts.new} there have none in common; it was trained on dataset ${run.manifest.dataset.name}, so give that one, or train anew`,
    );
  }
  return { users: users.sources, items: items.sources, counts: { users: users.counts, items: items.counts } };
}

/** One line for people, such as "ids: 940 of 943 users and 1,600 of 1,682 items are known to models/shop/x, ...". */
export function carriedText(run: TrainedRun, { counts }: CarriedRows): string {
  const { users, items } = counts;
  const share = (side: IdMatchCounts, what: string): string => `${side.known} of ${side.known + side.new} ${what}`;
  return `${run.directory} was trained on other data (${run.manifest.dataset.name} of content ${run.manifest.dataset.contentHash.slice(0, 12)}), so ids are matched: it knows ${share(users, "users")} and ${share(items, "items")}; ${users.gone} users and ${items.gone} items of its own are gone`;
}

/** One line where a run may have learnt from what other data than its own hold out; null elsewhere. */
export function leakWarning(run: TrainedRun, description: DatasetDescription): string | null {
  const { kind } = description.split;
  if (isOfRun(run, description) || !["ratio", "users", "given"].includes(kind)) return null;
  return `warning: what a split of kind ${kind} holds out may be what ${run.directory} was trained on, and its figures too good; splits by time (leave-last-out, time) keep that apart`;
}

function refusalOf({ directory, manifest }: TrainedRun, data: DescribedData): DataError {
  const { name, contentHash } = manifest.dataset;
  const found = data.description.contentHash;
  return new DataError(
    `${directory}: trained on dataset ${name} of content ${contentHash.slice(0, 12)}, but ${path.normalize(data.directory)} holds ${found.slice(0, 12)}, and the run has kept no ids by which the two could be matched; ingest the same logs with the same settings, or train anew`,
  );
}

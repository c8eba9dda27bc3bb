/**
 * `lawn-ranker/serve`: a trained run, or a baseline, in a server process, scores of pairs and lists of items by the
 * log's own ids, for as many callers at once as there are. Loads no training code.
 *
 * @module lawn-ranker/serve
 */
import { lstat, realpath } from "node:fs/promises";
import path from "node:path";
import type { BaselineToServe } from "../pipelines/baselines/baseline-session.ts";
import {
  checkFileOf,
  type DatasetDescription,
  readDescription,
  readInteractions,
  readKnown,
} from "../pipelines/dataset/stored-dataset.ts";
import { type IdValues, readVocabulary } from "../pipelines/dataset/vocabulary-files.ts";
import { describeDatasetOfRun, rowsOfRun } from "../pipelines/runs/dataset-of-run.ts";
import { loadRun } from "../pipelines/runs/stored-run.ts";
import { groupItemsByUser, type ItemsByUser } from "../src/dataset/interaction-dataset.ts";
import { type Closable, closedBy } from "../src/engine/closable.ts";
import { openScoring } from "../src/engine/open-scoring.ts";
import type { ScoringSession } from "../src/engine/scoring-session.ts";
import { ConfigError, DataError } from "../src/errors.ts";
import { carryRanker, NO_ROW, type RowSources } from "../src/ranker/carry-rows.ts";

export type { BaselineToServe } from "../pipelines/baselines/baseline-session.ts";

/** As it stands in the log: "17", 17 and 17n are the same id. */
export type Id = string | number | bigint;

export interface LoadOptions {
  /**
   * The folder of the dataset it was trained on, such as "data/ml-1m"; the one that training read unless given. Of
   * its files, dataset.json, users.arrow and items.arrow are read, and train.arrow, validation.arrow and
   * test.arrow for seen items. Where it was ingested anew since, ids are matched: users and items that are new are
   * unknown to the run.
   */
  readonly dataset?: string;
  /**
   * False where lists may hold items of the user's own log: less memory, and the three files
   * are not read. Default true.
   */
  readonly seen?: boolean;
  readonly engine?: "auto" | "native" | "reference";
  /** Threads of the native engine; one request uses one, so more than one serves batches. Default: the cores. */
  readonly threads?: number;
}

export interface TopOptions {
  /** At most so many items. Default 10. */
  readonly k?: number;
  /** Whether items of the user's own log are left out. Default: whether they were loaded. */
  readonly excludeSeen?: boolean;
  /** Further items to leave out; unknown ones are no concern. */
  readonly without?: Iterable<Id>;
  /** For a user who was not in the log: refuse, or give the most taken items of train. Default "error". */
  readonly unknown?: "error" | "popular";
}

export interface TopList {
  /** Best first; equal scores in the order of the vocabulary. Logits, or train interactions for a popular list. */
  readonly items: readonly { readonly item: string; readonly score: number }[];
  readonly source: "ranker" | "popular";
}

/** `close()`, or `using` at the end of a block, frees the memory; what was asked before is still answered. */
export interface LoadedRanker extends Closable {
  /** The run's name, or the baseline's. */
  readonly run: string;
  readonly dataset: string;
  readonly users: number;
  readonly items: number;
  /** Such as "native: AVX2+FMA, 2 threads, float32". */
  readonly engine: string;
  hasUser(id: Id): boolean;
  hasItem(id: Id): boolean;
  /** Logits of pairs, in their order. Throws DataError naming the first id that was not in the log. */
  scores(pairs: readonly { readonly user: Id; readonly item: Id }[]): Promise<Float32Array>;
  top(user: Id, options?: TopOptions): Promise<TopList>;
}

/**
 * Reads a finished run, by its folder or a link to it such as models/shop/current, or fits a baseline. Throws
 * DataError where run and dataset are not what training left, ConfigError for a baseline without its dataset or
 * parameters, EngineError where the engine cannot run.
 */
export async function load(ranker: string | BaselineToServe, options: LoadOptions = {}): Promise<LoadedRanker> {
  const { name, run, folder, description, session, rows } = await openSession(ranker, options);
  const users = await readVocabulary(folder, "user", description);
  const items = await readVocabulary(folder, "item", description);
  // What the ranker knows of the dataset's ids: all, unless it was trained on other data.
  const userIndices = indicesOf(users.ids, rows?.users ?? null);
  const itemIndices = indicesOf(items.ids, rows?.items ?? null);
  /** Who is in the log, whether the ranker knows them or not. */
  const ownIndices = rows === null ? userIndices : indicesOf(users.ids, null);
  const unknownItems = rows === null ? [] : [...rows.items.keys()].filter((item) => rows.items[item] === NO_ROW);
  const seen = options.seen === false ? null : await readSeen(folder, description);
  let popular: Uint32Array | null = null;

  const itemId = (item: number): string => String(items.ids[item]);
  const indexOf = (kind: "user" | "item", id: Id): number => {
    const index = (kind === "user" ? userIndices : itemIndices).get(String(id));
    if (index === undefined) throw new DataError(`${kind} "${id}" was not in the log of ${name}`);
    return index;
  };
  const seenBy = (user: Id): Uint32Array => {
    const index = ownIndices.get(String(user));
    if (seen === null || index === undefined) return new Uint32Array(0);
    return seen.itemsSorted.subarray(seen.offsets[index], seen.offsets[index + 1]);
  };
  /** Most taken in train first; sorted when somebody first asks. */
  const popularItems = (): Uint32Array => {
    popular ??= Uint32Array.from(items.trainCounts, (_, item) => item).sort(
      (a, b) => items.trainCounts[b]! - items.trainCounts[a]! || a - b,
    );
    return popular;
  };

  async function top(user: Id, asked: TopOptions = {}): Promise<TopList> {
    const { k = 10, without = [], unknown = "error", excludeSeen = seen !== null } = asked;
    if (!Number.isSafeInteger(k) || k < 1) throw new ConfigError(`k is ${k}, expected a whole number of at least 1`);
    if (excludeSeen && seen === null)
      throw new ConfigError("excludeSeen: seen items were not loaded; leave out seen: false");
    const leftOut = [...without].flatMap((id) => itemIndices.get(String(id)) ?? []);
    const masked = Uint32Array.from([...(excludeSeen ? seenBy(user) : []), ...leftOut, ...unknownItems]);
    if (unknown === "popular" && !userIndices.has(String(user))) {
      const isLeftOut = new Set(masked);
      const kept = popularItems()
        .filter((item) => !isLeftOut.has(item))
        .subarray(0, k);
      return {
        items: Array.from(kept, (item) => ({ item: itemId(item), score: items.trainCounts[item]! })),
        source: "popular",
      };
    }
    const index = indexOf("user", user);
    const best = await session.top({
      users: Uint32Array.of(index),
      k: Math.min(k, items.ids.length),
      masked: { offsets: Uint32Array.of(0, masked.length), items: masked },
    });
    const found = Math.max(0, Math.min(best.items.length, items.ids.length - new Set(masked).size));
    const list = Array.from(best.items.subarray(0, found), (item, rank) => ({
      item: itemId(item),
      score: best.scores[rank]!,
    }));
    return { items: list, source: "ranker" };
  }

  return {
    run,
    dataset: name,
    users: userIndices.size,
    items: itemIndices.size,
    engine: session.description,
    hasUser: (id) => userIndices.has(String(id)),
    hasItem: (id) => itemIndices.has(String(id)),
    scores: async (pairs) =>
      session.pairs(
        Uint32Array.from(pairs, ({ user }) => indexOf("user", user)),
        Uint32Array.from(pairs, ({ item }) => indexOf("item", item)),
      ),
    top,
    ...closedBy(() => session.close()),
  };
}

interface OpenSession {
  readonly name: string;
  readonly run: string;
  /** Of the dataset. */
  readonly folder: string;
  readonly description: DatasetDescription;
  readonly session: ScoringSession;
  /** Where the dataset's ids stand in a run that was trained on other data; null for all others. */
  readonly rows: RowSources | null;
}

async function openSession(ranker: string | BaselineToServe, options: LoadOptions): Promise<OpenSession> {
  const { engine = "auto", threads } = options;
  if (typeof ranker !== "string") {
    // What fits it is loaded for those alone who ask for it.
    const { openBaselineSession } = await import("../pipelines/baselines/baseline-session.ts");
    const { dataset: folder } = options;
    if (folder === undefined)
      throw new ConfigError(`baseline ${ranker.baseline}: give the dataset it is to be fitted to`);
    const description = await readDescription(folder);
    const session = await openBaselineSession(ranker, { folder, description, engine, threads: threads ?? null });
    return { name: description.name, run: ranker.baseline, folder, description, session, rows: null };
  }
  const run = await loadRun(await withoutLink(ranker));
  const folder = options.dataset ?? path.join(String(run.config.dataRoot ?? "data"), run.datasetName);
  const description = await describeDatasetOfRun(run, folder);
  const rows = await rowsOfRun(run, { directory: folder, description });
  const carried = rows === null ? run : carryRanker(run, rows, description);
  const session = openScoring(carried, { engine, ...(threads === undefined ? {} : { threads }) });
  return { name: run.datasetName, run: run.manifest.run, folder, description, session, rows };
}

/** `current` and `latest` may lead elsewhere before all is read. */
async function withoutLink(folder: string): Promise<string> {
  const isLink = (await lstat(folder).catch(() => null))?.isSymbolicLink() ?? false;
  return isLink ? realpath(folder) : folder;
}

function indicesOf(ids: IdValues, sources: Uint32Array | null): ReadonlyMap<string, number> {
  const indices = new Map<string, number>();
  for (let index = 0; index < ids.length; index++) {
    if (sources === null || sources[index] !== NO_ROW) indices.set(String(ids[index]), index);
  }
  return indices;
}

/** Everything in the user's own log, in any split or left out of all: what a list for tomorrow must not repeat. */
async function readSeen(folder: string, description: DatasetDescription): Promise<ItemsByUser> {
  const parts = await Promise.all(
    (["train", "validation", "test"] as const).map(async (part) => {
      const name = `${part}.arrow` as const;
      await checkFileOf(folder, name, description.files[name]);
      return readInteractions(folder, name, description, description.interactions[part]);
    }),
  );
  return groupItemsByUser(...parts, await readKnown(folder, description));
}

/**
 * `lawn-ranker/serve`: a trained run, or a baseline, in a server process, scores of pairs and lists of items by the
 * log's own ids, for as many callers at once as there are. Loads no training code.
 *
 * @module lawn-ranker/serve
 */
import type { BaselineToServe } from "../pipelines/baselines/baseline-session.ts";
import { readVocabulary } from "../pipelines/dataset/vocabulary-files.ts";
import { indicesOf, trainedRows } from "../pipelines/serving/indices-of-ids.ts";
import { weightsById } from "../pipelines/serving/item-weights.ts";
import type { PeopleLists } from "../pipelines/serving/people-lists.ts";
import { readSeen } from "../pipelines/serving/seen-by-user.ts";
import { openServingSession, type TrainedRanker } from "../pipelines/serving/serving-session.ts";
import { type Closable, closedBy } from "../src/engine/closable.ts";
import type { ScoredItems } from "../src/engine/scoring-session.ts";
import { ConfigError, DataError, EngineError } from "../src/errors.ts";
import { NO_ROW } from "../src/ranker/carry-rows.ts";
import { itemPool } from "../src/scoring/item-pool.ts";
import { openSimilarItems, type SimilarItems } from "../src/scoring/similar-items.ts";

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

/** Somebody who is not in the log, as far as anything is known. */
export interface Person {
  /** What the person took, oldest first or in any order; of one that is repeated the last weight counts. */
  readonly items: Iterable<Id>;
  /** One for each item, finite and at least 0, as ingest's --weight-column has them; 1 each unless given. */
  readonly weights?: Iterable<number>;
}

export interface PersonOptions {
  /** At most so many items. Default 10. */
  readonly k?: number;
  /** Whether the person's own items are left out. Default true. */
  readonly excludeOwn?: boolean;
  /** Further items to leave out; unknown ones are no concern. */
  readonly without?: Iterable<Id>;
  /** For a person without a single item that the ranker knows. As of TopOptions. Default "error". */
  readonly unknown?: "error" | "popular";
}

export interface PersonList extends TopList {
  /** How many of the person's items, repeats once, the ranker does not know: nothing was learnt from those. */
  readonly unknownItems: number;
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
  /**
   * For somebody who is not in the log: the person's row is solved for under the run's own loss, everything else held
   * (docs/library.md). Throws ConfigError of a baseline, DataError where no item is known.
   */
  topFor(person: Person, options?: PersonOptions): Promise<PersonList>;
  /**
   * The k items (10) of the greatest cosine to `item` by what the run knows of items; scores are the cosines. Throws
   * DataError for an item that was not in the log, ConfigError of a baseline.
   */
  similar(item: Id, k?: number): Promise<TopList["items"]>;
}

/**
 * Reads a finished run, by its folder or a link to it such as models/shop/current, or fits a baseline. Throws
 * DataError where run and dataset are not what training left, ConfigError for a baseline without its dataset or
 * parameters, EngineError where the engine cannot run.
 */
export async function load(ranker: string | BaselineToServe, options: LoadOptions = {}): Promise<LoadedRanker> {
  const { name, run, folder, description, session, trained, rows } = await openServingSession(ranker, options);
  const users = await readVocabulary(folder, "user", description);
  const items = await readVocabulary(folder, "item", description);
  // What the ranker knows of the dataset's ids: all, unless it was trained on other data.
  const userRows = trainedRows(users, description, { trained, rows });
  const userIndices = indicesOf(users.ids, userRows);
  const itemIndices = indicesOf(items.ids, rows?.items ?? null);
  /** Who is in the log, whether the ranker knows them or not. */
  const ownIndices = userRows === null ? userIndices : indicesOf(users.ids, null);
  const unknownToRun = rows === null ? [] : [...rows.items.keys()].filter((item) => rows.items[item] === NO_ROW);
  const seen = options.seen === false ? null : await readSeen(folder, description);
  let popular: Uint32Array | null = null;
  let people: PeopleLists | null = null;
  let similarItems: SimilarItems | null = null;
  let isClosed = false;

  const itemId = (item: number): string => String(items.ids[item]);
  const indexOf = (kind: "user" | "item", id: Id): number => {
    const index = (kind === "user" ? userIndices : itemIndices).get(String(id));
    if (index === undefined) throw new DataError(`${kind} "${id}" was not in the log of ${name}`);
    return index;
  };
  const indicesOfKnown = (ids: Iterable<Id>): number[] => [...ids].flatMap((id) => itemIndices.get(String(id)) ?? []);
  const seenBy = (user: Id): Uint32Array => {
    const index = ownIndices.get(String(user));
    if (seen === null || index === undefined) return new Uint32Array(0);
    return seen.itemsSorted.subarray(seen.offsets[index], seen.offsets[index + 1]);
  };
  const trainedRanker = (asked: string): TrainedRanker => {
    if (isClosed) throw new EngineError("the scoring session is closed");
    if (trained !== null) return trained;
    throw new ConfigError(`${asked}: baseline ${run} has none; load a run`);
  };
  const trainedUsers = (): Uint32Array =>
    Uint32Array.from(userIndices.values()).filter((user) => users.trainCounts[user]! > 0);
  /** Most taken in train first; sorted when somebody first asks. */
  const popularItems = (): Uint32Array => {
    popular ??= itemPool(items.trainCounts, null).byPopularity;
    return popular;
  };

  const listOf = (best: ScoredItems, masked: Uint32Array): TopList["items"] => {
    const left = Math.max(0, Math.min(best.items.length, items.ids.length - new Set(masked).size));
    return Array.from(best.items.subarray(0, left), (item, rank) => ({
      item: itemId(item),
      score: best.scores[rank]!,
    }));
  };
  const popularList = (k: number, leftOut: Iterable<number>): TopList => {
    const without = new Set(leftOut);
    const kept = popularItems().filter((item) => !without.has(item));
    return {
      items: Array.from(kept.subarray(0, k), (item) => ({ item: itemId(item), score: items.trainCounts[item]! })),
      source: "popular",
    };
  };

  async function top(user: Id, asked: TopOptions = {}): Promise<TopList> {
    const { k = 10, without = [], unknown = "error", excludeSeen = seen !== null } = asked;
    checkLength(k);
    if (excludeSeen && seen === null)
      throw new ConfigError("excludeSeen: seen items were not loaded; leave out seen: false");
    const leftOut = indicesOfKnown(without);
    const masked = Uint32Array.from([...(excludeSeen ? seenBy(user) : []), ...leftOut, ...unknownToRun]);
    if (unknown === "popular" && !userIndices.has(String(user))) return popularList(k, masked);
    const index = indexOf("user", user);
    const best = await session.top({
      users: Uint32Array.of(index),
      k: Math.min(k, items.ids.length),
      masked: { offsets: Uint32Array.of(0, masked.length), items: masked },
    });
    return { items: listOf(best, masked), source: "ranker" };
  }

  async function topFor(person: Person, asked: PersonOptions = {}): Promise<PersonList> {
    const { k = 10, without = [], unknown = "error", excludeOwn = true } = asked;
    checkLength(k);
    const ranker = trainedRanker("topFor");
    const weightOf = weightsById(person);
    const own = indicesOfKnown(weightOf.keys());
    const unknownItems = weightOf.size - own.length;
    const weights = Float64Array.from(own, (item) => weightOf.get(itemId(item))!);
    const leftOut = [...(excludeOwn ? own : []), ...indicesOfKnown(without)];
    if (!weights.some((weight) => weight > 0)) {
      if (unknown === "popular") return { ...popularList(k, leftOut), unknownItems };
      throw new DataError(
        `none of the person's ${weightOf.size} items was in the log of ${name} with a weight above 0, so nothing is known of the person; unknown: "popular" gives popular items`,
      );
    }
    // What solves is loaded for those alone who ask for it.
    const { openPeople } = await import("../pipelines/serving/people-lists.ts");
    const knownItems = Uint32Array.from(itemIndices.values());
    people ??= openPeople({ ...ranker, users: trainedUsers(), items: knownItems, itemCounts: items.trainCounts });
    const masked = Uint32Array.from([...leftOut, ...unknownToRun]);
    const best = people.topFor({ items: Uint32Array.from(own), weights }, { k: Math.min(k, items.ids.length), masked });
    return { items: listOf(best, masked), source: "ranker", unknownItems };
  }

  async function similar(item: Id, k = 10): Promise<TopList["items"]> {
    checkLength(k);
    const { spec, parameters } = trainedRanker("similar");
    const index = indexOf("item", item);
    similarItems ??= openSimilarItems(spec, parameters);
    const masked = Uint32Array.from([index, ...unknownToRun]);
    return listOf(similarItems.top(index, Math.min(k, items.ids.length), masked), masked);
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
    topFor,
    similar,
    ...closedBy(() => {
      isClosed = true;
      session.close();
    }),
  };
}

function checkLength(k: number): void {
  if (!Number.isSafeInteger(k) || k < 1) throw new ConfigError(`k is ${k}, expected a whole number of at least 1`);
}

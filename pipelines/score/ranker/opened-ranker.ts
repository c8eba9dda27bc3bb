/** What scores a job, opened: a run's parameters on an engine, or a baseline fitted to the dataset. */
import type { PeopleItems } from "../../../src/dataset/people-items.ts";
import type { RowSources } from "../../../src/ranker/carry-rows.ts";
import type { Scorer } from "../../../src/ranker/scorer.ts";
import type { ItemPool } from "../../../src/scoring/item-pool.ts";

export interface OpenedRanker {
  /** Where the dataset's users and items stand in the ranker; null where both number them alike. */
  readonly rows: RowSources | null;
  /** What computes, such as "native: AVX2+FMA, 2 threads, float32". */
  readonly engine: { readonly name: string; readonly description: string };
  scorersOf(pool: ItemPool): Promise<BlockScorers>;
  /** Of people who are folded in. */
  peopleScorersOf(pool: ItemPool, signal: AbortSignal): Promise<PeopleScorers>;
  /**
   * Of lists of similar items: user n of a scorer is item first + n. Throws ConfigError, by name, for a ranker that
   * knows nothing of items beside each other.
   */
  similarScorersOf(pool: ItemPool): Promise<SimilarScorers>;
  /** Throws DataError where it is no longer what was opened: its scores would stand under another name. */
  checkStillThere(): Promise<void>;
  close(): Promise<void>;
}

export interface BlockScorers {
  /** User n of the scorer is user first + n, item n is pool.items[n]; it is only good until `use` has settled. */
  withBlock<T>(
    users: { readonly first: number; readonly end: number },
    use: (scorer: Scorer) => Promise<T>,
  ): Promise<T>;
}

export interface PeopleScorers {
  /**
   * User n of the scorer is person n, item n is pool.items[n]; only good until `use` has settled. `people` took items
   * by number in the dataset, all known to the ranker; of those without a weight above 0 nothing is to be asked.
   */
  withPeople<T>(people: PeopleItems, use: (scorer: Scorer) => Promise<T>): Promise<T>;
}

export interface SimilarScorers extends BlockScorers {
  /** Scores below it say that there is no similarity; null where every score says how much there is. */
  readonly least: number | null;
}

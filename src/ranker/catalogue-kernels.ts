/**
 * Scorers whose parameters are plain tables, with an engine's kernels to answer about whole catalogues: a seam, so that
 * baselines need not know an engine. Implemented by src/engine/native/native-kernels.ts; without one, plain loops do.
 */
import type { CatalogueAnswers, CatalogueQuestions, ItemLists } from "./catalogue-ranks.ts";
import type { Scorer } from "./scorer.ts";

export interface CatalogueKernels {
  /** Such as "native: AVX-512, 2 threads, float32". */
  readonly description: string;
  /** Scores that are inner products of rows, which are copied when scores are first asked for. */
  factorScorer(factors: FactorTables): Scorer;
  /** Of scores that are sums of what a user's items give, in double, in the order of `own`. Reads weights in place. */
  itemWeightRanks(
    weights: ItemWeightTable,
  ): (own: ItemLists, questions: Omit<CatalogueQuestions, "users">) => Promise<CatalogueAnswers>;
}

/** `users` and `items` are [count, width], row-major. */
export interface FactorTables {
  readonly users: Float32Array;
  readonly items: Float32Array;
  readonly width: number;
}

/** What each item gives to others. */
export interface ItemWeightTable {
  readonly items: number;
  /** Item n gives weights[at] to columns[at], at in [offsets[n], offsets[n + 1]); null: weights are [items, items]. */
  readonly rows: { readonly offsets: Uint32Array; readonly columns: Uint32Array } | null;
  readonly weights: Float32Array;
}

/** A baseline that is fitted: how it scores, and what it consists of, for whoever writes it down. */
import type { PeopleItems } from "../dataset/people-items.ts";
import type { CatalogueKernels } from "../ranker/catalogue-kernels.ts";
import type { Scorer } from "../ranker/scorer.ts";

export interface FittedBaseline {
  readonly scorer: Scorer;
  readonly form: BaselineForm;
  /** The same with an engine's kernels to answer about whole catalogues; absent where they have nothing to do. */
  scorerOn?(kernels: CatalogueKernels): Scorer;
  /**
   * Scores for other people than those it was fitted to, from what each took: user n of the scorer is person n. A
   * person with the items of a user it was fitted to has that user's scores; of iALS, so far as its sweeps converged.
   */
  foldIn(people: PeopleItems): Promise<Scorer>;
  /** Where it holds much memory: gives it to the next fit; nothing scores after that. */
  readonly release?: () => void;
}

/** What an evaluation asks: kernels where there are some, and plain loops under null. */
export function scorerOn(fitted: FittedBaseline, kernels: CatalogueKernels | null): Scorer {
  return kernels === null ? fitted.scorer : (fitted.scorerOn?.(kernels) ?? fitted.scorer);
}

export type BaselineForm =
  /** A score is the inner product of two vectors: `users` and `items` are [count, width], row-major. */
  | { readonly kind: "factors"; readonly users: Float32Array; readonly items: Float32Array; readonly width: number }
  /** A score is the sum of the weights that what the user has gives to the item. */
  | ItemWeights
  /** [items] Every user gets the same scores. */
  | { readonly kind: "counts"; readonly counts: Float32Array }
  /** Nothing was learnt: scores are drawn. */
  | { readonly kind: "none" };

export interface ItemWeights {
  readonly kind: "item-weights";
  /** Most items that give weight to one item; null where all of them may. */
  readonly width: number | null;
  /** [items] What having each item gives to `item`: 0 for itself. Fills `out`. */
  weightsInto(item: number, out: Float32Array): void;
  /**
   * [items] How alike the others are to `item`: by item-KNN the similarity of each of its neighbours, by EASE what
   * having `item` gives to each; 0 for itself. Fills `out`.
   */
  similarInto(item: number, out: Float32Array): void;
}

/** A baseline by its name: from interactions and parameters to a scorer. */
import type { TunedBaseline } from "../config/baseline-settings.ts";
import type { Interactions } from "../dataset/interaction-dataset.ts";
import type { DenseAlgebra } from "../linear-algebra/dense-algebra.ts";
import type { Scorer } from "../ranker/scorer.ts";
import { easeScorer } from "./ease.ts";
import { implicitAlsScorer } from "./implicit-als.ts";
import { itemKnnScorer } from "./item-knn.ts";
import { pureSvdScorer } from "./pure-svd.ts";

/**
 * `parameters` has the keys of the baseline's grid. The same arguments give the same scores, up
 * to the algebra's rounding.
 */
export async function fitBaseline(
  name: TunedBaseline,
  train: Interactions,
  options: {
    readonly parameters: Readonly<Record<string, number>>;
    readonly seed: number;
    readonly algebra: DenseAlgebra;
  },
): Promise<Scorer> {
  const { seed, algebra } = options;
  const parameter = (key: string): number => {
    const value = options.parameters[key];
    if (value === undefined) throw new RangeError(`baseline ${name}: parameter ${key} is missing`);
    return value;
  };
  switch (name) {
    case "item-knn":
      return itemKnnScorer(train, { neighbours: parameter("neighbours"), shrinkage: parameter("shrinkage") });
    case "pure-svd":
      return pureSvdScorer(train, { factors: parameter("factors"), seed });
    case "ease":
      return easeScorer(train, { regularization: parameter("regularization") }, algebra);
    case "ials":
      return implicitAlsScorer(
        train,
        {
          factors: parameter("factors"),
          regularization: parameter("regularization"),
          unobservedWeight: parameter("unobservedWeight"),
          iterations: parameter("iterations"),
          seed,
        },
        algebra,
      );
    default:
      return name satisfies never;
  }
}

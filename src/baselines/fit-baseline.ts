/** A baseline by its name: from interactions and parameters to what scores. */
import type { BaselineName } from "../config/baseline-settings.ts";
import type { Interactions } from "../dataset/interaction-dataset.ts";
import type { DenseAlgebra } from "../linear-algebra/dense-algebra.ts";
import { fitEase } from "./ease.ts";
import type { FittedBaseline } from "./fitted-baseline.ts";
import { fitImplicitAls } from "./implicit-als.ts";
import { fitItemKnn } from "./item-knn.ts";
import type { MatrixMemory } from "./matrix-memory.ts";
import { fitPopularity } from "./popularity.ts";
import { fitPureSvd } from "./pure-svd.ts";
import { fitRandom } from "./random.ts";

/**
 * `parameters` has the keys of the baseline's grid. The same arguments give the same scores, up
 * to the algebra's rounding.
 */
export async function fitBaseline(
  name: BaselineName,
  train: Interactions,
  options: {
    readonly parameters: Readonly<Record<string, number>>;
    readonly seed: number;
    readonly algebra: DenseAlgebra;
    /** Of ease, whose matrix may not fit. */
    readonly memory: MatrixMemory;
  },
): Promise<FittedBaseline> {
  const { seed, algebra, memory } = options;
  const parameter = (key: string): number => {
    const value = options.parameters[key];
    if (value === undefined) throw new RangeError(`baseline ${name}: parameter ${key} is missing`);
    return value;
  };
  switch (name) {
    case "random":
      return fitRandom(train, seed);
    case "popularity":
      return fitPopularity(train);
    case "item-knn":
      return fitItemKnn(train, { neighbours: parameter("neighbours"), shrinkage: parameter("shrinkage") });
    case "pure-svd":
      return fitPureSvd(train, { factors: parameter("factors"), seed });
    case "ease":
      return fitEase(train, { regularization: parameter("regularization"), memory }, algebra);
    case "ials":
      return fitImplicitAls(
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

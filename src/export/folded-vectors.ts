/**
 * One vector for each user and item whose plain inner product is the ranker's logit, for search indexes and databases
 * that know nothing else. Possible where the logit is linear in the item: a dot path, a GMF path, biases, and an MLP
 * path without hidden layers.
 *
 *   user = [ userDot | userGmf               | 1         | userTerm ]
 *   item = [ itemDot | head[0..gmf) * itemGmf | itemTerm | 1        ]
 *
 * userTerm = userBias + head.bias + <head's user half, userMlp>, itemTerm = itemBias + <head's item half, itemMlp>,
 * each without what the ranker lacks. Where the dot path is a cosine, userDot and itemDot are rows of unit length, the
 * users' divided by the temperature.
 */
import { type FloatArray, type Parameters, type RankerSpec, sizeOf } from "../ranker/ranker-spec.ts";
import { withoutCosine } from "../ranker/unit-rows.ts";

export interface FoldedVectors {
  /** dot + gmf + 2 */
  readonly width: number;
  /** [users, width], row-major */
  readonly users: Float32Array;
  /** [items, width], row-major */
  readonly items: Float32Array;
}

/** Whether the ranker's logit is an inner product. */
export function isFoldable({ tower }: RankerSpec): boolean {
  return tower.length === 0;
}

/** Throws RangeError for a ranker with hidden layers. Sums in float64, stored as float32. */
export function foldVectors(given: RankerSpec, of: Parameters): FoldedVectors {
  if (!isFoldable(given)) throw new RangeError("a ranker with hidden layers is no inner product");
  const { spec, parameters } = withoutCosine(given, of);
  const { dot, gmf, embedding } = spec;
  const width = dot + gmf + 2;
  const head = parameters.get("head.weight") ?? new Float32Array(0);
  const headBias = parameters.get("head.bias")?.[0] ?? 0;

  const fold = (side: "user" | "item"): Float32Array => {
    const rows = side === "user" ? spec.users : spec.items;
    const table = (suffix: string): FloatArray => parameters.get(`${side}${suffix}`) ?? new Float32Array(0);
    const [dots, gmfs, mlps, biases] = [table("Dot"), table("Gmf"), table("Mlp"), table("Bias")];
    const half = gmf + (side === "user" ? 0 : embedding); // where this side's weights begin in the head
    const vectors = new Float32Array(sizeOf([rows, width])); // [rows, width], row-major
    for (let row = 0, at = 0; row < rows; row++) {
      for (let i = 0; i < dot; i++) vectors[at++] = dots[row * dot + i]!;
      for (let i = 0; i < gmf; i++) vectors[at++] = gmfs[row * gmf + i]! * (side === "user" ? 1 : head[i]!);
      let term = (biases[row] ?? 0) + (side === "user" ? headBias : 0);
      for (let i = 0; i < embedding; i++) term += head[half + i]! * mlps[row * embedding + i]!;
      vectors[at++] = side === "user" ? 1 : term;
      vectors[at++] = side === "user" ? term : 1;
    }
    return vectors;
  };
  return { width, users: fold("user"), items: fold("item") };
}

/** What scores lists of similar items: cosines of vectors on an engine, or what a baseline knows of pairs of items. */
import type { FittedBaseline } from "../../../src/baselines/fitted-baseline.ts";
import { rowScorer } from "../../../src/baselines/pair-scorer.ts";
import type { Engine } from "../../../src/engine/engine.ts";
import { referenceEngine } from "../../../src/engine/reference/reference-engine.ts";
import { ConfigError } from "../../../src/errors.ts";
import { cosineRanker } from "../../../src/scoring/cosine-ranker.ts";
import type { ItemPool } from "../../../src/scoring/item-pool.ts";
import { toUnitInPlace } from "../../../src/scoring/similar-items.ts";
import { withScorer } from "../../measures/with-scorer.ts";
import type { SimilarScorers } from "./opened-ranker.ts";

/** `vectors` are [items, width], and become unit vectors; `rowOf` says where the dataset's items stand among them. */
export function cosineScorers(vectors: Float32Array, { width, engine, pool, rowOf }: CosineOptions): SimilarScorers {
  toUnitInPlace(vectors, width);
  const others = pool.items.map(rowOf);
  return {
    least: null,
    withBlock({ first, end }, use) {
      const owners = Uint32Array.from({ length: end - first }, (_, n) => rowOf(first + n));
      return withScorer(engine, cosineRanker(vectors, width, { owners, others }), use);
    },
  };
}

interface CosineOptions {
  readonly width: number;
  readonly engine: Engine;
  readonly pool: ItemPool;
  readonly rowOf: (item: number) => number;
}

/** Of no neighbour at all the similarity is 0; what is less than this is none. */
const LEAST_SIMILARITY = 2 ** -149; // the smallest float32 above 0

/** Throws ConfigError, by name, for a baseline that knows nothing of items beside each other. */
export function similarByBaseline(name: string, { form }: FittedBaseline, pool: ItemPool): SimilarScorers {
  switch (form.kind) {
    case "factors": {
      const { items, width } = form;
      return cosineScorers(items.slice(), { width, engine: referenceEngine, pool, rowOf: (item) => item });
    }
    case "item-weights": {
      const all = new Float32Array(pool.indexInPool.length);
      return {
        least: name === "item-knn" ? LEAST_SIMILARITY : null,
        withBlock: ({ first, end }, use) =>
          use(
            rowScorer({ users: end - first, items: pool.items.length }, (item, out) => {
              form.similarInto(first + item, all);
              for (const [index, other] of pool.items.entries()) out[index] = all[other]!;
            }),
          ),
      };
    }
    case "counts":
    case "none":
      throw new ConfigError(`--similar: baseline ${name} knows how often items are taken, not which are alike`);
    default:
      return form satisfies never;
  }
}

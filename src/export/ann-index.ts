/**
 * An index of folded item vectors for approximate nearest-neighbour search, by usearch (HNSW). Such graphs are made for
 * distances, and the greatest inner product is none; one more coordinate makes it one (Bachrach et al. 2014, "Speeding
 * up the Xbox recommender system", section 3.1): with M the greatest norm of an item, item' = [item | sqrt(M^2 -
 * |item|^2)] and user' = [user | 0] give |user' - item'|^2 = |user|^2 + M^2 - 2 <user, item>, so that the nearest item
 * is the one of the greatest logit.
 */
import { loadOptional } from "../optional-package.ts";
import type { FoldedVectors } from "./folded-vectors.ts";

export interface AnnSettings {
  readonly connectivity: number;
  readonly expansionAdd: number;
  readonly expansionSearch: number;
}

export interface AnnIndex {
  /** folded width + 1 */
  readonly dimensions: number;
  readonly items: number;
  /** Item indices, nearest first; fewer than k where there are fewer. */
  search(user: Float32Array, k: number): number[];
  /** Writes the index file. */
  save(path: string): void;
}

/** The same vectors and settings give the same file: items are added one by one on one thread. */
export async function buildAnnIndex({ width, items }: FoldedVectors, settings: AnnSettings): Promise<AnnIndex> {
  const { Index, MetricKind, ScalarKind } = await loadUsearch();
  const dimensions = width + 1;
  const vectors = withNormCoordinate(items, width);
  const count = items.length / width;
  const index = new Index({
    dimensions,
    metric: MetricKind.L2sq,
    quantization: ScalarKind.F32,
    connectivity: settings.connectivity,
    expansion_add: settings.expansionAdd,
    expansion_search: settings.expansionSearch,
    multi: false,
  });
  index.add(
    BigUint64Array.from({ length: count }, (_, item) => BigInt(item)),
    vectors,
    1,
  );
  return {
    dimensions,
    items: count,
    search(user, k) {
      const query = new Float32Array(dimensions); // the last coordinate of a user is 0
      query.set(user);
      return Array.from(index.search(query, Math.min(k, count), 1).keys, Number);
    },
    save: (path) => index.save(path),
  };
}

/** [rows, width] -> [rows, width + 1]: every row then has the norm of the longest. */
export function withNormCoordinate(vectors: Float32Array, width: number): Float32Array {
  const rows = vectors.length / width;
  const squares = Float64Array.from({ length: rows }, (_, row) =>
    vectors.subarray(row * width, (row + 1) * width).reduce((sum, value) => sum + value * value, 0),
  );
  const most = squares.reduce((a, b) => Math.max(a, b), 0);
  const out = new Float32Array(rows * (width + 1)); // [rows, width + 1], row-major
  for (let row = 0; row < rows; row++) {
    out.set(vectors.subarray(row * width, (row + 1) * width), row * (width + 1));
    out[row * (width + 1) + width] = Math.sqrt(most - squares[row]!);
  }
  return out;
}

function loadUsearch(): Promise<typeof import("usearch")> {
  return loadOptional("--format ann", ["usearch@2"], () => import("usearch"));
}

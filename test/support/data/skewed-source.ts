/** A made-up log with a few popular items and busy users, large enough to fill many blocks of samples. */
import type { BatchSource } from "../../../src/dataset/training-batches.ts";
import { streamKey, threefry, unitInterval } from "../../../src/random.ts";
import type { LossName } from "../../../src/ranker/loss.ts";
import type { RankerSpec } from "../../../src/ranker/ranker-spec.ts";
import { uniformSource } from "./uniform-source.ts";

/**
 * Wide enough that a batch of 20,000 is cut into several chunks, every lane gets samples, and tables several segments.
 */
export const wide: RankerSpec = {
  users: 900,
  items: 700,
  dot: 5,
  gmf: 9,
  embedding: 20,
  tower: [24, 10],
  idBiases: true,
  cosineTemperature: null,
};

export function skewedSource(
  { users, items }: Pick<RankerSpec, "users" | "items">,
  loss: LossName,
  { batchSize = 1000, length = 15_000, seed = 5 } = {},
): BatchSource {
  const key = streamKey(seed, "test/skewed");
  const block = { first: 0, second: 0 };
  const userColumn = new Uint32Array(length);
  const itemColumn = new Uint32Array(length);
  for (let row = 0; row < length; row++) {
    threefry(key, row, 0, block);
    userColumn[row] = Math.floor(users * unitInterval(block.first) ** 1.5);
    itemColumn[row] = Math.floor(items * unitInterval(block.second) ** 2);
  }
  const interactions = { users, items, length, userColumn, itemColumn, weights: null };
  return uniformSource(interactions, { loss, negativesPerPositive: 4, batchSize, seed });
}

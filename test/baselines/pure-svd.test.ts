/** PureSVD where the singular vectors are known. */
import { describe, expect, it } from "@jest/globals";
import { pureSvdScorer } from "../../src/baselines/pure-svd.ts";
import { interactionsOf, smallDataset } from "../support/data/small-dataset.ts";
import { everyPair } from "../support/engines/every-pair.ts";

describe("pureSvdScorer", () => {
  it("with every factor gives the matrix back", async () => {
    const { train } = smallDataset();
    const scores = await everyPair(pureSvdScorer(train, { factors: 6, seed: 1 }));
    const matrix = [1, 0, 1, 0, 0, 0, 1, 1, 0, 0, 0, 0, 1, 1, 0, 0, 0, 0];
    for (const [place, value] of matrix.entries()) expect(scores[place]).toBeCloseTo(value, 5); // float32
  });

  it("with one factor of two separate groups keeps the larger one", async () => {
    // Users 0 to 2 have items 0 and 1, user 3 has item 2: singular values sqrt(6) and 1, the first
    // vector (1, 1, 0) / sqrt(2).
    const train = interactionsOf(
      [
        [0, 0],
        [0, 1],
        [1, 0],
        [1, 1],
        [2, 0],
        [2, 1],
        [3, 2],
      ],
      { users: 4, items: 3 },
    );
    const scores = await everyPair(pureSvdScorer(train, { factors: 1, seed: 1 }));
    const row = [1, 1, 0]; // (1 + 1) / sqrt(2) x (1, 1, 0) / sqrt(2)
    for (const [place, value] of [...row, ...row, ...row, 0, 0, 0].entries())
      expect(scores[place]).toBeCloseTo(value, 5);
  });
});

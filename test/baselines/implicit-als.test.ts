/** iALS by hand in one dimension, and the fall of its objective. */
import { describe, expect, it } from "@jest/globals";
import { implicitAlsScorer } from "../../src/baselines/implicit-als.ts";
import { plainAlgebra } from "../../src/linear-algebra/plain-algebra.ts";
import { interactionsOf, smallDataset } from "../support/data/small-dataset.ts";
import { everyPair } from "../support/engines/every-pair.ts";

const options = { factors: 2, regularization: 0.1, unobservedWeight: 0.2, iterations: 1, seed: 3 };

describe("implicitAlsScorer", () => {
  it("of one user and one item comes to the product that its objective has its minimum at", async () => {
    // By symmetry w = h at the minimum of (w h - 1)^2 + a (w h)^2 + l (1 + a) (w^2 + h^2): with p = w h,
    // (1 + a) p - 1 + l (1 + a) = 0, so p = 1 / (1 + a) - l = 1 / 1.2 - 0.1.
    const train = interactionsOf([[0, 0]], { users: 1, items: 1 });
    const scorer = await implicitAlsScorer(train, { ...options, factors: 1, iterations: 400 }, plainAlgebra);
    const [score] = await scorer.catalogue(Uint32Array.of(0));
    expect(score).toBeCloseTo(1 / 1.2 - 0.1, 4);
  });

  it("never raises its objective from one iteration to the next", async () => {
    const { train } = smallDataset();
    // Without the ridge terms, which need the vectors: at a small lambda they hardly count.
    const lossAfter = async (iterations: number): Promise<number> => {
      const scores = await everyPair(
        await implicitAlsScorer(train, { ...options, regularization: 1e-6, iterations }, plainAlgebra),
      );
      let loss = scores.reduce((sum, score) => sum + 0.2 * score * score, 0);
      for (let row = 0; row < train.length; row++) {
        loss += (scores[train.userColumn[row]! * train.items + train.itemColumn[row]!]! - 1) ** 2;
      }
      return loss;
    };
    const losses = await Promise.all([1, 2, 3, 5, 10].map(lossAfter));
    for (const [place, loss] of losses.entries()) if (place > 0) expect(loss).toBeLessThan(losses[place - 1]! + 1e-5);
  });

  it("scores what is taken above what is not, and depends on the seed alone", async () => {
    const { train } = smallDataset();
    const fitted = (seed: number) => implicitAlsScorer(train, { ...options, iterations: 10, seed }, plainAlgebra);
    const scores = await everyPair(await fitted(3));
    expect(scores[0]).toBeGreaterThan(scores[3]!); // user 0 has item 0, nobody has item 3
    expect(scores[3]).toBeCloseTo(0, 6);
    expect(await everyPair(await fitted(3))).toEqual(scores);
    expect(await everyPair(await fitted(4))).not.toEqual(scores);
  });
});

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

  it("takes a pair's weight, or the sum of its rows', as its confidence", async () => {
    // As above, (w h - 1)^2 counted c = 3 times: (c + a) p - c + l (1 + a) = 0, so p = (c - l (1 + a)) / (c + a).
    const pair = interactionsOf([[0, 0]], { users: 1, items: 1 });
    const twice = interactionsOf(
      [
        [0, 0],
        [0, 0],
      ],
      { users: 1, items: 1 },
    );
    for (const train of [
      { ...pair, weights: Float32Array.of(3) },
      { ...twice, weights: Float32Array.of(1, 2) },
    ]) {
      const scorer = await implicitAlsScorer(train, { ...options, factors: 1, iterations: 400 }, plainAlgebra);
      const [score] = await scorer.catalogue(Uint32Array.of(0));
      expect(score).toBeCloseTo((3 - 0.1 * 1.2) / 3.2, 4);
    }
  });

  it("is moved by the weights of pairs on either side alike", async () => {
    const { train } = smallDataset();
    const weights = Float32Array.from({ length: train.length }, (_, row) => 1 + (row % 3));
    const fitted = async (given: typeof train) =>
      everyPair(await implicitAlsScorer(given, { ...options, regularization: 1e-6, iterations: 200 }, plainAlgebra));
    // The ridge left out, the slope along every vector is 0 at the minimum: of each user, and likewise of each item,
    // sum of (c (s - 1) + a s) s = 0.
    const scores = await fitted({ ...train, weights });
    const sums = { user: new Float64Array(train.users), item: new Float64Array(train.items) };
    for (let at = 0; at < scores.length; at++) {
      const slope = 0.2 * scores[at]! * scores[at]!;
      sums.user[Math.floor(at / train.items)]! += slope;
      sums.item[at % train.items]! += slope;
    }
    for (let row = 0; row < train.length; row++) {
      const score = scores[train.userColumn[row]! * train.items + train.itemColumn[row]!]!;
      sums.user[train.userColumn[row]!]! += weights[row]! * (score - 1) * score;
      sums.item[train.itemColumn[row]!]! += weights[row]! * (score - 1) * score;
    }
    for (const sum of [...sums.user, ...sums.item]) expect(Math.abs(sum)).toBeLessThan(1e-3); // float32
    expect(await fitted(train)).not.toEqual(scores);
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

/** EASE by hand, its optimality, and the sizes it refuses. */
import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import { easeScorer, easeWeights, fitEase, MOST_EASE_ROWS } from "../../src/baselines/ease.ts";
import { groupItemsByUser } from "../../src/dataset/interaction-dataset.ts";
import { plainAlgebra } from "../../src/linear-algebra/plain-algebra.ts";
import { interactionsOf } from "../support/data/small-dataset.ts";
import { everyPair } from "../support/engines/every-pair.ts";

describe("easeScorer", () => {
  it("of two items is the regression of each on the other", async () => {
    // Users {0 1}, {0}. Gram [[2, 1], [1, 1]]; plus 1: [[3, 1], [1, 2]], inverse [[2, -1], [-1, 3]] / 5.
    // B_01 = -P_01 / P_11 = 1/3 (from 0 to 1), B_10 = -P_10 / P_00 = 1/2 (from 1 to 0).
    const train = interactionsOf(
      [
        [0, 0],
        [0, 1],
        [1, 0],
      ],
      { users: 2, items: 2 },
    );
    const scores = await everyPair(await easeScorer(train, { regularization: 1 }, plainAlgebra));
    for (const [place, value] of [1 / 2, 1 / 3, 0, 1 / 3].entries()) expect(scores[place]).toBeCloseTo(value, 6);
  });

  it("minimises ||X - X B||^2 + lambda ||B||^2 among maps with an empty diagonal", async () => {
    const pairs = fc.array(fc.tuple(fc.nat(5), fc.nat(4)), { minLength: 1, maxLength: 25 });
    await fc.assert(
      fc.asyncProperty(
        pairs,
        fc.nat(4),
        fc.nat(4),
        fc.double({ min: -0.5, max: 0.5, noNaN: true }),
        async (taken, from, to, change) => {
          const items = 5;
          const seen = groupItemsByUser(interactionsOf(taken, { users: 6, items }));
          const weights = Float64Array.from(await easeWeights(seen, items, 2, plainAlgebra));
          for (let item = 0; item < items; item++) expect(weights[item * items + item]).toBe(0);
          const objective = (map: Float64Array): number => {
            let sum = map.reduce((total, value) => total + 2 * value * value, 0);
            for (let user = 0; user < 6; user++) {
              const own = [...seen.itemsSorted.subarray(seen.offsets[user], seen.offsets[user + 1])];
              for (let item = 0; item < items; item++) {
                const predicted = own.reduce((total, other) => total + map[other * items + item]!, 0);
                sum += ((own.includes(item) ? 1 : 0) - predicted) ** 2;
              }
            }
            return sum;
          };
          if (from === to) return;
          const moved = weights.slice();
          moved[from * items + to]! += change;
          expect(objective(moved)).toBeGreaterThanOrEqual(objective(weights) - 1e-5); // weights are float32
        },
      ),
      { numRuns: 50 },
    );
  });

  it("is the same map by way of the users' matrix, where users are fewer", async () => {
    const pairs = fc.array(fc.tuple(fc.nat(3), fc.nat(6)), { minLength: 1, maxLength: 20 });
    await fc.assert(
      fc.asyncProperty(pairs, fc.constantFrom(0.5, 3), async (taken, regularization) => {
        const [users, items] = [4, 7];
        const train = interactionsOf(taken, { users, items });
        const seen = groupItemsByUser(train);
        const weights = await easeWeights(seen, items, regularization, plainAlgebra);
        const { scorer, form } = await fitEase(train, { regularization }, plainAlgebra);
        const scores = await everyPair(scorer);
        const some = await scorer.catalogue(Uint32Array.of(2));
        for (let user = 0; user < users; user++) {
          const own = [...seen.itemsSorted.subarray(seen.offsets[user], seen.offsets[user + 1])];
          for (let item = 0; item < items; item++) {
            const expected = own.reduce((sum, from) => sum + weights[from * items + item]!, 0);
            expect(scores[user * items + item]).toBeCloseTo(expected, 5); // float32
            if (user === 2) expect(some[item]).toBeCloseTo(expected, 5);
          }
        }
        if (form.kind !== "item-weights") throw new Error("not of items");
        const out = new Float32Array(items);
        for (let item = 0; item < items; item++) {
          form.weightsInto(item, out);
          for (let from = 0; from < items; from++) expect(out[from]).toBeCloseTo(weights[from * items + item]!, 5);
        }
      }),
      { numRuns: 50 },
    );
  });

  it("refuses catalogues whose matrix would not fit", async () => {
    const train = interactionsOf([[0, 0]], { users: MOST_EASE_ROWS + 2, items: MOST_EASE_ROWS + 1 });
    await expect(easeScorer(train, { regularization: 1 }, plainAlgebra)).rejects.toThrow(
      "both 20001 items and 20002 users are more than 20000",
    );
  });
});

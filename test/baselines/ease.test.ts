/** EASE by hand, its optimality, and the sizes it refuses. */
import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import { easeScorer, easeWeightsInto, fitEase } from "../../src/baselines/ease.ts";
import { matrixMemory } from "../../src/baselines/matrix-memory.ts";
import { groupItemsByUser, type ItemsByUser } from "../../src/dataset/interaction-dataset.ts";
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
          const weights = Float64Array.from(await weightsOf(seen, items, 2));
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
        const weights = await weightsOf(seen, items, regularization);
        const { scorer, form } = await fitEase(train, { regularization, memory }, plainAlgebra);
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

  it("says what it needs and what there is, where its matrix does not fit", async () => {
    const train = interactionsOf([[0, 0]], { users: 40_002, items: 40_001 });
    const free = matrixMemory(() => 2.04e9);
    // 4 bytes x 40,001^2 = 6.4 GB, and 8 more for the plain loops' float64 copy.
    await expect(fitEase(train, { regularization: 1, memory: free }, plainAlgebra)).rejects.toThrow(
      "inverts a matrix of 40001 x 40001 items: that needs 19 GB of memory, and 2.0 GB are free; choose item-knn",
    );
  });

  it("works in the memory of the fit before it, once that is given back", async () => {
    const train = interactionsOf([[0, 0]], { users: 8, items: 8 });
    let free = 1000; // 4 x 64 bytes, and 8 x 64 beside them
    const shared = matrixMemory(() => free);
    const first = await fitEase(train, { regularization: 1, memory: shared }, plainAlgebra);
    free -= 256;
    await expect(fitEase(train, { regularization: 1, memory: shared }, plainAlgebra)).rejects.toThrow("are free");
    first.release!();
    const second = await fitEase(train, { regularization: 1, memory: shared }, plainAlgebra);
    expect(await everyPair(second.scorer)).toEqual(
      await everyPair((await fitEase(train, { regularization: 1, memory }, plainAlgebra)).scorer),
    );
  });
});

const memory = matrixMemory(() => Number.POSITIVE_INFINITY);

function weightsOf(seen: ItemsByUser, items: number, regularization: number): Promise<Float32Array> {
  return easeWeightsInto(new Float32Array(items ** 2), seen, { items, regularization }, plainAlgebra);
}

/** Leading singular vectors against the eigenvectors of the dense Gram matrix. */
import { describe, expect, it } from "@jest/globals";
import { groupItemsByUser } from "../../src/dataset/interaction-dataset.ts";
import { leadingRightSingular } from "../../src/linear-algebra/sparse-svd.ts";
import { symmetricEigen } from "../../src/linear-algebra/symmetric-eigen.ts";
import { streamKey } from "../../src/random.ts";
import { interactionsOf } from "../support/data/small-dataset.ts";

const key = streamKey(1, "test/svd");

function onesOf(users: number, items: number) {
  const pairs = Array.from(
    { length: users * items },
    (_, place) => [Math.floor(place / items), place % items] as const,
  );
  const kept = pairs.filter(([user, item]) => (user * 31 + item * item * 7 + user * item) % 11 < 3);
  const { offsets, itemsSorted } = groupItemsByUser(interactionsOf(kept, { users, items }));
  return { matrix: { rows: users, columns: items, offsets, columnIndices: itemsSorted }, kept };
}

describe("leadingRightSingular", () => {
  it("finds the leading values and vectors of a matrix wider than what it keeps", () => {
    const [users, items, rank] = [60, 40, 3];
    const { matrix, kept } = onesOf(users, items);
    const gram = new Float64Array(items * items);
    const rows = Array.from({ length: users }, (_, user) => kept.filter(([u]) => u === user).map(([, item]) => item));
    for (const row of rows) for (const a of row) for (const b of row) gram[a * items + b]!++;
    const dense = symmetricEigen(gram, items);
    const { values, vectors } = leadingRightSingular(matrix, rank, key);
    for (let k = 0; k < rank; k++) {
      expect(values[k]! ** 2).toBeCloseTo(dense.values[k]!, 6);
      const along = vectors
        .subarray(k * items, (k + 1) * items)
        .reduce((sum, value, item) => sum + value * dense.vectors[k * items + item]!, 0);
      // The same line; eight rounds leave the ratio of the 14th value to it ^ 17.
      expect(Math.abs(along)).toBeCloseTo(1, 4);
    }
  });

  it("gives zeros for directions that the matrix does not have", () => {
    const ones = groupItemsByUser(
      interactionsOf(
        [
          [0, 0],
          [0, 1],
          [1, 0],
          [1, 1],
        ],
        { users: 2, items: 2 },
      ),
    );
    const matrix = { rows: 2, columns: 2, offsets: ones.offsets, columnIndices: ones.itemsSorted };
    const { values, vectors } = leadingRightSingular(matrix, 2, key);
    expect(values[0]).toBeCloseTo(2, 10); // all ones: 2 x (1, 1) / sqrt(2) x (1, 1) / sqrt(2)
    expect(values[1]).toBe(0);
    expect([...vectors.subarray(2)]).toEqual([0, 0]);
  });
});

/** Leading singular vectors against the eigenvectors of the dense Gram matrix, and where the values are known. */
import { describe, expect, it } from "@jest/globals";
import { groupItemsByUser } from "../../src/dataset/interaction-dataset.ts";
import { leadingRightSingular } from "../../src/linear-algebra/sparse-svd.ts";
import { symmetricEigen } from "../../src/linear-algebra/symmetric-eigen.ts";
import { streamKey, threefry, unitInterval } from "../../src/random.ts";
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
      expect(Math.abs(along)).toBeCloseTo(1, 7); // the same line
    }
  });

  it("gives the best approximation of a matrix whose values lie close together", () => {
    // Users of a flat log: past the first, neighbours among the singular values differ by a percent or two.
    const [users, items, rank] = [120, 90, 12];
    const pairs = Array.from({ length: users * items }, (_, at) => [Math.floor(at / items), at % items] as const);
    const block = { first: 0, second: 0 };
    const kept = pairs.filter(([user, item]) => {
      threefry(key, user, item, block);
      return unitInterval(block.first) < 0.2;
    });
    const { offsets, itemsSorted } = groupItemsByUser(interactionsOf(kept, { users, items }));
    const gram = new Float64Array(items * items);
    for (let user = 0; user < users; user++) {
      const row = itemsSorted.subarray(offsets[user]!, offsets[user + 1]!);
      for (const a of row) for (const b of row) gram[a * items + b]!++;
    }
    const dense = symmetricEigen(gram, items);
    const matrix = { rows: users, columns: items, offsets, columnIndices: itemsSorted };
    const { vectors } = leadingRightSingular(matrix, rank, key);
    expect(dense.values[rank]! / dense.values[rank - 1]!).toBeGreaterThan(0.93); // close indeed
    // Projectors onto the two spans, which no sign or turn within a span changes.
    for (let a = 0; a < items; a++) {
      for (let b = 0; b < items; b++) {
        let [found, exact] = [0, 0];
        for (let k = 0; k < rank; k++) {
          found += vectors[k * items + a]! * vectors[k * items + b]!;
          exact += dense.vectors[k * items + a]! * dense.vectors[k * items + b]!;
        }
        expect(Math.abs(found - exact)).toBeLessThan(1e-6); // tolerance x largest value / smallest gap
      }
    }
  });

  it("finds every copy of a value that stands there many times", () => {
    // Fifteen groups alike, each of two users who have the same two items: the value 2, fifteen times.
    const kept = Array.from({ length: 15 }, (_, g) =>
      [0, 1].flatMap((u) => [0, 1].map((i) => [2 * g + u, 2 * g + i])),
    ).flat();
    const { offsets, itemsSorted } = groupItemsByUser(
      interactionsOf(kept as [number, number][], { users: 30, items: 30 }),
    );
    const matrix = { rows: 30, columns: 30, offsets, columnIndices: itemsSorted };
    const { values } = leadingRightSingular(matrix, 16, key);
    for (let k = 0; k < 15; k++) expect(values[k]).toBeCloseTo(2, 8);
    expect(values[15]).toBe(0);
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

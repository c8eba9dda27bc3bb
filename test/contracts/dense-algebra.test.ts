/**
 * Every DenseAlgebra gives what the definition says: an inverse times its matrix is one, a sweep solves its systems.
 */
import { describe, expect, it } from "@jest/globals";
import { openNativeAlgebra } from "../../src/engine/native/native-algebra.ts";
import type { DenseAlgebra, LeastSquaresSweep } from "../../src/linear-algebra/dense-algebra.ts";
import { plainAlgebra } from "../../src/linear-algebra/plain-algebra.ts";
import { type RandomBlock, standardNormal, streamKey, threefry } from "../../src/random.ts";
import { describeNative, instructionSets } from "../support/engines/native-engine.ts";

const implementations: readonly (readonly [string, () => DenseAlgebra])[] = [
  ["plain", () => plainAlgebra],
  ...instructionSets.flatMap((instructionSet) =>
    [1, 3].map(
      (threads) =>
        [`native ${instructionSet} ${threads}`, () => openNativeAlgebra({ instructionSet, threads })] as const,
    ),
  ),
];

describe.each(implementations)("linear algebra, %s", (_name, open) => {
  it("inverts [[2, 1], [1, 2]] to [[2, -1], [-1, 2]] / 3", async () => {
    const matrix = Float32Array.of(2, Number.NaN, 1, 2); // the lower triangle says it all
    await open().invert(matrix, 2);
    for (const [place, value] of [2 / 3, -1 / 3, -1 / 3, 2 / 3].entries()) expect(matrix[place]).toBeCloseTo(value, 6);
  });

  // One block and less, more, and sizes that leave rows, columns, panels and blocks over.
  it.each([1, 3, 17, 31, 32, 33, 144, 145, 256, 257, 530])(
    "an inverse of size %i times its matrix is the identity",
    async (size) => {
      const matrix = positiveDefinite(size, 1);
      const inverse = Float32Array.from(matrix);
      await open().invert(inverse, size);
      let worst = 0;
      for (let i = 0; i < size; i++) {
        for (let j = 0; j < size; j++) {
          let sum = 0;
          for (let k = 0; k < size; k++) sum += matrix[i * size + k]! * inverse[k * size + j]!;
          worst = Math.max(worst, Math.abs(sum - (i === j ? 1 : 0)));
        }
      }
      expect(worst).toBeLessThan(2e-5); // float32, condition about 5
      for (let i = 0; i < size; i++) {
        for (let j = 0; j < i; j++) expect(inverse[j * size + i]).toBe(inverse[i * size + j]);
      }
    },
  );

  // What EASE inverts: counts of lists of popular and rare items, and a small ridge. Its condition is about 500.
  it("inverts a Gram matrix of counts as float64 does, to four digits of its largest entry", async () => {
    const size = 300;
    const gram = gramOfCounts(size, { lists: 800, ridge: 5 });
    const exact = Float32Array.from(gram);
    await plainAlgebra.invert(exact, size);
    await open().invert(gram, size);
    const largest = exact.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
    const worst = exact.reduce((most, value, place) => Math.max(most, Math.abs(gram[place]! - value)), 0);
    expect(worst).toBeLessThan(1e-4 * largest);
  });

  it("refuses a matrix that is not positive definite", async () => {
    await expect(open().invert(Float32Array.of(1, 2, 2, 1), 2)).rejects.toThrow("not positive definite");
    const singular = sweepOf({ rows: 2, others: 3, width: 2, seed: 3 });
    await expect(open().sweep({ ...singular, ridge: Float64Array.of(0, 0), weight: -1 })).rejects.toThrow(
      "not positive definite",
    );
  });

  it("solves a system by hand", async () => {
    // Others 1 and 2, weight 0.5: gram 0.5 x (1 + 4) = 2.5. Row 0 has both: (2.5 + 0.5 + 5)^-1 x 3. Row 1 has none: 0.
    const own = Float32Array.of(9, 9);
    await open().sweep({
      offsets: Uint32Array.of(0, 2, 2),
      columns: Uint32Array.of(0, 1),
      confidences: null,
      width: 1,
      other: Float32Array.of(1, 2),
      ridge: Float64Array.of(0.5, 0.5),
      weight: 0.5,
      own,
    });
    expect(own[0]).toBeCloseTo(3 / 8, 6); // float32
    expect(own[1]).toBe(0);
  });

  it("solves a system with confidences by hand", async () => {
    // As above with confidences 3 and 0.5: (2.5 + 0.5 + 3 x 1 + 0.5 x 4)^-1 x (3 x 1 + 0.5 x 2).
    const own = Float32Array.of(9);
    await open().sweep({
      offsets: Uint32Array.of(0, 2),
      columns: Uint32Array.of(0, 1),
      confidences: Float32Array.of(3, 0.5),
      width: 1,
      other: Float32Array.of(1, 2),
      ridge: Float64Array.of(0.5),
      weight: 0.5,
      own,
    });
    expect(own[0]).toBeCloseTo(4 / 8, 6); // float32
  });

  it.each([
    { rows: 1, others: 1, width: 1 },
    { rows: 40, others: 30, width: 7 },
    { rows: 20, others: 150, width: 33 }, // more vectors than are gathered at a time
    { rows: 5, others: 90, width: 64 },
    { rows: 20, others: 150, width: 33, hasConfidences: true },
  ])("sweeps $rows rows over $others vectors of $width as the definition says", async (shape) => {
    const plain = sweepOf({ ...shape, seed: 5 });
    const confidences = Float32Array.from(plain.columns, (_, place) => ((7 * place) % 9) / 4);
    const sweep = shape.hasConfidences === true ? { ...plain, confidences } : plain;
    await open().sweep(sweep);
    const oracle = { ...sweep, own: new Float32Array(sweep.own.length) };
    await plainAlgebra.sweep(oracle);
    // Float32 systems of values around 1.
    for (const [place, value] of oracle.own.entries()) expect(sweep.own[place]).toBeCloseTo(value, 4);
    for (let row = 0; row < shape.rows; row++) expectSolved(oracle, row);
  });
});

describeNative("native linear algebra", () => {
  it("gives the same bits whatever the number of threads", async () => {
    const results = await Promise.all(
      [1, 2, 5].map(async (threads) => {
        const algebra = openNativeAlgebra({ threads });
        const matrix = Float32Array.from(positiveDefinite(300, 9));
        await algebra.invert(matrix, 300);
        const sweep = sweepOf({ rows: 70, others: 80, width: 20, seed: 6 });
        await algebra.sweep(sweep);
        return { matrix, own: sweep.own };
      }),
    );
    for (const result of results) expect(result).toEqual(results[0]);
  });

  it("refuses indices and sizes that do not fit", async () => {
    const algebra = openNativeAlgebra();
    const sweep = sweepOf({ rows: 4, others: 3, width: 2, seed: 1 });
    await expect(algebra.invert(new Float32Array(3), 2)).rejects.toThrow("matrix has 3 values, expected 2 x 2");
    await expect(algebra.sweep({ ...sweep, own: new Float32Array(1) })).rejects.toThrow(
      "own has 1 values, expected 4 x 2",
    );
    await expect(algebra.sweep({ ...sweep, ridge: new Float64Array(1) })).rejects.toThrow("ridge has 1 values");
    await expect(algebra.sweep({ ...sweep, columns: sweep.columns.map(() => 3) })).rejects.toThrow(
      "expected an index below 3",
    );
    await expect(
      algebra.sweep({ ...sweep, offsets: Uint32Array.of(0, 9, 1, 2, sweep.columns.length) }),
    ).rejects.toThrow("goes down");
  });
});

/** Residual of a row's system, in float64. */
function expectSolved(
  { offsets, columns, confidences, width, other, ridge, weight, own }: LeastSquaresSweep,
  row: number,
): void {
  const x = own.subarray(row * width, (row + 1) * width);
  const residual = Float64Array.from(x, (value) => ridge[row]! * value);
  const add = (at: number, factor: number, target: number): void => {
    const vector = other.subarray(at * width, (at + 1) * width);
    const along = vector.reduce((sum, value, i) => sum + value * x[i]!, 0);
    for (let i = 0; i < width; i++) residual[i]! += (factor * along - target) * vector[i]!;
  };
  for (let at = 0; at < other.length / width; at++) add(at, weight, 0);
  for (let place = offsets[row]!; place < offsets[row + 1]!; place++) {
    const confidence = confidences?.[place] ?? 1;
    add(columns[place]!, confidence, confidence);
  }
  // Own is float32, sums of up to 150 products.
  for (const value of residual) expect(Math.abs(value)).toBeLessThan(1e-4);
}

function normals(length: number, seed: number): Float64Array {
  const key = streamKey(seed, "test/dense-algebra");
  const block: RandomBlock = { first: 0, second: 0 };
  return Float64Array.from({ length }, (_, place) => {
    threefry(key, place, 0, block);
    return standardNormal(block);
  });
}

/** X X^T / size + I of normal X. */
function positiveDefinite(size: number, seed: number): Float64Array {
  const x = normals(size * size, seed);
  const matrix = new Float64Array(size * size);
  for (let i = 0; i < size; i++) {
    for (let j = 0; j <= i; j++) {
      let sum = i === j ? 1 : 0;
      for (let k = 0; k < size; k++) sum += (x[i * size + k]! * x[j * size + k]!) / size;
      matrix[i * size + j] = matrix[j * size + i] = sum;
    }
  }
  return matrix;
}

function gramOfCounts(size: number, { lists, ridge }: { lists: number; ridge: number }): Float32Array {
  const key = streamKey(4, "test/dense-algebra");
  const block: RandomBlock = { first: 0, second: 0 };
  const gram = new Float32Array(size * size);
  for (let list = 0; list < lists; list++) {
    const own: number[] = [];
    for (let item = 0; item < size; item++) {
      threefry(key, list, item, block);
      if (block.first / 2 ** 32 < 3 / (item + 3)) own.push(item); // item 0 is in all of them
    }
    for (const one of own) for (const other of own) gram[one * size + other]!++;
  }
  for (let item = 0; item < size; item++) gram[item * size + item]! += ridge;
  return gram;
}

function sweepOf(shape: { rows: number; others: number; width: number; seed: number }): LeastSquaresSweep {
  const { rows, others, width, seed } = shape;
  const lists = Array.from({ length: rows }, (_, row) =>
    Array.from({ length: others }, (_, other) => other).filter((other) => (other * 7 + row * 3) % 5 < 1 + (row % 4)),
  );
  const offsets = new Uint32Array(rows + 1);
  for (const [row, list] of lists.entries()) offsets[row + 1] = offsets[row]! + list.length;
  return {
    offsets,
    columns: Uint32Array.from(lists.flat()),
    confidences: null,
    width,
    other: Float32Array.from(normals(others * width, seed)),
    ridge: Float64Array.from({ length: rows }, (_, row) => 1 + row / 10),
    weight: 0.3,
    own: new Float32Array(rows * width),
  };
}

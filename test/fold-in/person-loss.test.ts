/** The losses of a person by hand, and their slopes against finite differences. */
import { describe, expect, it } from "@jest/globals";
import { personLoss } from "../../src/fold-in/person-loss.ts";

const samples = {
  negativesPerPositive: 4,
  weights: Float64Array.of(1, 2.5),
  isNegative: Uint8Array.of(1, 0, 1),
};

describe("the loss of a person's row", () => {
  it("under bce is that of the positives, by weight, and of 4 mean negatives for each", () => {
    const loss = personLoss({ ...samples, loss: "bce" });
    const [slopes, negativeSlopes] = [new Float64Array(2), new Float64Array(3)];
    // Logits 0 throughout: 1 ln 2 + 2.5 ln 2 + 4 * 2 * ln 2. Slopes -1/2, -5/4; 8 / 2 negatives of 1/2 each.
    const value = loss(Float64Array.of(0, 0), Float64Array.of(0, 9, 0), slopes, negativeSlopes);
    expect(value).toBeCloseTo(11.5 * Math.LN2, 12);
    expect([...slopes]).toEqual([-0.5, -1.25]);
    expect([...negativeSlopes]).toEqual([2, 0, 2]);
  });

  it("under bpr is that of every positive against the mean negative, 4 times", () => {
    const loss = personLoss({ ...samples, loss: "bpr" });
    const [slopes, negativeSlopes] = [new Float64Array(2), new Float64Array(3)];
    // Margins 0: 4 * (1 + 2.5) ln 2. Slopes -4/2, -10/2; each of the two negatives takes half of 7.
    const value = loss(Float64Array.of(0, 0), Float64Array.of(0, 9, 0), slopes, negativeSlopes);
    expect(value).toBeCloseTo(14 * Math.LN2, 12);
    expect([...slopes]).toEqual([-2, -5]);
    expect([...negativeSlopes]).toEqual([3.5, 0, 3.5]);
  });

  it.each(["bce", "bpr"] as const)("has the slopes of finite differences under %s", (name) => {
    const loss = personLoss({ ...samples, loss: name });
    const [at, negativeAt] = [Float64Array.of(0.7, -1.2), Float64Array.of(-0.4, 3, 1.9)];
    const [slopes, negativeSlopes, ignored] = [new Float64Array(2), new Float64Array(3), new Float64Array(3)];
    loss(at, negativeAt, slopes, negativeSlopes);
    const valueWith = (values: Float64Array, k: number, change: number): number => {
      const before = values[k]!;
      values[k] = before + change;
      const value = loss(at, negativeAt, new Float64Array(2), ignored);
      values[k] = before;
      return value;
    };
    for (const [values, found] of [
      [at, slopes],
      [negativeAt, negativeSlopes],
    ] as const) {
      for (const k of values.keys()) {
        const difference = (valueWith(values, k, 1e-5) - valueWith(values, k, -1e-5)) / 2e-5;
        expect(found[k]).toBeCloseTo(difference, 7); // central differences: error of order 1e-10
      }
    }
  });

  it("is the same sum of thousands of negatives, whose product no double holds", () => {
    const isNegative = new Uint8Array(3000).fill(1);
    const loss = personLoss({ ...samples, loss: "bce", isNegative });
    const slopes = new Float64Array(3000);
    // 2^3000 overflows. Positives at 0: 3.5 ln 2; half of the negatives at 0, half at 2: 8 times their mean.
    const logits = new Float64Array(3000).map((_, j) => (j % 2 === 0 ? 0 : 2));
    const value = loss(Float64Array.of(0, 0), logits, new Float64Array(2), slopes);
    expect(value).toBeCloseTo(3.5 * Math.LN2 + 8 * ((Math.LN2 + Math.log(1 + Math.exp(2))) / 2), 9);
    expect(slopes[1]).toBeCloseTo((8 / 3000) * (1 / (1 + Math.exp(-2))), 12);
  });

  it("has no negatives where the person took all items", () => {
    const loss = personLoss({ ...samples, loss: "bce", isNegative: new Uint8Array(3) });
    const value = loss(Float64Array.of(0, 0), new Float64Array(3), new Float64Array(2), new Float64Array(3));
    expect(value).toBeCloseTo(3.5 * Math.LN2, 12);
  });
});

/** The losses of a person by hand, and their slopes against finite differences. */
import { describe, expect, it } from "@jest/globals";
import { personLoss } from "../../src/fold-in/person-loss.ts";
import type { FoldableLoss, PersonSamples } from "../../src/fold-in/person-samples.ts";

const samples: Omit<PersonSamples, "loss"> = {
  negativesPerPositive: 4,
  weights: Float64Array.of(1, 2.5),
  shares: Float64Array.of(1 / 2, 0, 1 / 2),
};
const losses: readonly FoldableLoss[] = [
  { name: "bce" },
  { name: "bpr" },
  { name: "softmax" },
  { name: "ccl", margin: 0.2, negativeWeight: 10 },
];

/** Value and slopes at these logits; the item in the middle is the person's own. */
function at(loss: FoldableLoss, logits: readonly number[], negativeLogits: readonly number[], others = samples) {
  const [slopes, negativeSlopes] = [new Float64Array(logits.length), new Float64Array(negativeLogits.length)];
  const lossOf = personLoss({ ...others, loss });
  const value = lossOf(Float64Array.from(logits), Float64Array.from(negativeLogits), slopes, negativeSlopes);
  return { value, slopes: [...slopes], negativeSlopes: [...negativeSlopes] };
}

function expectAll(found: readonly number[], expected: readonly number[]): void {
  expect(found.length).toBe(expected.length);
  for (const [k, value] of found.entries()) expect(value).toBeCloseTo(expected[k]!, 12);
}

describe("the loss of a person's row", () => {
  it("under bce is that of the positives, by weight, and of 4 mean negatives for each", () => {
    // Logits 0 throughout: 1 ln 2 + 2.5 ln 2 + 4 * 2 * ln 2. Slopes -1/2, -5/4; 8 / 2 negatives of 1/2 each.
    const { value, slopes, negativeSlopes } = at({ name: "bce" }, [0, 0], [0, 9, 0]);
    expect(value).toBeCloseTo(11.5 * Math.LN2, 12);
    expect(slopes).toEqual([-0.5, -1.25]);
    expect(negativeSlopes).toEqual([2, 0, 2]);
  });

  it("under bpr is that of every positive against the mean negative, 4 times", () => {
    // Margins 0: 4 * (1 + 2.5) ln 2. Slopes -4/2, -10/2; each of the two negatives takes half of 7.
    const { value, slopes, negativeSlopes } = at({ name: "bpr" }, [0, 0], [0, 9, 0]);
    expect(value).toBeCloseTo(14 * Math.LN2, 12);
    expect(slopes).toEqual([-2, -5]);
    expect(negativeSlopes).toEqual([3.5, 0, 3.5]);
  });

  it("under softmax is that of every positive among 4 mean negatives", () => {
    // 4 mean negatives of e^0 beside a positive of e^0: a share of 1/5, so 3.5 ln 5. Slopes -4/5 of the weights, and
    // the negatives have the 4/5 * 3.5 between them.
    const { value, slopes, negativeSlopes } = at({ name: "softmax" }, [0, 0], [0, 9, 0]);
    expect(value).toBeCloseTo(3.5 * Math.log(5), 12);
    expectAll(slopes, [-0.8, -2]);
    expectAll(negativeSlopes, [1.4, 0, 1.4]);
    // A common bias is no concern, however large.
    expect(at({ name: "softmax" }, [1000, 1000], [1000, 9, 1000]).value).toBeCloseTo(value, 9);
  });

  it("under ccl is one less the positives' cosines, and what the mean negative has beyond the margin", () => {
    // 1 (1 - .5) + 2.5 (1 - .1) + 3.5 * 10 * (.6 - .2) / 2 = .5 + 2.25 + 7.
    const { value, slopes, negativeSlopes } = at(losses[3]!, [0.5, 0.1], [0.6, 9, 0.1]);
    expect(value).toBeCloseTo(9.75, 12);
    expectAll(slopes, [-1, -2.5]);
    expectAll(negativeSlopes, [17.5, 0, 0]);
  });

  it("takes negatives by their shares", () => {
    // Three quarters of the negatives at 0, one at ln 3 (of softplus ln 4, sigmoid 3/4).
    const shares = Float64Array.of(3 / 4, 0, 1 / 4);
    const { value, negativeSlopes } = at({ name: "bce" }, [0, 0], [0, 9, Math.log(3)], { ...samples, shares });
    expect(value).toBeCloseTo(3.5 * Math.LN2 + 8 * ((3 / 4) * Math.LN2 + (1 / 4) * Math.log(4)), 12);
    expectAll(negativeSlopes, [3, 0, 1.5]);
  });

  it.each(losses)("has the slopes of finite differences under $name", (loss) => {
    const lossOf = personLoss({ ...samples, shares: Float64Array.of(0.3, 0, 0.7), loss });
    const [logits, negativeLogits] = [Float64Array.of(0.7, -1.2), Float64Array.of(-0.4, 3, 1.9)];
    const [slopes, negativeSlopes, ignored] = [new Float64Array(2), new Float64Array(3), new Float64Array(3)];
    lossOf(logits, negativeLogits, slopes, negativeSlopes);
    const valueWith = (values: Float64Array, k: number, change: number): number => {
      const before = values[k]!;
      values[k] = before + change;
      const value = lossOf(logits, negativeLogits, new Float64Array(2), ignored);
      values[k] = before;
      return value;
    };
    for (const [values, found] of [
      [logits, slopes],
      [negativeLogits, negativeSlopes],
    ] as const) {
      for (const k of values.keys()) {
        const difference = (valueWith(values, k, 1e-5) - valueWith(values, k, -1e-5)) / 2e-5;
        expect(found[k]).toBeCloseTo(difference, 7); // central differences: error of order 1e-10
      }
    }
  });

  it("is the same sum of thousands of negatives, whose product no double holds", () => {
    const shares = new Float64Array(3000).fill(1 / 3000);
    // 2^3000 overflows. Positives at 0: 3.5 ln 2; half of the negatives at 0, half at 2: 8 times their mean.
    const logits = Array.from({ length: 3000 }, (_, j) => (j % 2 === 0 ? 0 : 2));
    const { value, negativeSlopes } = at({ name: "bce" }, [0, 0], logits, { ...samples, shares });
    expect(value).toBeCloseTo(3.5 * Math.LN2 + 8 * ((Math.LN2 + Math.log(1 + Math.exp(2))) / 2), 9);
    expect(negativeSlopes[1]).toBeCloseTo((8 / 3000) * (1 / (1 + Math.exp(-2))), 12);
  });

  it("has no negatives where the person took all items", () => {
    const none = { ...samples, shares: new Float64Array(3) };
    expect(at({ name: "bce" }, [0, 0], [0, 0, 0], none).value).toBeCloseTo(3.5 * Math.LN2, 12);
    expect(at({ name: "softmax" }, [0, 0], [0, 0, 0], none)).toEqual({
      value: 0,
      slopes: [0, 0],
      negativeSlopes: [0, 0, 0],
    });
  });
});

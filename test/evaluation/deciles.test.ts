/** Tenths by count, with equal counts kept together. */
import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import { decilesOf, metricsByDecile } from "../../src/evaluation/deciles.ts";

describe("decilesOf", () => {
  it("cuts twenty different values into ten pairs", () => {
    const values = Array.from({ length: 20 }, (_, place) => 100 - 5 * place); // descending
    expect([...decilesOf(values)]).toEqual([10, 10, 9, 9, 8, 8, 7, 7, 6, 6, 5, 5, 4, 4, 3, 3, 2, 2, 1, 1]);
  });

  it("keeps equal values together, at the middle of their places", () => {
    // Places 0 to 3 are 1, 5, 5, 9. The fives have places [1, 3), middle 2: 1 + floor(10 x 2 / 4) = 6.
    // The one: middle 0.5, 1 + 1.
    expect([...decilesOf([5, 1, 9, 5])]).toEqual([6, 2, 9, 6]);
    expect([...decilesOf([7, 7, 7])]).toEqual([6, 6, 6]); // middle 1.5 of 3
  });

  it("never ranks a larger value below a smaller one, and stays within 1 to 10", () => {
    fc.assert(
      fc.property(fc.array(fc.nat(30), { minLength: 1, maxLength: 60 }), (values) => {
        const deciles = decilesOf(values);
        for (const [a, value] of values.entries()) {
          expect(deciles[a]).toBeGreaterThanOrEqual(1);
          expect(deciles[a]).toBeLessThanOrEqual(10);
          for (const [b, other] of values.entries()) {
            if (value === other) expect(deciles[a]).toBe(deciles[b]);
            if (value < other) expect(deciles[a]).toBeLessThanOrEqual(deciles[b]!);
          }
        }
      }),
    );
  });
});

describe("metricsByDecile", () => {
  it("averages each group and names its range", () => {
    const rows = metricsByDecile({ counts: [1, 2, 2, 8], HR: [0, 1, 0, 1], NDCG: [0, 0.5, 0, 1] });
    // Middles 0.5, 2, 3.5 of 4: deciles 2, 6 and 9.
    expect(rows).toEqual([
      { decile: 2, cases: 1, trainFrom: 1, trainTo: 1, HR: 0, NDCG: 0 },
      { decile: 6, cases: 2, trainFrom: 2, trainTo: 2, HR: 0.5, NDCG: 0.25 },
      { decile: 9, cases: 1, trainFrom: 8, trainTo: 8, HR: 1, NDCG: 1 },
    ]);
  });
});

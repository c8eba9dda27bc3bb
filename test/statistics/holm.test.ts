import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import { holmAdjusted } from "../../src/statistics/holm.ts";

describe("holmAdjusted", () => {
  it("agrees with the worked example of four hypotheses", () => {
    // In order: .005 x 4 = .02, .01 x 3 = .03, .03 x 2 = .06, .04 x 1 = .04, raised to the .06 before it.
    const adjusted = holmAdjusted([0.01, 0.04, 0.03, 0.005]);
    for (const [place, expected] of [0.03, 0.06, 0.06, 0.02].entries())
      expect(adjusted[place]).toBeCloseTo(expected, 12);
  });

  it("stays within 1, never lowers a p and keeps their order", () => {
    fc.assert(
      fc.property(fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 30 }), (pValues) => {
        const adjusted = holmAdjusted(pValues);
        for (const [a, p] of pValues.entries()) {
          expect(adjusted[a]).toBeGreaterThanOrEqual(p);
          expect(adjusted[a]).toBeLessThanOrEqual(1);
          for (const [b, other] of pValues.entries()) {
            if (p < other) expect(adjusted[a]!).toBeLessThanOrEqual(adjusted[b]!);
          }
        }
      }),
    );
  });
});

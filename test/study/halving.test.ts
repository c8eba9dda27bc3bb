import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import { bestOf, epochsOfHalving, rungsOf, survivorsOf } from "../../src/study/halving.ts";

describe("successive halving", () => {
  it.each([
    // 3^2 <= 12 < 3^3: two cuts, at 20 / 9 and 20 / 3 epochs, rounded up
    [{ trials: 12, epochs: 20, eta: 3 }, [3, 7, 20]],
    [{ trials: 27, epochs: 27, eta: 3 }, [1, 3, 9, 27]],
    [{ trials: 2, epochs: 20, eta: 3 }, [20]], // too few to keep a third
    [{ trials: 100, epochs: 4, eta: 3 }, [2, 4]], // 4 epochs have room for one cut
    [{ trials: 8, epochs: 1, eta: 2 }, [1]],
  ])("of %j stops at epochs %j", (halving, rungs) => {
    expect(rungsOf(halving)).toEqual(rungs);
  });

  it("keeps the best third, ties to the earlier trial, and drops what diverged", () => {
    const results = [0.1, 0.3, null, 0.3, 0.2, 0.3].map((value, index) => ({ index, value }));
    expect(survivorsOf(results, { eta: 3, kept: null })).toEqual([1, 3]); // 6 / 3 = 2 of the three at 0.3
    expect(survivorsOf(results, { eta: 3, kept: 0 })).toEqual([0, 1, 3]);
    expect(survivorsOf(results, { eta: 3, kept: 2 })).toEqual([1, 3]); // what diverged is not kept
    expect(bestOf(results)).toBe(1);
    expect(bestOf([{ index: 0, value: null }])).toBeNull();
  });

  it("counts what it trains: 12 for 3 epochs, 4 and the kept one 4 more, 2 and the kept one 13 more", () => {
    // ceil(12 / 3) + 1 = 5 go on, then ceil(5 / 3) + 1 = 3: 12 * 3 + 5 * 4 + 3 * 13 = 95
    expect(epochsOfHalving({ trials: 12, epochs: 20, eta: 3 }, true)).toBe(95);
    // ceil(12 / 3) = 4, ceil(4 / 3) = 2: 36 + 16 + 26 = 78
    expect(epochsOfHalving({ trials: 12, epochs: 20, eta: 3 }, false)).toBe(78);
    expect(epochsOfHalving({ trials: 1, epochs: 20, eta: 3 }, true)).toBe(20);
  });

  it("never cuts the one that is best at a rung, and grows its rungs up to all epochs", () => {
    fc.assert(
      fc.property(
        fc.array(fc.option(fc.double({ min: 0, max: 1, noNaN: true })), { minLength: 1, maxLength: 40 }),
        fc.integer({ min: 2, max: 5 }),
        fc.integer({ min: 1, max: 200 }),
        (values, eta, epochs) => {
          const results = values.map((value, index) => ({ index, value }));
          const survivors = survivorsOf(results, { eta, kept: null });
          const best = bestOf(results);
          if (best !== null) expect(survivors).toContain(best);
          expect(survivors.length).toBeLessThanOrEqual(Math.ceil(values.length / eta));
          const rungs = rungsOf({ trials: values.length, epochs, eta });
          expect(rungs.at(-1)).toBe(epochs);
          expect([...rungs].sort((a, b) => a - b)).toEqual(rungs);
        },
      ),
    );
  });
});

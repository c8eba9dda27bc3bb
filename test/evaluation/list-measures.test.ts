/** Measures of recommendation lists, worked by hand. */
import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import {
  catalogueCoverage,
  giniIndex,
  intraListDiversity,
  jaccard,
  meanPopularity,
  novelty,
  timesRecommended,
} from "../../src/evaluation/list-measures.ts";
import { NO_ITEM } from "../../src/ranker/scorer.ts";

// Two users, lists of two, five items; the second user has one item left.
const lists = { k: 2, items: Uint32Array.of(3, 1, 3, NO_ITEM) };

describe("measures of lists", () => {
  it("count how often each item is shown", () => {
    expect([...timesRecommended(lists, 5)]).toEqual([0, 1, 0, 2, 0]);
  });

  it("coverage is the share of items shown at all", () => {
    expect(catalogueCoverage(Uint32Array.of(0, 1, 0, 2, 0))).toBe(2 / 5);
  });

  it("Gini is 0 for equal counts, 1 for one item alone, and in between as worked", () => {
    expect(giniIndex(Uint32Array.of(3, 3, 3))).toBe(0);
    expect(giniIndex(Uint32Array.of(0, 9, 0))).toBe(1);
    // Ascending 0 0 0 1 2, weights -4 -2 0 2 4: (2 + 8) / (3 x 4).
    expect(giniIndex(Uint32Array.of(0, 1, 0, 2, 0))).toBeCloseTo(10 / 12, 12);
    expect(giniIndex(Uint32Array.of(4))).toBe(0);
    expect(giniIndex(new Uint32Array(3))).toBe(0);
  });

  it("Gini stays within 0 and 1 and does not see the order or the scale", () => {
    fc.assert(
      fc.property(fc.array(fc.nat(1000), { minLength: 2, maxLength: 50 }), (counts) => {
        const gini = giniIndex(Uint32Array.from(counts));
        expect(gini).toBeGreaterThanOrEqual(0);
        expect(gini).toBeLessThanOrEqual(1 + 1e-12); // rounding of one division
        expect(giniIndex(Uint32Array.from(counts.toReversed()))).toBe(gini);
        expect(giniIndex(Uint32Array.from(counts, (count) => 7 * count))).toBeCloseTo(gini, 12);
      }),
    );
  });

  it("novelty is the mean information of the items shown, in bits", () => {
    // 8 users; item 3 is had by 2 of them: 2 bits. Item 1 by 8: 0 bits. Shown 3, 1, 3.
    expect(novelty(lists, Uint32Array.of(0, 8, 0, 2, 0), 8)).toBeCloseTo((2 + 0 + 2) / 3, 12);
    // An item that nobody has counts as if one user had it: 3 bits of 8 users.
    expect(novelty(lists, Uint32Array.of(0, 8, 0, 0, 0), 8)).toBeCloseTo((3 + 0 + 3) / 3, 12);
  });

  it("mean popularity is over the items shown", () => {
    expect(meanPopularity(lists, Uint32Array.of(0, 8, 0, 2, 0))).toBe((2 + 8 + 2) / 3);
  });
});

describe("intra-list diversity", () => {
  const features = [["a", "b"], ["b", "c"], ["a", "b"], [], ["d"]].map((names) => new Set(names));

  it("is 1 - Jaccard over the pairs of a list, then the mean of the lists", () => {
    expect(jaccard(features[0]!, features[1]!)).toBe(1 / 3); // b of a, b, c
    // List 0 1 2: distances 2/3, 0, 2/3, mean 4/9. List 0 4 and none: 1.
    const three = { k: 3, items: Uint32Array.of(0, 1, 2, 0, 4, NO_ITEM) };
    expect(intraListDiversity(three, features)).toBeCloseTo((4 / 9 + 1) / 2, 12);
  });

  it("leaves out items without features and lists without a pair", () => {
    expect(intraListDiversity({ k: 3, items: Uint32Array.of(0, 3, 4, 3, 4, NO_ITEM) }, features)).toBe(1);
    expect(intraListDiversity({ k: 2, items: Uint32Array.of(0, 3) }, features)).toBeNull();
  });
});

/** Ties are where evaluators cheat: each rule by hand, then all of them against a naive sort. */
import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import { DataError } from "../../src/errors.ts";
import { rankByStandings, rankPositives } from "../../src/evaluation/rank-of-positive.ts";

const scores = (...values: number[]) => Float32Array.from(values);

describe("rankPositives", () => {
  it("ranks one positive among negatives, from 1", () => {
    // 9 and 7 are above 5, 3 is below: third.
    const ranks = rankPositives(scores(5), scores(9, 3, 7));
    expect([...ranks.pessimistic]).toEqual([3]);
    expect([...ranks.optimistic]).toEqual([3]);
    expect([...ranks.expected]).toEqual([3]);
    expect(ranks.tied).toBe(0);
  });

  it("gives a constant scorer the last rank, the first one when generous, the middle one on average", () => {
    const ranks = rankPositives(scores(0), scores(...Array<number>(99).fill(0)));
    expect([...ranks.pessimistic]).toEqual([100]);
    expect([...ranks.optimistic]).toEqual([1]);
    expect([...ranks.expected]).toEqual([50.5]); // mean of 1 .. 100
    expect(ranks.tied).toBe(1);
  });

  it("gives several positives distinct ascending ranks, whatever their order", () => {
    // List: 8 (negative), 6 (positive), 5 (negative), 4 (positive), 1 (positive), 0 (negative).
    expect([...rankPositives(scores(1, 6, 4), scores(0, 8, 5)).pessimistic]).toEqual([2, 4, 5]);
  });

  it("works out a tie group of two positives and one negative", () => {
    // Above the group: one negative (3). In it: positives 2, 2 and negative 2, that is places 2 to 4.
    const ranks = rankPositives(scores(2, 2), scores(2, 3));
    expect([...ranks.pessimistic]).toEqual([3, 4]);
    expect([...ranks.optimistic]).toEqual([2, 3]);
    // Pairs of places, equally likely: (2,3) (2,4) (3,4). First positive: (2+2+3)/3 = 7/3; second: (3+4+4)/3 = 11/3.
    expect(ranks.expected[0]).toBeCloseTo(7 / 3, 12);
    expect(ranks.expected[1]).toBeCloseTo(11 / 3, 12);
    expect(ranks.tied).toBe(2);
  });

  it("does not count positives that tie with each other as tied", () => {
    const ranks = rankPositives(scores(2, 2), scores(1));
    expect([...ranks.pessimistic]).toEqual([1, 2]);
    expect(ranks.tied).toBe(0);
  });

  it("ranks infinities and takes -0 for 0", () => {
    expect([...rankPositives(scores(Infinity), scores(Infinity, 1)).pessimistic]).toEqual([2]);
    expect([...rankPositives(scores(-Infinity), scores(-1e30)).pessimistic]).toEqual([2]);
    expect(rankPositives(scores(0), scores(-0)).tied).toBe(1);
  });

  it("refuses NaN on either side", () => {
    expect(() => rankPositives(scores(NaN), scores(1))).toThrow(DataError);
    expect(() => rankPositives(scores(1), scores(0, NaN))).toThrow("negative score 1 is NaN");
  });

  it("agrees with a naive sort", () => {
    const fewValues = fc.integer({ min: -3, max: 3 }); // few values make many ties
    fc.assert(
      fc.property(
        fc.array(fewValues, { minLength: 1, maxLength: 8 }),
        fc.array(fewValues, { maxLength: 20 }),
        (positives, negatives) => {
          const ranks = rankPositives(scores(...positives), scores(...negatives));
          expect([...ranks.pessimistic]).toEqual(sortedRanks(positives, negatives, "negatives first"));
          expect([...ranks.optimistic]).toEqual(sortedRanks(positives, negatives, "positives first"));
          expect(ranks.tied).toBe(positives.filter((score) => negatives.includes(score)).length);
        },
      ),
    );
  });

  it("is the same of negatives that were counted elsewhere", () => {
    const fewValues = fc.integer({ min: -3, max: 3 });
    fc.assert(
      fc.property(
        fc.array(fewValues, { minLength: 1, maxLength: 8 }),
        fc.array(fewValues, { maxLength: 20 }),
        (positives, negatives) => {
          const counted = (isCounted: (negative: number, positive: number) => boolean) =>
            Uint32Array.from(positives, (own) => negatives.filter((other) => isCounted(other, own)).length);
          const standings = {
            scores: scores(...positives),
            above: counted((other, own) => other > own),
            equal: counted((other, own) => other === own),
          };
          expect(rankByStandings(standings)).toEqual(rankPositives(scores(...positives), scores(...negatives)));
        },
      ),
    );
    expect(() => rankByStandings({ scores: scores(NaN), above: Uint32Array.of(0), equal: Uint32Array.of(0) })).toThrow(
      DataError,
    );
  });

  it("expects a rank between the generous and the strict one, and the mean over all orders of a tie group", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 4 }), fc.integer({ min: 0, max: 4 }), (tiedPositives, tiedNegatives) => {
        const ranks = rankPositives(new Float32Array(tiedPositives), new Float32Array(tiedNegatives));
        const choices = subsets(tiedPositives + tiedNegatives, tiedPositives);
        for (let place = 0; place < tiedPositives; place++) {
          const mean = choices.reduce((sum, choice) => sum + choice[place]!, 0) / choices.length;
          expect(ranks.expected[place]).toBeCloseTo(mean, 10);
        }
      }),
    );
  });
});

function sortedRanks(
  positives: number[],
  negatives: number[],
  tieRule: "negatives first" | "positives first",
): number[] {
  const list = [
    ...positives.map((score) => ({ score, isPositive: true })),
    ...negatives.map((score) => ({ score, isPositive: false })),
  ];
  const firstInTie = tieRule === "positives first";
  list.sort((a, b) => b.score - a.score || (a.isPositive === b.isPositive ? 0 : a.isPositive === firstInTie ? -1 : 1));
  return list.flatMap(({ isPositive }, place) => (isPositive ? [place + 1] : []));
}

/** Every ascending choice of `size` places from 1 .. total. */
function subsets(total: number, size: number, from = 1): number[][] {
  if (size === 0) return [[]];
  const choices: number[][] = [];
  for (let first = from; first <= total - size + 1; first++) {
    for (const rest of subsets(total, size - 1, first + 1)) choices.push([first, ...rest]);
  }
  return choices;
}

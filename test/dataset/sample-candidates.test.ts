/** 1 + n candidates: distinct, unseen, one user's independent of another's, and uniform. */
import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import { fullCatalogueCandidates } from "../../src/dataset/evaluation-candidates.ts";
import { groupItemsByUser, type Interactions } from "../../src/dataset/interaction-dataset.ts";
import { sampleCandidates } from "../../src/dataset/sample-candidates.ts";
import { DataError } from "../../src/errors.ts";

const ITEMS = 20;

describe("sampled candidates", () => {
  it("are n distinct items that the user has in no split, for every evaluated user", () => {
    const pair = fc.tuple(fc.nat({ max: 4 }), fc.nat({ max: 9 })); // at most 10 of 20 items are anybody's
    fc.assert(
      fc.property(
        fc.array(pair),
        fc.array(pair, { minLength: 1 }),
        fc.integer({ min: 1, max: 10 }),
        fc.nat(),
        (train, test, count, seed) => {
          const evaluated = interactionsOf(test);
          const seen = groupItemsByUser(interactionsOf(train), evaluated);
          const candidates = sampleCandidates({ split: "test", evaluated, seen, count, seed });
          const expectedUsers = [...new Set(test.map(([user]) => user))].sort((a, b) => a - b);
          expect([...candidates.users]).toEqual(expectedUsers);
          for (const [place, user] of expectedUsers.entries()) {
            const own = new Set([...train, ...test].filter(([owner]) => owner === user).map(([, item]) => item));
            const held = [...new Set(test.filter(([owner]) => owner === user).map(([, item]) => item))].sort(
              (a, b) => a - b,
            );
            const negatives = [
              ...candidates.negatives.subarray(
                candidates.negativeOffsets[place]!,
                candidates.negativeOffsets[place + 1]!,
              ),
            ];
            expect(new Set(negatives).size).toBe(count);
            expect(negatives.filter((item) => own.has(item) || item >= ITEMS)).toEqual([]);
            expect([
              ...candidates.positives.subarray(
                candidates.positiveOffsets[place]!,
                candidates.positiveOffsets[place + 1]!,
              ),
            ]).toEqual(held);
          }
        },
      ),
    );
  });

  it("of one user do not depend on the others, and differ between splits and seeds", () => {
    const alone = draw([[3, 0]], { split: "test", seed: 1 });
    const among = draw(
      [
        [0, 1],
        [3, 0],
        [4, 2],
      ],
      { split: "test", seed: 1 },
    );
    expect([...among.negatives.subarray(5, 10)]).toEqual([...alone.negatives]);
    expect([...draw([[3, 0]], { split: "validation", seed: 1 }).negatives]).not.toEqual([...alone.negatives]);
    expect([...draw([[3, 0]], { split: "test", seed: 2 }).negatives]).not.toEqual([...alone.negatives]);
  });

  it("take every free item equally often", () => {
    const times = new Uint32Array(ITEMS);
    const seeds = 4_000;
    for (let seed = 0; seed < seeds; seed++) {
      for (const item of draw([[0, 7]], { split: "test", seed }).negatives) times[item]!++;
    }
    expect(times[7]).toBe(0);
    // 5 of 19 free items a seed: mean 1,052.6, binomial deviation sqrt(4000 p (1 - p)) = 27.8;
    // five of those either way.
    const mean = (seeds * 5) / (ITEMS - 1);
    for (const [item, count] of times.entries()) if (item !== 7) expect(Math.abs(count - mean)).toBeLessThan(5 * 27.8);
  });

  it("may be every free item, and one more is an error with the way out", () => {
    const evaluated = interactionsOf([[2, 0]]);
    const seen = groupItemsByUser(evaluated);
    const all = sampleCandidates({ split: "test", evaluated, seen, count: 19, seed: 3 });
    expect([...all.negatives]).toEqual(Array.from({ length: 19 }, (_, k) => k + 1));
    const tooMany = () => sampleCandidates({ split: "test", evaluated, seen, count: 20, seed: 3 });
    expect(tooMany).toThrow(DataError);
    expect(tooMany).toThrow(
      "user index 2 has 1 of 20 items, which leaves 19 to draw 20 negatives from; --negatives 19 is the most that every test user has, or",
    );
  });

  it("name the largest number that would do for every case, and none where a user has every item", () => {
    const held = (user: number, count: number) => Array.from({ length: count }, (_, item) => [user, item] as const);
    const drawNine = (pairs: Pairs) => () => {
      const evaluated = interactionsOf(pairs);
      return sampleCandidates({ split: "test", evaluated, seen: groupItemsByUser(evaluated), count: 9, seed: 3 });
    };
    // User 1 lacks 8 of the 20 items and stands in the way first; user 4 lacks 3, and they would be next.
    expect(drawNine([...held(1, 12), ...held(4, 17)])).toThrow(
      "user index 1 has 12 of 20 items, which leaves 8 to draw 9 negatives from; --negatives 3 is the most that every",
    );
    expect(drawNine([...held(1, 12), ...held(4, 20)])).toThrow("9 negatives from; rank against the full catalogue");
  });

  it("refuse a `seen` that lacks the evaluated items", () => {
    const seen = groupItemsByUser(interactionsOf([[0, 1]]));
    expect(() =>
      sampleCandidates({ split: "test", evaluated: interactionsOf([[0, 2]]), seen, count: 1, seed: 0 }),
    ).toThrow("user 0 has item 2 in the evaluated split but not in `seen`");
  });
});

describe("full-catalogue candidates", () => {
  it("are the cases alone", () => {
    const { users, positives, negatives, negativeOffsets } = fullCatalogueCandidates(
      "validation",
      interactionsOf([
        [4, 9],
        [1, 3],
        [1, 3],
      ]),
    );
    expect([[...users], [...positives], [...negatives], [...negativeOffsets]]).toEqual([[1, 4], [3, 9], [], [0, 0, 0]]);
  });
});

type Pairs = readonly (readonly [user: number, item: number])[];

function draw(pairs: Pairs, at: { readonly split: "validation" | "test"; readonly seed: number }) {
  const evaluated = interactionsOf(pairs);
  return sampleCandidates({ ...at, evaluated, seen: groupItemsByUser(evaluated), count: 5 });
}

function interactionsOf(pairs: Pairs): Interactions {
  return {
    users: 5,
    items: ITEMS,
    length: pairs.length,
    userColumn: Uint32Array.from(pairs, ([user]) => user),
    itemColumn: Uint32Array.from(pairs, ([, item]) => item),
    weights: null,
  };
}

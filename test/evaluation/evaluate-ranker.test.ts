/** The evaluator against scorers whose ranks are known, and against a naive ranking of everything. */
import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import type { EvaluationCandidates } from "../../src/dataset/evaluation-candidates.ts";
import type { ItemsByUser } from "../../src/dataset/interaction-dataset.ts";
import { ConfigError, DataError } from "../../src/errors.ts";
import { evaluateRanker } from "../../src/evaluation/evaluate-ranker.ts";
import type { ItemLists, Scorer } from "../../src/ranker/scorer.ts";

interface Case {
  readonly user: number;
  readonly positives: readonly number[];
  readonly negatives: readonly number[];
}

describe("the sampled protocol", () => {
  it("ranks each user's positive against their negatives and averages over users", async () => {
    // An item's score is its index. User 0: item 5 against 7, 3, 1 ranks 2nd. User 2: item 1 against 9, 8, 7 ranks 4th.
    const result = await evaluateRanker(
      scorerOf(3, 10, (_, item) => item),
      candidatesOf([
        { user: 0, positives: [5], negatives: [7, 3, 1] },
        { user: 2, positives: [1], negatives: [9, 8, 7] },
      ]),
      { ks: [2] },
    );
    expect(result.users).toBe(2);
    expect(result.tieRate).toBe(0);
    expect(result.metrics["HR@2"]).toBe(0.5);
    expect(result.metrics["NDCG@2"]).toBeCloseTo(0.5 / Math.log2(3), 12);
    expect(result.metrics.MRR).toBeCloseTo((1 / 2 + 1 / 4) / 2, 12);
    expect([...result.perUser.users]).toEqual([0, 2]);
    expect([...result.perUser.ranks]).toEqual([2, 4]);
    expect([...result.perUser.metrics["HR@2"]!]).toEqual([1, 0]);
  });

  it("gives a constant scorer nothing, and says that every positive tied", async () => {
    const result = await evaluateRanker(
      scorerOf(1, 30, () => 0.5),
      candidatesOf([{ user: 0, positives: [3], negatives: [4, 5, 6, 7] }]),
      { ks: [3] },
    );
    expect(result.metrics["HR@3"]).toBe(0);
    expect(result.tieRate).toBe(1);
    expect([...result.perUser.ranks]).toEqual([5]);
    expect([...result.perUser.optimisticRanks]).toEqual([1]);
    expect([...result.perUser.expectedRanks]).toEqual([3]);
  });
});

describe("the full protocol", () => {
  const scorer = scorerOf(2, 6, (_, item) => item); // item 5 first, item 0 last

  it("refuses a cut that takes in the longest list, which masked items shorten", async () => {
    // Six items, of which user 1 has three: her list has three places, one of them a masked positive's own.
    const candidates = candidatesOf([{ user: 1, positives: [2], negatives: [] }]);
    const evaluate = (k: number, masked: number[]) =>
      evaluateRanker(scorer, candidates, { ks: [k], masked: itemsByUser([[], masked]) });
    await expect(evaluate(3, [3, 4, 5])).rejects.toThrow("k is 3, but no user ranks more than 3 items");
    await expect(evaluate(4, [2, 4, 5])).rejects.toThrow("k is 4, but no user ranks more than 4 items");
    expect((await evaluate(3, [2, 4, 5])).users).toBe(1);
  });

  it("ranks against the whole catalogue but what the user has already", async () => {
    // User 1 has items 5 and 3. Item 2 then stands behind 4 only.
    const result = await evaluateRanker(scorer, candidatesOf([{ user: 1, positives: [2], negatives: [] }]), {
      ks: [1],
      masked: itemsByUser([[], [3, 5]]),
    });
    expect([...result.perUser.ranks]).toEqual([2]);
  });

  it("does not look at stored negatives", async () => {
    const result = await evaluateRanker(scorer, candidatesOf([{ user: 0, positives: [0], negatives: [1] }]), {
      ks: [1],
      masked: itemsByUser([[], []]),
    });
    expect([...result.perUser.ranks]).toEqual([6]);
  });

  it("still ranks a positive that the user already has", async () => {
    const result = await evaluateRanker(scorer, candidatesOf([{ user: 0, positives: [4], negatives: [] }]), {
      ks: [1],
      masked: itemsByUser([[4, 5], []]),
    });
    expect([...result.perUser.ranks]).toEqual([1]);
  });
});

const problem = fc
  .record({ users: fc.integer({ min: 1, max: 8 }), items: fc.integer({ min: 6, max: 15 }) })
  .chain(({ users, items }) =>
    fc.record({
      users: fc.constant(users),
      items: fc.constant(items),
      // Few distinct scores, so that ties are common.
      scores: fc.array(fc.integer({ min: 0, max: 6 }), { minLength: users * items, maxLength: users * items }),
      lists: fc.array(fc.shuffledSubarray([...Array(items).keys()], { minLength: 4 }), {
        minLength: users,
        maxLength: users,
      }),
      positives: fc.integer({ min: 1, max: 3 }),
      scoresPerBlock: fc.integer({ min: 1, max: 60 }),
    }),
  );

describe("either protocol", () => {
  it("agrees with a naive ranking, whatever the size of the blocks", async () => {
    await fc.assert(
      fc.asyncProperty(problem, async ({ users, items, scores, lists, positives, scoresPerBlock }) => {
        const score = (user: number, item: number) => scores[user * items + item]!;
        const scorer = scorerOf(users, items, score);
        const cases = lists.map((list, user) => ({
          user,
          positives: list.slice(0, positives),
          negatives: list.slice(positives),
        }));
        const candidates = candidatesOf(cases);
        // All but one of the negatives, so that every list is longer than the cut.
        const masked = lists.map((list) => list.slice(positives + 1).sort((a, b) => a - b));
        const ks = [1];

        const sampled = await evaluateRanker(scorer, candidates, { ks, scoresPerBlock });
        expect([...sampled.perUser.ranks]).toEqual(cases.map((entry) => naiveRank(entry, score)));
        expect(sampled).toEqual(await evaluateRanker(scorer, candidates, { ks }));

        const full = await evaluateRanker(scorer, candidates, { ks, masked: itemsByUser(masked), scoresPerBlock });
        const unmasked = cases.map((entry, user) => ({
          ...entry,
          negatives: [...Array(items).keys()].filter(
            (item) => !entry.positives.includes(item) && !masked[user]!.includes(item),
          ),
        }));
        expect([...full.perUser.ranks]).toEqual(unmasked.map((entry) => naiveRank(entry, score)));
        expect(full).toEqual(await evaluateRanker(scorer, candidates, { ks, masked: itemsByUser(masked) }));
        const options = { ks, masked: itemsByUser(masked), scoresPerBlock };
        expect(await evaluateRanker(countingScorer(scorer, score), candidates, options)).toEqual(full);
      }),
    );
  });

  it("averages before rounding: the mean is that of the per-user values", async () => {
    const cases = Array.from({ length: 50 }, (_, user) => ({ user, positives: [user % 7], negatives: [7, 8, 9] }));
    const score = (user: number, item: number) => (user * 31 + item * 17) % 23;
    const result = await evaluateRanker(scorerOf(50, 10, score), candidatesOf(cases), { ks: [3] });
    for (const [name, values] of Object.entries(result.perUser.metrics)) {
      const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
      expect(result.metrics[name]).toBeCloseTo(mean, 6); // per-user values are float32
    }
  });
});

describe("what cannot be evaluated", () => {
  const scorer = scorerOf(2, 10, (_, item) => item);
  const one = candidatesOf([{ user: 0, positives: [5], negatives: [7, 3, 1] }]);
  const evaluate = (candidates: EvaluationCandidates, ks = [2]) => evaluateRanker(scorer, candidates, { ks });

  it("NaN, naming the pair", async () => {
    const diverged = scorerOf(2, 10, (_, item) => (item === 3 ? NaN : item));
    await expect(evaluateRanker(diverged, one, { ks: [2] })).rejects.toThrow("user index 0 for item index 3 is NaN");
    await expect(evaluateRanker(diverged, one, { ks: [2], masked: itemsByUser([[], []]) })).rejects.toThrow(DataError);
  });

  it("NaN of a scorer that counts by itself, naming the pair as well", async () => {
    const score = (_: number, item: number) => (item === 3 ? NaN : item);
    const counting = { ...scorerOf(2, 10, score), standings: async () => null };
    await expect(evaluateRanker(counting, one, { ks: [2], masked: itemsByUser([[], []]) })).rejects.toThrow(
      "user index 0 for item index 3 is NaN",
    );
  });

  it("no users, a user without positives, a user without negatives", async () => {
    await expect(evaluate(candidatesOf([]))).rejects.toThrow("has no users");
    await expect(evaluate(candidatesOf([{ user: 1, positives: [], negatives: [1] }]))).rejects.toThrow("no positive");
    await expect(evaluate(candidatesOf([{ user: 1, positives: [1], negatives: [] }]))).rejects.toThrow(
      "--candidates full",
    );
  });

  it("users and items that the ranker does not know", async () => {
    await expect(evaluate(candidatesOf([{ user: 2, positives: [1], negatives: [2] }]))).rejects.toThrow("user index 2");
    await expect(evaluate(candidatesOf([{ user: 1, positives: [1], negatives: [10] }]))).rejects.toThrow(
      "item index 10",
    );
    await expect(evaluateRanker(scorer, one, { ks: [2], masked: itemsByUser([[]]) })).rejects.toThrow(
      "masked items are of 1 users",
    );
  });

  it("a k that every ranker would reach", async () => {
    await expect(evaluate(one, [4])).rejects.toThrow(ConfigError);
    await expect(evaluate(one, [3])).resolves.toBeDefined();
    await expect(evaluate(one, [0])).rejects.toThrow("k is 0");
  });

  it("a scorer that gives the wrong number of scores", async () => {
    const short: Scorer = { ...scorer, pairs: async () => new Float32Array(1) };
    await expect(evaluateRanker(short, one, { ks: [2] })).rejects.toThrow("gave 1 scores, expected 4");
  });
});

function naiveRank({ user, positives, negatives }: Case, score: (user: number, item: number) => number): number {
  const best = Math.max(...positives.map((item) => score(user, item)));
  return 1 + negatives.filter((item) => score(user, item) >= best).length;
}

/** The same scores, counted by the scorer itself. */
function countingScorer(scorer: Scorer, score: (user: number, item: number) => number): Scorer {
  return {
    ...scorer,
    catalogue: async () => {
      throw new Error("asked for scores although it counts");
    },
    standings: async ({ users, positives, masked }) => {
      const rowsOf = ({ offsets, items }: ItemLists, row: number) => [
        ...items.subarray(offsets[row], offsets[row + 1]),
      ];
      const standings = [...users].flatMap((user, row) => {
        const own = rowsOf(positives, row);
        const left = [...own, ...rowsOf(masked, row)];
        const others = [...Array(scorer.items).keys()].filter((item) => !left.includes(item));
        return own.map((item) => ({
          score: score(user, item),
          above: others.filter((other) => score(user, other) > score(user, item)).length,
          equal: others.filter((other) => score(user, other) === score(user, item)).length,
        }));
      });
      return {
        scores: Float32Array.from(standings, (standing) => standing.score),
        above: Uint32Array.from(standings, ({ above }) => above),
        equal: Uint32Array.from(standings, ({ equal }) => equal),
      };
    },
  };
}

function scorerOf(users: number, items: number, score: (user: number, item: number) => number): Scorer {
  return {
    users,
    items,
    pairs: async (userColumn, itemColumn) =>
      Float32Array.from(userColumn, (user, row) => score(user, itemColumn[row]!)),
    catalogue: async (userColumn) =>
      Float32Array.from({ length: userColumn.length * items }, (_, at) =>
        score(userColumn[Math.floor(at / items)]!, at % items),
      ),
  };
}

function candidatesOf(cases: readonly Case[]): EvaluationCandidates {
  return {
    split: "test",
    users: Uint32Array.from(cases, ({ user }) => user),
    positiveOffsets: offsetsOf(cases.map(({ positives }) => positives)),
    positives: Uint32Array.from(cases.flatMap(({ positives }) => positives)),
    negativeOffsets: offsetsOf(cases.map(({ negatives }) => negatives)),
    negatives: Uint32Array.from(cases.flatMap(({ negatives }) => negatives)),
  };
}

function itemsByUser(items: readonly (readonly number[])[]): ItemsByUser {
  return { offsets: offsetsOf(items), itemsSorted: Uint32Array.from(items.flat()) };
}

function offsetsOf(lists: readonly (readonly number[])[]): Uint32Array {
  let end = 0;
  return Uint32Array.from([0, ...lists.map((list) => (end += list.length))]);
}

/** Cases of some users: drawn by the seed, nested, and as they were. */
import { describe, expect, it } from "@jest/globals";
import type { EvaluationCandidates } from "../../src/dataset/evaluation-candidates.ts";
import { sampledCases } from "../../src/dataset/users-sample.ts";

/** User 3 n has the positives n and n + 1, and the negative n + 2. */
const many: EvaluationCandidates = {
  split: "test",
  users: Uint32Array.from({ length: 400 }, (_, n) => 3 * n),
  positiveOffsets: Uint32Array.from({ length: 401 }, (_, n) => 2 * n),
  positives: Uint32Array.from({ length: 800 }, (_, at) => Math.ceil(at / 2)),
  negativeOffsets: Uint32Array.from({ length: 401 }, (_, n) => n),
  negatives: Uint32Array.from({ length: 400 }, (_, n) => n + 2),
};

describe("sampledCases", () => {
  it("keeps the cases of so many users as they stand, and says whose", () => {
    const { candidates, sample } = sampledCases(many, 100, 7);
    expect(sample).toEqual({ users: 100, of: 400, seed: 7 });
    expect(candidates.users).toHaveLength(100);
    for (const [at, user] of candidates.users.entries()) {
      const own = candidates.positives.subarray(candidates.positiveOffsets[at], candidates.positiveOffsets[at + 1]);
      expect([...own]).toEqual([user / 3, user / 3 + 1]);
      if (at > 0) expect(user).toBeGreaterThan(candidates.users[at - 1]!);
    }
  });

  it("draws anew for another seed, and takes more users by adding to those it has", () => {
    const usersOf = (count: number, seed: number): number[] => [...sampledCases(many, count, seed).candidates.users];
    expect(usersOf(100, 8)).not.toEqual(usersOf(100, 7));
    expect(usersOf(150, 7)).toEqual(expect.arrayContaining(usersOf(100, 7)));
    // Each half holds about half of them: 50 of 100, deviation 5 less what is not put back; 5 deviations.
    const early = usersOf(100, 7).filter((user) => user < 600).length;
    expect(Math.abs(early - 50)).toBeLessThan(25);
  });

  it("of all users or more is no sample", () => {
    expect(sampledCases(many, 400, 7)).toEqual({ candidates: many, sample: null });
    expect(sampledCases(many, 500, 7)).toEqual({ candidates: many, sample: null });
  });
});

import { describe, expect, it } from "@jest/globals";
import { type EvaluationCandidates, someCases } from "../../src/dataset/evaluation-candidates.ts";

const candidates: EvaluationCandidates = {
  split: "test",
  users: Uint32Array.of(2, 5, 9),
  positiveOffsets: Uint32Array.of(0, 1, 3, 4),
  positives: Uint32Array.of(10, 20, 21, 30),
  negativeOffsets: Uint32Array.of(0, 2, 2, 3),
  negatives: Uint32Array.of(11, 12, 31),
};

describe("someCases", () => {
  it("keeps the cases of the users asked for, with what is theirs", () => {
    expect(someCases(candidates, (user) => user !== 2)).toEqual({
      split: "test",
      users: Uint32Array.of(5, 9),
      positiveOffsets: Uint32Array.of(0, 2, 3),
      positives: Uint32Array.of(20, 21, 30),
      negativeOffsets: Uint32Array.of(0, 0, 1),
      negatives: Uint32Array.of(31),
    });
  });

  it("keeps all, or none", () => {
    expect(someCases(candidates, () => true)).toEqual(candidates);
    expect(someCases(candidates, () => false).users).toHaveLength(0);
  });
});

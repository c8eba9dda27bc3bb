/** Which items compete under each protocol, and how the protocol is put in words. */
import { describe, expect, it } from "@jest/globals";
import { evaluateSplit, metricsDocument } from "../../../pipelines/measures/evaluate-split.ts";
import { fullCatalogueCandidates } from "../../../src/dataset/evaluation-candidates.ts";
import type { Scorer } from "../../../src/ranker/scorer.ts";
import { interactionsOf, smallDataset } from "../../support/data/small-dataset.ts";

const dataset = { directory: "nowhere", ...smallDataset() };

/** Item 0 first, item 5 last. */
const scorer: Scorer = {
  users: 3,
  items: 6,
  pairs: async (_, items) => Float32Array.from(items, (item) => -item),
  catalogue: async (users) => Float32Array.from({ length: users.length * 6 }, (_, at) => -(at % 6)),
};

describe("evaluateSplit", () => {
  it("ranks against the dataset's frozen candidates", async () => {
    const options = { scorer, dataset, candidates: "sampled", ks: [1] } as const;
    // Test: 1 before 3 4 5; 4 behind 2 and 3; the same for user 2.
    const test = await evaluateSplit({ ...options, usersSample: null, split: "test" });
    expect([...test.perUser.ranks]).toEqual([1, 3, 3]);
    expect(test.protocol).toBe("leave-last-out, 1+3 candidates by hand, ties against");
    const validation = await evaluateSplit({ ...options, usersSample: null, split: "validation" });
    expect([...validation.perUser.users]).toEqual([0, 1]);
    expect(validation.protocol).toBe("leave-last-out, 1+2 sampled candidates, ties against");
  });

  it("masks train items in validation, but nothing that is still to come", async () => {
    const { perUser, protocol } = await evaluateSplit({
      usersSample: null,
      scorer,
      dataset,
      split: "validation",
      candidates: "full",
      ks: [1],
    });
    // User 0, item 3, has 0 and 2: only 1 stands before, although it is their test item. User 1, item 2, has 0 and 1.
    expect([...perUser.ranks]).toEqual([2, 1]);
    expect(protocol).toBe("leave-last-out, full catalogue without train items, ties against");
  });

  it("masks train and validation items in test", async () => {
    const { perUser, protocol } = await evaluateSplit({
      usersSample: null,
      scorer,
      dataset,
      split: "test",
      candidates: "full",
      ks: [1],
    });
    // User 0, item 1, has 0. User 1, item 4, has 0 1 2: behind 3. User 2, item 4, has 0 1: behind 2 and 3.
    expect([...perUser.ranks]).toEqual([1, 2, 3]);
    expect(protocol).toBe("leave-last-out, full catalogue without train and validation items, ties against");
  });

  it("masks what is known beside the splits as train items are, and says so", async () => {
    const known = {
      ...dataset,
      known: interactionsOf([
        [1, 3],
        [2, 2],
      ]),
    };
    const { perUser, protocol } = await evaluateSplit({
      usersSample: null,
      scorer,
      dataset: known,
      split: "test",
      candidates: "full",
      ks: [1],
    });
    // As above without 3 for user 1, and without 2 for user 2.
    expect([...perUser.ranks]).toEqual([1, 1, 2]);
    expect(protocol).toContain("full catalogue without train and validation items and what else is known, ties");
    const validation = await evaluateSplit({
      usersSample: null,
      scorer,
      dataset: known,
      split: "validation",
      candidates: "full",
      ks: [1],
    });
    expect([...validation.perUser.ranks]).toEqual([2, 1]); // 1, not known, before 3; none before 2
  });

  it("ranks the catalogue unasked where nothing else can be ranked against", async () => {
    const bare = {
      ...dataset,
      candidatesValidation: fullCatalogueCandidates("validation", dataset.validation),
      candidatesTest: fullCatalogueCandidates("test", dataset.test),
    };
    const options = { scorer, split: "test", ks: [1] } as const;
    const unasked = await evaluateSplit({ ...options, usersSample: null, dataset: bare, candidates: null });
    expect(unasked).toEqual(await evaluateSplit({ ...options, usersSample: null, dataset: bare, candidates: "full" }));
    const frozen = await evaluateSplit({ ...options, usersSample: null, dataset, candidates: null });
    expect(frozen).toEqual(await evaluateSplit({ ...options, usersSample: null, dataset, candidates: "sampled" }));
  });

  it("refuses to sample where no candidates were sampled", async () => {
    const bare = { ...dataset, candidatesTest: fullCatalogueCandidates("test", dataset.test) };
    await expect(
      evaluateSplit({ usersSample: null, scorer, dataset: bare, split: "test", candidates: "sampled", ks: [1] }),
    ).rejects.toThrow("--candidates full");
  });
});

describe("a sample of users", () => {
  it("is ranked alone, and stands in the protocol's name and in the record", async () => {
    const asked = { scorer, dataset, split: "test", candidates: "full", ks: [1] } as const;
    const evaluation = await evaluateSplit({ ...asked, usersSample: 2 });
    expect(evaluation.protocol).toMatch(/, ties against, 2 of 3 users \(seed 11\)$/);
    expect(evaluation.users).toBe(2);
    const all = await evaluateSplit({ ...asked, usersSample: null });
    for (const [at, user] of evaluation.perUser.users.entries()) {
      expect(evaluation.perUser.ranks[at]).toBe(all.perUser.ranks[all.perUser.users.indexOf(user)]);
    }
    expect(metricsDocument({ evaluation, validationSample: null }).usersSample).toEqual({ users: 2, of: 3, seed: 11 });
    expect(await evaluateSplit({ ...asked, usersSample: 3 })).toEqual(all);
    expect("usersSample" in metricsDocument({ evaluation: all, validationSample: null })).toBe(false);
  });
});

describe("metricsDocument", () => {
  it("says what was measured on what, and the epoch only where there was one", async () => {
    const evaluation = await evaluateSplit({
      usersSample: null,
      scorer,
      dataset,
      split: "test",
      candidates: "sampled",
      ks: [1],
    });
    const document = metricsDocument({ evaluation, validationSample: null });
    expect(document).toMatchObject({ split: "test", users: 3, tieRate: 0, protocol: evaluation.protocol });
    expect(document.metrics["HR@1"]).toBeCloseTo(1 / 3, 12);
    expect("epoch" in document).toBe(false);
    const validation = { "HR@1": 0.5 };
    expect(metricsDocument({ evaluation, epoch: 3, validation, validationSample: null })).toEqual({
      ...document,
      epoch: 3,
      validation,
    });
  });
});

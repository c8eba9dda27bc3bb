import { expect, it } from "@jest/globals";
import { evaluateSplit } from "../../../pipelines/measures/evaluate-split.ts";
import { scoresToRank, watchedScorer } from "../../../pipelines/measures/watched-scorer.ts";
import type { Scorer } from "../../../src/ranker/scorer.ts";
import { smallDataset } from "../../support/data/small-dataset.ts";

const dataset = { directory: "nowhere", ...smallDataset() };
const scorer: Scorer = {
  users: 3,
  items: 6,
  pairs: async (_, items) => Float32Array.from(items, (item) => -item),
  catalogue: async (users) => Float32Array.from({ length: users.length * 6 }, (_, at) => -(at % 6)),
};

it.each(["sampled", "full"] as const)(
  "tells of the scores that ranking under %s takes, and changes none",
  async (candidates) => {
    let scored = 0;
    const watched = watchedScorer(scorer, (count) => {
      scored += count;
    });
    const options = { dataset, split: "test", candidates, ks: [1], usersSample: null } as const;
    expect(await evaluateSplit({ ...options, scorer: watched })).toEqual(await evaluateSplit({ ...options, scorer }));
    expect(scored).toBe(scoresToRank(dataset.candidatesTest, candidates, 6));
    // Three users of one item and three others each; or of all six.
    expect(scored).toBe(candidates === "sampled" ? 12 : 18);
  },
);

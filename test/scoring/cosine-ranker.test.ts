/** Cosines as a ranker's logits, by hand. */
import { expect, it } from "@jest/globals";
import { withScorer } from "../../pipelines/measures/with-scorer.ts";
import { referenceEngine } from "../../src/engine/reference/reference-engine.ts";
import { cosineRanker } from "../../src/scoring/cosine-ranker.ts";
import { toUnitInPlace } from "../../src/scoring/similar-items.ts";

it("has as logits the cosines of its owners with the others, 0 for a zero", async () => {
  const vectors = Float32Array.of(3, 4, 0, 0, 0, 2); // of items 0, 1 and 2
  toUnitInPlace(vectors, 2);
  const ranker = cosineRanker(vectors, 2, { owners: Uint32Array.of(2, 1), others: Uint32Array.of(0, 1, 2) });
  const scores = await withScorer(referenceEngine, ranker, (scorer) => scorer.catalogue(Uint32Array.of(0, 1)));
  // (0, 1) with (3, 4) / 5, with (0, 0), with itself; (0, 0) with all.
  const expected = [4 / 5, 0, 1, 0, 0, 0];
  for (const [at, value] of expected.entries()) expect(scores[at]).toBeCloseTo(value, 6); // float32
});

/** What fold-in refuses of a run, by name. */
import { describe, expect, it } from "@jest/globals";
import { openFoldInOfRun } from "../../../pipelines/fold-in/fold-in-of-run.ts";
import { defaultInitializers, initializeParameters } from "../../../src/ranker/initialize.ts";
import { noPaths } from "../../support/engines/no-paths.ts";

const spec = { ...noPaths, users: 2, items: 3, dot: 2 };
const rows = {
  spec,
  parameters: initializeParameters(spec, defaultInitializers, 1),
  users: Uint32Array.of(0, 1),
  items: Uint32Array.of(0, 1, 2),
};
const runOf = (loss: string) => ({ directory: "models/shop/x", config: { loss, negatives: 4, seed: 1 } });

describe("folding into a run", () => {
  it("is refused for a loss, negatives or a similarity that it does not know, and where no user is left", () => {
    expect(() => openFoldInOfRun({ ...rows, run: runOf("softmax") })).toThrow(
      "models/shop/x: trained with loss softmax, but fold-in knows bce and bpr alone",
    );
    const popular = { ...runOf("bce"), config: { ...runOf("bce").config, negativesFrom: "popularity" } };
    expect(() => openFoldInOfRun({ ...rows, run: popular })).toThrow("fold-in knows uniform ones alone");
    const cosine = { ...spec, cosineTemperature: 0.1 };
    expect(() => openFoldInOfRun({ ...rows, spec: cosine, run: runOf("bce") })).toThrow("with similarity cosine");
    expect(() => openFoldInOfRun({ ...rows, run: runOf("bce"), users: new Uint32Array(0) })).toThrow(
      "models/shop/x: knows no user who has interactions in train",
    );
    expect(openFoldInOfRun({ ...rows, run: runOf("bpr") })).toBeDefined();
  });
});

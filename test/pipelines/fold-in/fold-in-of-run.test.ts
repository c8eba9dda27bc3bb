/** What fold-in needs of a run. */
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
  itemCounts: Uint32Array.of(2, 1, 1),
};
const run = { directory: "models/shop/x", config: { loss: "bpr", negatives: 4, seed: 1 } };

describe("folding into a run", () => {
  it("needs a user who says what rows are like", () => {
    expect(() => openFoldInOfRun({ ...rows, run, users: new Uint32Array(0) })).toThrow(
      "models/shop/x: knows no user who has interactions in train",
    );
    expect(openFoldInOfRun({ ...rows, run })).toBeDefined();
  });
});

/** The three ways in which a LAWN run is no LAWN run, each said in one line. */
import { describe, expect, it } from "@jest/globals";
import { lawnWarning } from "../../../pipelines/train/lawn-warning.ts";
import { parseConfig } from "../../../src/config/parse.ts";
import { trainSchema } from "../../../src/config/schemas/train-schema.ts";
import type { EpochRecord } from "../../../src/runs/training-log.ts";

const configWith = (flags: Record<string, string>) => parseConfig({ schema: trainSchema, layers: [], flags });

/** Ten steps an epoch; `constrained` is the number of held blocks, of 5, at each epoch's end. */
const recordsOf = (pass: EpochRecord["pass"], constrained: readonly number[]): EpochRecord[] =>
  constrained.map((constrainedBlocks, index) => ({
    pass,
    epoch: index + 1,
    step: 10 * (index + 1),
    loss: 0.5,
    learningRate: 0.01,
    samplesPerSecond: 1,
    seconds: 1,
    measuringSeconds: 0,
    validation: null,
    diagnostics: null,
    phase: constrainedBlocks > 0 ? "constrained" : "free",
    lawn: { constrainedBlocks, blocks: 5, zeroBlocks: 0, keptBlocks: 0 },
  }));

describe("lawnWarning", () => {
  it("names the switch norm that no block reached", () => {
    const config = configWith({ "lawn-switch-norm": "99", optimizer: "lawn-adamw" });
    expect(lawnWarning(config, recordsOf("train", [0, 0]), { pass: "train", epoch: 2 })).toBe(
      "warning: LAWN never acted on the ranker that is kept: no block has reached --lawn-switch-norm 99; it is one of plain adamw",
    );
  });

  it("names the free phase that outlasted the run, as it was given", () => {
    const records = recordsOf("train", [0, 0]);
    const bySteps = configWith({ "lawn-free-steps": "20" }); // the switch stands before step 21, which never came
    expect(lawnWarning(bySteps, records, { pass: "train", epoch: 1 })).toContain(
      "its free phase (--lawn-free-steps 20) was not over after the 20 steps of 2 epochs; it is one of plain adam",
    );
    const byEpochs = configWith({ "lawn-free-epochs": "2.5" });
    expect(lawnWarning(byEpochs, records, { pass: "train", epoch: 1 })).toContain("(--lawn-free-epochs 2.5)");
  });

  it("says when validation chose an epoch before the switch", () => {
    const records = recordsOf("train", [0, 0, 5]);
    expect(lawnWarning(configWith({}), records, { pass: "train", epoch: 2 })).toContain(
      "validation chose epoch 2, and blocks are held from epoch 3 on",
    );
  });

  it("is silent where a block was held, and where LAWN was not asked for", () => {
    const records = recordsOf("train", [0, 1, 5]);
    expect(lawnWarning(configWith({}), records, { pass: "train", epoch: 2 })).toBeNull();
    expect(lawnWarning(configWith({ optimizer: "adam" }), records, { pass: "train", epoch: 1 })).toBeNull();
  });

  it("judges a refit by its own epochs", () => {
    const records = [...recordsOf("train", [0, 5, 5]), ...recordsOf("refit", [0])];
    expect(lawnWarning(configWith({}), records, { pass: "refit", epoch: 1 })).toContain(
      "was not over after the 10 steps",
    );
  });
});

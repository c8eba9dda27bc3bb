/** How the image example compares: searches of equal budgets, AdamW's decay, intervals, and going on after a stop. */
import { appendFileSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, it } from "@jest/globals";
import { useBackend } from "../../../support/engines/tfjs-backends.ts";
import { useTemporaryFolder } from "../../../support/stages/temporary-folder.ts";

const folder = path.resolve(import.meta.dirname, "../../../../docs/examples/images");
const { armNames, drawSetting, makeOptimizer } = await import(path.join(folder, "arms.mjs"));
const { finalTable, intervalText } = await import(path.join(folder, "tables.mjs"));
const { runStudy } = await import(path.join(folder, "trials.mjs"));

const settings = (arm: string, trials: number): readonly Record<string, number>[] =>
  Array.from({ length: trials }, (_, trial) => drawSetting(arm, { trial, trials, seed: 1 }));

describe("a search", () => {
  it("has one rate in each part of the range, the same for every arm of adam's", () => {
    const rates = settings("adam", 5).map(({ rate }) => rate!);
    const parts = rates.map((rate) => Math.floor((5 * Math.log(rate / 3e-4)) / Math.log(1e-1 / 3e-4)));
    expect(parts.toSorted()).toEqual([0, 1, 2, 3, 4]);
    for (const arm of ["adamw", "lawn(adam)"]) expect(settings(arm, 5).map(({ rate }) => rate)).toEqual(rates);
    expect(Object.keys(settings("lawn(adam)", 1)[0]!)).toEqual(["rate", "freeShare"]);
  });
});

describe("adamw", () => {
  it("takes the rate's share of the decay off every weight, and the others nothing", async () => {
    const tf = await useBackend("cpu");
    const weight = tf.variable(tf.tensor1d([2, -4]));
    const decayed = (arm: string, setting: object) => {
      makeOptimizer(arm, setting, { model: null, steps: 10 }).decay([weight], 0.5);
      return [...weight.dataSync()];
    };
    expect(decayed("adam", { rate: 1 })).toEqual([2, -4]);
    expect(decayed("adamw", { rate: 1, decay: 0.5 })).toEqual([1.5, -3]); // 1 - .5 * .5
  });
});

describe("an interval", () => {
  it("is Student's", () => {
    // Mean 2, standard deviation 1, t of 2 degrees 4.303: 4.303 / sqrt(3).
    expect(intervalText([1, 2, 3])).toBe("2.00 ± 2.48");
    expect(intervalText([1, 2, 3], true)).toBe("+2.00 ± 2.48");
    expect(intervalText([5])).toBe("5.00");
  });
});

describe("a study", () => {
  const temporary = useTemporaryFolder();
  const plan = { cells: [{ data: "mnist-1d", model: "mlp", batch: 4000 }], trials: 2, seeds: 1 };
  const line = (arm: string, role: string, index: number, testError: number) => {
    const outcome = { trainLoss: 1, trainError: 0.5, testError, testLoss: 1, logit: 1, seconds: 1 };
    const setting = role === "search" ? settings(arm, 2)[index] : { rate: index };
    return `${JSON.stringify({ trials: 2, cell: plan.cells[0], arm, role, index, setting, outcome })}\n`;
  };
  const run = () => runStudy({ plan, file: temporary("study.jsonl"), progress: () => {}, now: () => 0 });

  it("that is done trains nothing again, and its table pairs the seeds", async () => {
    const text = armNames
      .flatMap((arm: string) => [line(arm, "search", 0, 0.5), line(arm, "search", 1, 0.4), line(arm, "final", 0, 0.25)])
      .join("");
    writeFileSync(temporary("study.jsonl"), text);
    const records = await run();
    expect(readFileSync(temporary("study.jsonl"), "utf8")).toBe(text);
    expect(records).toHaveLength(12);
    expect(finalTable(records)).toContain("| mnist-1d | mlp | 4,000 | adamw | 25.00 | 0.00 |");
  });

  it("refuses a file of other trials, and one that a crash has torn", async () => {
    const text = readFileSync(temporary("study.jsonl"), "utf8");
    appendFileSync(temporary("study.jsonl"), '{"trials":2,');
    await expect(run()).rejects.toThrow("half a line");
    writeFileSync(temporary("study.jsonl"), text.replaceAll('"trials":2', '"trials":9'));
    await expect(run()).rejects.toThrow("9 trials, this one has 2");
  });
});

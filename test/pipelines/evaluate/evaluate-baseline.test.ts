/** Baselines as `evaluate` runs them: tuned on validation or as given, on train or refitted, and recorded. */
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "@jest/globals";
import { evaluateStage } from "../../../pipelines/evaluate/evaluate.ts";
import { readMetrics } from "../../../pipelines/runs/metrics-file.ts";
import { parseConfig } from "../../../src/config/parse.ts";
import { evaluateSchema } from "../../../src/config/schemas/evaluate-schema.ts";
import { smallDataset, withoutValidationCases, writeDatasetFolder } from "../../support/data/small-dataset.ts";
import { silentContext } from "../../support/stages/silent-context.ts";

let folder: string;
beforeEach(async () => {
  folder = mkdtempSync(path.join(tmpdir(), "baseline-"));
  await writeDatasetFolder(path.join(folder, "small"), smallDataset());
});
afterEach(() => rmSync(folder, { recursive: true }));

const evaluate = async (flags: Record<string, string | boolean>, log: (line: string) => void = () => {}) => {
  const given = { "data-root": folder, "models-root": folder, dataset: "small", k: "1", ...flags };
  const config = parseConfig({ schema: evaluateSchema, layers: [], flags: given });
  return evaluateStage.run(config, { ...silentContext, log });
};

describe("a tuned baseline", () => {
  it.each([
    ["item-knn", 15, ["neighbours", "shrinkage"]],
    ["pure-svd", 5, ["factors"]],
    ["ease", 6, ["regularization"]],
  ])("%s tries its grid on validation and records every trial", async (baseline, trials, names) => {
    const lines: string[] = [];
    const output = path.join(folder, baseline);
    const { text } = await evaluate({ baseline, output, engine: baseline === "ease" ? "reference" : "auto" }, (line) =>
      lines.push(line),
    );
    const written = await readMetrics(output);
    expect(written?.baseline).toMatchObject({ chosenBy: "NDCG@1", fittedOn: ["train"] });
    expect(written?.baseline?.trials).toHaveLength(trials);
    expect(Object.keys(written?.baseline?.parameters ?? {})).toEqual(names);
    const values = written!.baseline!.trials.map(({ value }) => value);
    const best = written!.baseline!.trials[values.indexOf(Math.max(...values))];
    expect(written?.baseline?.parameters).toEqual(best?.parameters); // the first of the best
    expect(written?.validation?.["NDCG@1"]).toBe(Math.max(...values));
    expect(text).toMatch(/chosen by validation NDCG@1 \(.*\); fitted on train in/);
    expect(lines.filter((line) => line.includes(`/${trials} `))).toHaveLength(trials);
  });

  it("takes values as they are given, and looks at validation only for the rest", async () => {
    const given = { baseline: "ials", factors: "2", regularization: "0.1", "unobserved-weight": "0.5" };
    const { json, text } = await evaluate({ ...given, engine: "reference" });
    expect(json.choice).toMatchObject({
      chosenBy: null,
      parameters: { factors: 2, regularization: 0.1, unobservedWeight: 0.5, iterations: 12 },
      trials: [],
    });
    expect(json.validation).toBeUndefined();
    expect(text).toContain(
      "factors 2, regularization 0.1, unobservedWeight 0.5, iterations 12, as given; fitted on train",
    );
    const some = await evaluate({ baseline: "item-knn", neighbours: "3" });
    expect((some.json.choice as { trials: unknown[] }).trials).toHaveLength(3);
  });

  it("is fitted on train and validation under --refit, after the choice", async () => {
    // Only validation links item 2 to item 1 (user 1 has both); user 0 has item 2 and is tested on item 1.
    const plain = await evaluate({ baseline: "item-knn", neighbours: "5", shrinkage: "0" });
    const refit = await evaluate({ baseline: "item-knn", neighbours: "5", shrinkage: "0", refit: true });
    expect(refit.json.choice).toMatchObject({ fittedOn: ["train", "validation"] });
    expect((refit.json as { auc: number }).auc).not.toBe((plain.json as { auc: number }).auc);
  });

  it("says of popularity too that it counted validation", async () => {
    const { json, text } = await evaluate({ baseline: "popularity", refit: true });
    expect(json.choice).toMatchObject({ chosenBy: null, parameters: {}, fittedOn: ["train", "validation"] });
    expect(text).toContain("\nfitted on train and validation in 0.0 s");
  });

  it("keeps what it chose, and chooses anew where that is damaged", async () => {
    const first = await evaluate({ baseline: "item-knn" });
    const lines: string[] = [];
    const log = (line: string) => void lines.push(line);
    const again = await evaluate({ baseline: "item-knn" }, log);
    expect(again.json.choice).toMatchObject({ parameters: (first.json.choice as { parameters: object }).parameters });
    expect(lines).toEqual([expect.stringMatching(/^item-knn: .*, as chosen before on this data$/)]);
    const [name] = readdirSync(path.join(folder, "baselines/small"));
    const file = path.join(folder, "baselines/small", name!);
    writeFileSync(file, readFileSync(file, "utf8").replace('"seconds":', '"seconds":1'));
    lines.length = 0;
    await evaluate({ baseline: "item-knn" }, log);
    expect(lines[0]).toMatch(/^warning: .*its seal is not that of its content; it is fitted anew$/);
    expect(lines.filter((line) => line.includes("/15 "))).toHaveLength(15);
  });

  it("needs validation items, or every value", async () => {
    await writeDatasetFolder(path.join(folder, "blind"), withoutValidationCases(smallDataset()));
    await expect(evaluate({ dataset: "blind", baseline: "item-knn" })).rejects.toThrow(
      "no validation items to choose on; give neighbours, shrinkage",
    );
  });

  it("refuses what it would not use", async () => {
    await expect(evaluate({ baseline: "ease", factors: "3" })).rejects.toThrow(
      "--factors is 3: ease has no such parameter",
    );
    await expect(evaluate({ baseline: "popularity", threads: "2" })).rejects.toThrow("popularity needs no engine");
    await expect(evaluate({ baseline: "ease", seed: "2" })).rejects.toThrow(
      "only the baselines random, pure-svd and ials",
    );
    await expect(evaluate({ baseline: "ease", refit: true, split: "validation" })).rejects.toThrow("has seen it");
    await expect(evaluate({ baseline: "random", refit: true })).rejects.toThrow("only a baseline that is fitted");
    await expect(evaluate({ baseline: "nonesuch" })).rejects.toThrow("expected one of random, popularity, item-knn");
  });
});

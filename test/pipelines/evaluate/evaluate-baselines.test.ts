/** Several baselines side by side: the figures of each are those it has alone, and what cannot be fitted says why. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "@jest/globals";
import { evaluateStage } from "../../../pipelines/evaluate/evaluate.ts";
import type { EvaluatedBaselines } from "../../../pipelines/evaluate/evaluate-baselines.ts";
import { readMetrics } from "../../../pipelines/runs/metrics-file.ts";
import { parseConfig } from "../../../src/config/parse.ts";
import { evaluateSchema } from "../../../src/config/schemas/evaluate-schema.ts";
import { takeLock } from "../../../src/files/lock-file.ts";
import { runFiles } from "../../../src/runs/run-directory.ts";
import { smallDataset, withoutValidationCases, writeDatasetFolder } from "../../support/data/small-dataset.ts";
import { silentContext } from "../../support/stages/silent-context.ts";

let folder: string;
beforeEach(async () => {
  folder = mkdtempSync(path.join(tmpdir(), "baselines-"));
  await writeDatasetFolder(path.join(folder, "small"), smallDataset());
});
afterEach(() => rmSync(folder, { recursive: true }));

const evaluate = async (flags: Record<string, string | boolean>, context = silentContext) => {
  const given = { "data-root": folder, "models-root": folder, dataset: "small", k: "1", ...flags };
  return evaluateStage.run(parseConfig({ schema: evaluateSchema, layers: [], flags: given }), context);
};
const several = async (flags: Record<string, string | boolean>, context = silentContext) => {
  const { json, text } = await evaluate(flags, context);
  return { table: json as EvaluatedBaselines, text }; // several were asked for
};

describe("several baselines", () => {
  it("stand in one table, each with the figures and the choice it has alone", async () => {
    const { table, text } = await several({ baseline: "ease,item-knn,popularity", engine: "reference" });
    expect(table.baselines.map(({ baseline }) => baseline)).toEqual(["popularity", "item-knn", "ease"]);
    expect(table.leftOut).toEqual([]);
    for (const { baseline, metrics, tieRate, parameters, chosenBy } of table.baselines) {
      const { json } = await evaluate({ baseline, ...(baseline === "ease" ? { engine: "reference" } : {}) });
      expect({ metrics, tieRate }).toEqual({ metrics: json.metrics, tieRate: json.tieRate });
      expect(json.choice ?? { parameters: {} }).toMatchObject({ parameters });
      expect(chosenBy?.metric ?? null).toBe(baseline === "popularity" ? null : "NDCG@1");
    }
    const lines = text.split("\n");
    expect(lines[0]).toMatch(/^baselines on small, test: .*; \d+ users$/);
    expect(lines[1]).toMatch(/HR@1 +NDCG@1 +Recall@1 +fit s +evaluate s +parameters$/);
    expect(lines[3]).toMatch(/^ {2}item-knn .* neighbours \d+, shrinkage \d+$/);
  });

  it("are all of them where all is said, and one that does not fit is a line with its reason", async () => {
    const context = { ...silentContext, freeMemoryBytes: () => 10 };
    const { table, text } = await several({ baseline: "all", engine: "reference" }, context);
    expect(table.baselines.map(({ baseline }) => baseline)).toEqual([
      "random",
      "popularity",
      "item-knn",
      "pure-svd",
      "ials",
    ]);
    expect(table.leftOut).toEqual([{ baseline: "ease", reason: expect.stringContaining("GB are free") }]);
    expect(text).toMatch(/\n {2}ease +left out: --baseline ease inverts a matrix of .* are free/);
  });

  it("are an error where none of them can be fitted", async () => {
    await writeDatasetFolder(path.join(folder, "blind"), withoutValidationCases(smallDataset()));
    await expect(several({ dataset: "blind", baseline: "item-knn,ease" })).rejects.toThrow("no validation items");
  });

  it("are written as the table and a folder each", async () => {
    const output = path.join(folder, "out");
    const { table, text } = await several({ baseline: "popularity,item-knn", output, refit: true });
    const { seal, ...written } = JSON.parse(readFileSync(path.join(output, "baselines.json"), "utf8"));
    expect(seal).toEqual(expect.anything());
    const { directory, ...rest } = table;
    expect([written, directory]).toEqual([rest, output]);
    expect((await readMetrics(path.join(output, "item-knn")))?.metrics).toEqual(table.baselines[1]?.metrics);
    expect(text).toContain("\nfitted on train and validation, after the choice");
  });

  it("are an error, and no line of the table, where another process writes to a folder of theirs", async () => {
    const output = path.join(folder, "busy");
    mkdirSync(path.join(output, "item-knn"), { recursive: true });
    const release = await takeLock(path.join(output, "item-knn", runFiles.lock), { ...silentContext, processId: 2 });
    await expect(several({ baseline: "popularity,item-knn", output })).rejects.toThrow("is at work here");
    await release();
    expect((await several({ baseline: "popularity,item-knn", output })).table.leftOut).toEqual([]);
  });

  it("refuse what is of one baseline alone, and what none of them would use", async () => {
    await expect(evaluate({ baseline: "ease,ials", regularization: "3" })).rejects.toThrow("give them to one alone");
    await expect(evaluate({ baseline: "ease,ease" })).rejects.toThrow("expected each baseline once");
    await expect(evaluate({ baseline: "ease,nonesuch" })).rejects.toThrow("some of them as a list");
    await expect(evaluate({ baseline: "all", "protocol-check": true })).rejects.toThrow("one by one");
    await expect(evaluate({ baseline: "popularity,random", threads: "2" })).rejects.toThrow(
      "none of these baselines needs",
    );
    await expect(evaluate({ baseline: "popularity,ease", seed: "2" })).rejects.toThrow("draw anything");
    await expect(evaluate({ baseline: "all", run: "latest" })).rejects.toThrow("in place of a run");
  });
});

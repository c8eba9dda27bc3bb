/** Baselines in place of a run: their own best items, in one go and in shards, for all items or some. */
import { readFile, writeFile } from "node:fs/promises";
import { describe, expect, it } from "@jest/globals";
import type { ScoreResult } from "../../../pipelines/score/finish-job.ts";
import { scoreStage } from "../../../pipelines/score/score.ts";
import { parseConfig } from "../../../src/config/parse.ts";
import { readRows, useScoreFolder } from "../../support/stages/score-folder.ts";
import { silentContext } from "../../support/stages/silent-context.ts";

const { temporary, roots } = useScoreFolder();
const knn = { baseline: "item-knn", neighbours: "5", shrinkage: "0" };

async function score(flags: Record<string, string | boolean>) {
  const given = { ...roots, dataset: "board", k: "4", unknown: "skip", ...flags };
  return scoreStage.run(parseConfig({ schema: scoreStage.schema, layers: [], flags: given }), silentContext);
}

describe("score --baseline", () => {
  it("writes the baseline's best unseen items, and says which baseline with which parameters", async () => {
    const output = temporary("knn.arrow");
    const { json, text } = await score({ ...knn, output });
    expect(json).toMatchObject({ baseline: { name: "item-knn", parameters: { neighbours: 5, shrinkage: 0 } } });
    expect(json).not.toHaveProperty("checkpoint");
    expect(text).toContain("rows with baseline item-knn");
    const rows = await readRows(output);
    const [first, second] = rows;
    expect(first?.score).toBeGreaterThanOrEqual(second!.score);
  });

  it("gives the same bytes in shards", async () => {
    const [whole, output] = [temporary("whole.csv"), temporary("parts.csv")];
    await score({ ...knn, output: whole });
    for (const shard of ["1/2", "0/2"]) await score({ ...knn, output, shard });
    await score({ ...knn, output, shards: "2", merge: true });
    expect(await readFile(output)).toEqual(await readFile(whole));
  });

  it("scores allowed items alone as it scores all", async () => {
    const [all, some] = [temporary("all.arrow"), temporary("some.arrow")];
    await writeFile(temporary("allowed.csv"), "item\nitem-3\nitem-8\nitem-20\n");
    await score({ ...knn, k: "24", output: all });
    await score({ ...knn, allow: temporary("allowed.csv"), output: some });
    const allowed = (await readRows(all)).filter(({ item }) => ["item-3", "item-8", "item-20"].includes(item));
    const plain = (rows: Awaited<ReturnType<typeof readRows>>) =>
      rows.map(({ user, item, score }) => [user, item, score]);
    expect(plain(await readRows(some))).toEqual(plain(allowed));
  });

  it("chooses on validation what is not given, and keeps the choice", async () => {
    const { json } = await score({ baseline: "pure-svd", output: temporary("svd.csv") });
    const { parameters } = (json as ScoreResult).baseline!;
    expect([8, 16, 32, 64, 128]).toContain(parameters.factors);
  });

  it("refuses what it would not use", async () => {
    const output = temporary("none.csv");
    await expect(score({ ...knn, output, factors: "3" })).rejects.toThrow("item-knn has no such parameter");
    await expect(score({ ...knn, output, engine: "native" })).rejects.toThrow("item-knn needs no engine");
    await expect(score({ ...knn, output, run: "once" })).rejects.toThrow("in place of a run");
    await expect(score({ baseline: "random", output })).rejects.toThrow("expected one of popularity, item-knn");
  });
});

/** --similar: lists of items like an item, as a server has them, by runs and by baselines. */
import { writeFile } from "node:fs/promises";
import { describe, expect, it } from "@jest/globals";
import { load } from "../../../library/serve.ts";
import { tableColumns } from "../../../pipelines/score/publish/postgres-lists.ts";
import { scoreStage } from "../../../pipelines/score/score.ts";
import { readColumns } from "../../../src/arrow/read-columns.ts";
import { parseConfig } from "../../../src/config/parse.ts";
import { boardItems, useScoreFolder } from "../../support/stages/score-folder.ts";
import { silentContext } from "../../support/stages/silent-context.ts";

const { temporary, roots, score, bytes } = useScoreFolder();
const similar = { similar: true, unknown: "error", k: "5" };

async function lists(file: string) {
  const columns = await readColumns(file);
  expect(columns.names).toEqual(["item_id", "similar_item_id", "rank", "score"]);
  const [items, others] = [columns.strings("item_id"), columns.strings("similar_item_id")];
  const [ranks, scores] = [columns.uint32("rank"), columns.float32("score")];
  return items.map((item, row) => ({ item, other: others[row]!, rank: ranks[row]!, score: scores[row]! }));
}

async function ofBaseline(flags: Record<string, string | boolean>) {
  const output = temporary("baseline.arrow");
  const given = { ...roots, dataset: "board", ...similar, ...flags, output };
  await scoreStage.run(parseConfig({ schema: scoreStage.schema, layers: [], flags: given }), silentContext);
  return lists(output);
}

describe("score --similar", () => {
  it("gives each item the list of a server", async () => {
    const { json } = await score({ ...similar, output: temporary("all.arrow") });
    const found = await lists(temporary("all.arrow"));
    expect(json).toMatchObject({ counts: { users: boardItems }, settings: { similar: true } });
    using ranker = await load(`${roots["models-root"]}/board/once`, {
      dataset: `${roots["data-root"]}/board`,
      engine: "reference",
    });
    for (const item of ["item-0", "item-13"]) {
      const own = found.filter((row) => row.item === item);
      const expected = await ranker.similar(item, 5);
      expect(own.map(({ other }) => other)).toEqual(expected.map((one) => one.item));
      for (const [at, { score: cosine }] of own.entries()) expect(cosine).toBeCloseTo(expected[at]!.score, 5);
      expect(own.map(({ rank }) => rank)).toEqual([1, 2, 3, 4, 5]);
    }
  });

  it("gives the same bytes in shards and blocks, and listed items the lists they have among all", async () => {
    await score({ ...similar, output: temporary("whole.jsonl") });
    const output = temporary("parts.jsonl");
    for (const shard of ["2/3", "0/3", "1/3"]) await score({ ...similar, output, shard, "batch-size": "4" });
    await score({ ...similar, output, shards: "3", merge: true });
    expect(await bytes("parts.jsonl")).toEqual(await bytes("whole.jsonl"));
    const [first] = (await bytes("whole.jsonl")).toString().split("\n");
    expect(first).toContain('{"item_id":"item-0","similar_item_id":"item-');
    await writeFile(temporary("some.csv"), "item\nitem-3\nitem-3\nitem-8\n");
    await score({ ...similar, items: temporary("some.csv"), output: temporary("some.arrow") });
    await score({ ...similar, output: temporary("all.arrow") });
    const all = (await lists(temporary("all.arrow"))).filter(({ item }) => item === "item-3" || item === "item-8");
    expect(await lists(temporary("some.arrow"))).toEqual(all);
  });

  it("lists allowed items alone, down to a least similarity", async () => {
    await writeFile(temporary("allowed.csv"), "item\nitem-1\nitem-2\nitem-3\n");
    const output = temporary("allowed.arrow");
    await score({ ...similar, allow: temporary("allowed.csv"), output });
    const found = await lists(output);
    expect(new Set(found.map(({ other }) => other))).toEqual(new Set(["item-1", "item-2", "item-3"]));
    expect(found.filter(({ item }) => item === "item-1")).toHaveLength(2); // not itself
    await score({ ...similar, "minimum-score": "0.5", output });
    expect((await lists(output)).every(({ score: cosine }) => cosine >= 0.5)).toBe(true);
  });

  it("goes by a baseline's own similarities, neighbours alone of item-KNN", async () => {
    const near = await ofBaseline({ baseline: "item-knn", neighbours: "3", shrinkage: "0" });
    expect(near.every(({ score: value }) => value > 0 && value <= 1.000001)).toBe(true);
    expect(near.filter(({ item }) => item === "item-4")).toHaveLength(3); // of k = 5
    // The board's items are taken with those of their own colour.
    expect(near.every(({ item, other }) => (Number(item.slice(5)) - Number(other.slice(5))) % 2 === 0)).toBe(true);
    const ease = await ofBaseline({ baseline: "ease", regularization: "10" });
    expect(ease.filter(({ item }) => item === "item-4")).toHaveLength(5);
    const svd = await ofBaseline({ baseline: "pure-svd", factors: "8" });
    expect(Math.max(...svd.map(({ score: cosine }) => cosine))).toBeLessThan(1.000001);
  });

  it("refuses popularity, settings that are about users, and unknown items as --unknown says", async () => {
    const output = temporary("refused.csv");
    await expect(ofBaseline({ baseline: "popularity" })).rejects.toThrow("not which are alike");
    await writeFile(temporary("lost.csv"), "item\nitem-3\nitem-99\n");
    const lost = { ...similar, items: temporary("lost.csv"), output };
    await expect(score(lost)).rejects.toThrow('1 item id is unknown to the dataset ("item-99")');
    expect((await score({ ...lost, unknown: "skip" })).json).toMatchObject({ selection: { unknownItems: 1 } });
    for (const flags of [{ users: "u.csv" }, { profiles: "p.csv" }, { "exclude-seen": true }, { where: "true" }]) {
      await expect(score({ ...similar, output, ...flags })).rejects.toThrow("has lists of items, not of users");
    }
    await expect(score({ ...similar, output, unknown: "popular" })).rejects.toThrow("popular items are not similar");
    await expect(score({ output, items: "i.csv" })).rejects.toThrow("only --similar has lists of items");
  });

  it("has a table of its own names in PostgreSQL", () => {
    const columns = tableColumns({ of: "items", userIds: "utf8", itemIds: "utf8", hasSource: false });
    expect(columns.map(({ name }) => name)).toEqual(["item_id", "similar_item_id", "rank", "score"]);
  });
});

/** What cleaning leaves out is known all the same: where it is written, what it keeps out, and how to be rid of it. */
import { existsSync } from "node:fs";
import { afterEach, beforeEach, describe, expect, it } from "@jest/globals";
import { loadDataset } from "../../../pipelines/dataset/stored-dataset.ts";
import { readColumns } from "../../../src/arrow/read-columns.ts";
import { IngestFolder } from "../../support/data/ingest-folder.ts";

let folder: IngestFolder;
beforeEach(() => {
  folder = new IngestFolder();
});
afterEach(() => folder.remove());

/** 4 users and 9 items, each user with 7; ratings 1 to 5. */
const ROWS = Array.from({ length: 28 }, (_, k) => {
  const [user, turn] = [k % 4, Math.floor(k / 4)];
  return { user: 11 + user, item: 21 + ((turn + 2 * user) % 9), rating: 1 + ((turn + user) % 5), time: 1.6e9 + k };
});
const csv = (rows: readonly Record<string, unknown>[]): string =>
  [Object.keys(rows[0]!).join(","), ...rows.map((row) => Object.values(row).join(","))].join("\n");
const ingest = (rows: readonly Record<string, unknown>[], more: Record<string, string | boolean> = {}) =>
  folder.ingest({ raw: folder.write("log.csv", csv(rows)), candidates: "full", ...more });

async function pairsOf(name: string): Promise<string[]> {
  const [users, items] = [await folder.ids("user"), await folder.ids("item")];
  const columns = await readColumns(folder.file(name));
  const itemColumn = columns.uint32("item");
  return Array.from(columns.uint32("user"), (user, row) => `${users[user]} ${items[itemColumn[row]!]}`);
}
const inSplits = async (): Promise<Set<string>> =>
  new Set((await Promise.all(["train.arrow", "validation.arrow", "test.arrow"].map(pairsOf))).flat());

/** Of the pairs, those whose user and item are in the vocabularies and which no split has. */
async function expectedOf(rows: readonly { readonly user: unknown; readonly item: unknown }[]): Promise<string[]> {
  const [users, items, splits] = [await folder.ids("user"), await folder.ids("item"), await inSplits()];
  const left = rows.filter(({ user, item }) => users.includes(String(user)) && items.includes(String(item)));
  return [...new Set(left.map(({ user, item }) => `${user} ${item}`))].filter((pair) => !splits.has(pair)).sort();
}

describe("known.arrow", () => {
  it.each([
    ["--min-rating", { "min-rating": "3" }],
    ["--where", { where: "rating >= 3" }],
    ["--where over ids that are words", { where: "rating >= 3 AND item <> 'odd'" }],
    ["both filters", { where: "rating <> 5", "min-rating": "2" }],
  ])("has what %s leaves out", async (_, flags) => {
    const odd = { user: 11, item: "odd", rating: 1, time: 1.6e9 };
    const rows = JSON.stringify(flags).includes("odd") ? [...ROWS, odd] : ROWS;
    const { text, json } = await ingest(rows, flags);
    const found = await pairsOf("known.arrow");
    expect(found.length).toBeGreaterThan(0);
    expect(found).toEqual(await expectedOf(rows));
    expect(text).toContain(`${found.length} pairs of these stay known`);
    expect(json.knownPairs).toBe(found.length);
    expect(folder.description().warnings).not.toContainEqual(expect.stringContaining("forgotten"));
    const dataset = await loadDataset(folder.file(""));
    expect(dataset.known.length).toBe(found.length);
  });

  it("has rows of weight 0, and pairs whose last row is rated low although an earlier one was not", async () => {
    const weights = ROWS.map((row, k) => ({ ...row, weight: k % 5 === 0 ? 0 : 1 }));
    await ingest(weights, { "weight-column": "weight" });
    expect(await pairsOf("known.arrow")).toEqual(await expectedOf(ROWS));

    const again = { ...ROWS.find(({ rating }) => rating === 5)!, rating: 1, time: 1.7e9 };
    await ingest([...ROWS, again], { "min-rating": "2" });
    expect(await pairsOf("known.arrow")).toContain(`${again.user} ${again.item}`);
  });

  it("has nothing of k-core, which leaves out whole users and items", async () => {
    const rare = { user: 11, item: 99, rating: 1, time: 1.6e9 };
    await ingest([...ROWS, rare], { "min-item-interactions": "2" });
    expect(await folder.ids("item")).not.toContain("99");
    expect(existsSync(folder.file("known.arrow"))).toBe(false);
  });

  it("is not there where nothing was left out, or where that is forgotten: the data have the hash they had", async () => {
    const without = await ingest(ROWS);
    expect(existsSync(folder.file("known.arrow"))).toBe(false);
    expect(folder.description()).not.toHaveProperty("known");
    const filtered = await ingest(ROWS, { where: "true", "min-rating": "0" });
    expect(filtered.json.contentHash).toBe(without.json.contentHash);

    const known = await ingest(ROWS, { "min-rating": "3" });
    const forgotten = await ingest(ROWS, { "min-rating": "3", "forget-filtered": true });
    expect(existsSync(folder.file("known.arrow"))).toBe(false);
    expect(forgotten.json.contentHash).not.toBe(known.json.contentHash);
    expect(forgotten.json.knownPairs).toBe(0);
    await ingest(ROWS, { where: "rating > 2", "forget-filtered": true });
    expect(existsSync(folder.file("known.arrow"))).toBe(false);
  });

  it("keeps known items out of sampled candidates", async () => {
    const flags = { "min-rating": "3", candidates: "sampled", negatives: "1" };
    await ingest(ROWS, flags);
    const known = new Set(await pairsOf("known.arrow"));
    const candidates = [...(await pairsOf("candidates-test.arrow")), ...(await pairsOf("candidates-validation.arrow"))];
    expect(candidates.length).toBeGreaterThan(0);
    expect(candidates.filter((pair) => known.has(pair))).toEqual([]);
  });

  it("is checked where a dataset is read, and made anew where it is gone", async () => {
    await ingest(ROWS, { "min-rating": "3" });
    const before = await pairsOf("known.arrow");
    folder.write("data/t/known.arrow", "damaged");
    await expect(loadDataset(folder.file(""))).rejects.toThrow(/known\.arrow: has 7 bytes, but ingest wrote/);
    expect((await ingest(ROWS, { "min-rating": "3" })).json.status).toBe("done");
    expect(await pairsOf("known.arrow")).toEqual(before);
    expect((await ingest(ROWS, { "min-rating": "3" })).json.status).toBe("up-to-date");
  });
});

/** `--items-file`: titles and features beside the log, in each of the shapes that are known. */
import { afterEach, beforeEach, describe, expect, it } from "@jest/globals";
import { readItemInfo } from "../../../../pipelines/dataset/item-info-file.ts";
import { readDescription } from "../../../../pipelines/dataset/stored-dataset.ts";
import { IngestFolder } from "../../../support/data/ingest-folder.ts";

let folder: IngestFolder;
let raw: string;
beforeEach(() => {
  folder = new IngestFolder();
  const rows = Array.from({ length: 24 }, (_, k) => `${k % 4},${10 + ((k * 5) % 7)},5,${k}`);
  raw = folder.write("raw/ratings.csv", ["userId,movieId,rating,timestamp", ...rows].join("\n"));
});
afterEach(() => folder.remove());

const info = async () => {
  const directory = folder.file("");
  return readItemInfo({ directory, description: await readDescription(directory) });
};
const ingest = (items: string, more: Record<string, string> = {}) =>
  folder.ingest({ raw, candidates: "full", "items-file": items, ...more });

describe("an items file", () => {
  it("as movies.csv, with quoted titles and without genres", async () => {
    const { text } = await ingest(
      folder.write(
        "movies.csv",
        'movieId,title,genres\n10,"Ten, the",Drama|War\n12,Twelve,(no genres listed)\n99,Not here,War\n',
      ),
    );
    const found = await info();
    const ids = await folder.ids("item");
    expect(found?.titles).toEqual(ids.map((id) => ({ "10": "Ten, the", "12": "Twelve" })[id] ?? ""));
    expect(found?.features[ids.indexOf("10")]).toEqual(["Drama", "War"]);
    expect(found?.features[ids.indexOf("12")]).toEqual([]);
    expect(text).toContain("titles of 2 items, features of 1, from the items file");
  });

  it("as movies.dat in Latin-1, its ids translated", async () => {
    const file = folder.write("movies.dat", Buffer.from("500::Léon (1994)::Crime|Drama\n501::Heat::Crime\n", "latin1"));
    await ingest(file, { "item-id-map": folder.write("map.tsv", "500\t11\n501\t77\n") });
    const found = await info();
    const ids = await folder.ids("item");
    expect(found?.titles[ids.indexOf("11")]).toBe("Léon (1994)");
    expect(found?.features[ids.indexOf("11")]).toEqual(["Crime", "Drama"]);
    expect(found?.titles.filter((title) => title !== "")).toHaveLength(1);
  });

  it("is of the encoding that --encoding says, where one line is too little to tell", async () => {
    const rows = ["10,Ten,War", "11,Caf\xe9 \x80,Crime", ...Array.from({ length: 60 }, (_, k) => `${k + 900},x,War`)];
    const file = folder.write("items.csv", Buffer.from(`id,title,genres\n${rows.join("\n")}\n`, "latin1"));
    await ingest(file, { encoding: "windows-1252" });
    const found = await info();
    expect(found?.titles[(await folder.ids("item")).indexOf("11")]).toBe("Café €");
    expect(folder.lines.join("\n")).toMatch(
      /items\.csv: 1 lines are not UTF-8; read as windows-1252, as --encoding says/,
    );
  });

  it("as u.item, a column of 0 and 1 for each genre", async () => {
    const flags = (...on: number[]) => Array.from({ length: 19 }, (_, k) => (on.includes(k) ? 1 : 0)).join("|");
    await ingest(
      folder.write("u.item", `10|Ten (1995)|01-Jan-1995||http://x|${flags(1, 18)}\n11|Eleven|||u|${flags(0)}\n`),
    );
    const found = await info();
    const ids = await folder.ids("item");
    expect(found?.features[ids.indexOf("10")]).toEqual(["Action", "Western"]);
    expect(found?.features[ids.indexOf("11")]).toEqual(["unknown"]);
  });

  it("with rows that cannot be read is refused by name, or told of within --max-bad-rows", async () => {
    const good = Array.from({ length: 6 }, (_, k) => `${10 + k},T${k}`);
    const lines = ["id,title", ...good.slice(0, 2), ",no id", "NA,nobody", '15,"open', ...good.slice(2)];
    const file = folder.write("items.csv", lines.join("\n"));
    await expect(ingest(file)).rejects.toThrow(
      /rows are malformed.*--max-bad-rows 0\.001.*\n.*items\.csv:4: the item id is missing/,
    );
    const { text } = await ingest(
      folder.write("items.csv", lines.filter((line) => !line.includes("open")).join("\n")),
      {
        "max-bad-rows": "0.3",
      },
    );
    expect(text).toMatch(
      /2 rows of the items file could not be read\n.*items\.csv:4: the item id is missing\n.*items\.csv:5/,
    );
    const cut = folder.write(
      "items.jsonl",
      `${good.map((line) => JSON.stringify({ id: line.split(",")[0], title: "T" })).join("\n")}\n{"id":`,
    );
    await expect(ingest(cut)).rejects.toThrow(/1 of 7 rows.*\n.*items\.jsonl:7: nothing readable in it/);
    const objects = folder.write("items.jsonl", '{"id":{"of":1},"title":"T"}');
    await expect(ingest(objects)).rejects.toThrow('column "id" is of type STRUCT');
  });

  it("leaves the content hash alone, and is read again when it changes", async () => {
    const without = await folder.ingest({ raw, candidates: "full" });
    const first = await ingest(folder.write("items.tsv", "id\ttitle\n10\tA\n"));
    expect(first.json.contentHash).toBe(without.json.contentHash);
    expect(await ingest(folder.file("../../items.tsv"))).toMatchObject({ json: { status: "up-to-date" } });
    await ingest(folder.write("items.tsv", "id\ttitle\n10\tAnother\n"));
    expect((await info())?.titles).toContain("Another");
  });

  it("that has no item of the log is warned of", async () => {
    await ingest(folder.write("items.tsv", "id\ttitle\n700\tA\n"));
    expect(folder.lines.join("\n")).toContain("the items file has no item of the log");
  });

  it("without ids or titles, and a map without items, are refused", async () => {
    await expect(ingest(folder.write("items.tsv", "id\tyear\n10\t1999\n"))).rejects.toThrow(
      "--items-file items.tsv: no title column among id, year",
    );
    await expect(folder.ingest({ raw, candidates: "full", "item-id-map": "x" })).rejects.toThrow("needs --items-file");
    await expect(ingest("/nowhere/items.csv")).rejects.toThrow("/nowhere/items.csv: cannot be read");
  });
});

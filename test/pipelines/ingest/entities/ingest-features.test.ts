/** `--item-features` and `--user-features`: columns of files beside the log as sides of the ranker. */
import { afterEach, beforeEach, describe, expect, it } from "@jest/globals";
import { type DatasetSides, readSides, type SideName } from "../../../../pipelines/dataset/feature-files.ts";
import { readDescription } from "../../../../pipelines/dataset/stored-dataset.ts";
import { rowMeaning } from "../../../../src/ranker/feature-schema.ts";
import { IngestFolder } from "../../../support/data/ingest-folder.ts";

let folder: IngestFolder;
let raw: string;
beforeEach(() => {
  folder = new IngestFolder();
  // Users a to d, each with items 10 to 15 once; the last two of each are held out: 12 of all four users in test, and
  // 11 in validation. So 11 and 12 have no rows in train, 10, 13, 14 and 15 have four each.
  const rows = ["a", "b", "c", "d"].flatMap((user) =>
    [10, 13, 14, 15, 11, 12].map((item, time) => `${user},${item},${time}`),
  );
  raw = folder.write("raw/log.csv", ["user,item,time", ...rows].join("\n"));
});
afterEach(() => folder.remove());

const sides = async (): Promise<DatasetSides> => {
  const directory = folder.file("");
  return readSides({ directory, description: await readDescription(directory) });
};
const ingest = (flags: Record<string, string>) => folder.ingest({ raw, candidates: "full", ...flags });

/** What an entity is made of: "#n" for the row of the id n, else feature=value, with the weight. */
function entriesOf(all: DatasetSides, name: SideName, entity: number): Record<string, number> {
  const matrix = all[name]!;
  const { features, ids } = all.schema[name]!;
  const [first, end] = [matrix.offsets[entity]!, matrix.offsets[entity + 1]!];
  return Object.fromEntries(
    Array.from(matrix.rowIndices.subarray(first, end), (row, k) => {
      const feature = features.find(({ firstRow, rows }) => row >= firstRow && row < firstRow + rows);
      const key = row < ids ? `#${row}` : `${feature!.name}=${rowMeaning(feature!, row)}`;
      return [key, Number(matrix.weights[first + k]!.toFixed(4))];
    }),
  );
}

const ITEMS = [
  "id,title,brand,price,tags",
  "10,Ten,Acme,1,red;blue",
  "11,Eleven,Acme,9,red;green", // green is of no item of train
  "12,Twelve,Dune,,", // so is Dune
  "13,Thirteen,Acme,3,red",
  "14,Fourteen,Bolt,5,red;blue;pink", // Bolt and pink are there once
  "15,Fifteen,,7,",
  "99,Ninety-nine,Acme,4,red",
].join("\n");

describe("features of items", () => {
  it("are categories, lists and standardised numbers, learnt from items of train alone", async () => {
    await ingest({ "items-file": folder.write("items.csv", ITEMS), "item-features": "brand, price:number, tags:list" });
    const all = await sides();
    const items = await folder.ids("item");
    const of = (id: string) => entriesOf(all, "items", items.indexOf(id));
    // Prices of 10, 13, 14, 15 are 1, 3, 5, 7: mean 4, deviation sqrt((9 + 1 + 1 + 9) / 4) = sqrt(5).
    expect(all.schema.items?.features[1]).toMatchObject({ mean: 4, deviation: Math.sqrt(5), rows: 2 });
    expect(all.schema.items?.features[0]).toMatchObject({ kind: "category", values: ["Acme"], hasOther: true });
    expect(all.schema.items?.features[2]).toMatchObject({ kind: "list", values: ["blue", "red"], separator: ";" });
    expect(of("10")).toEqual({ "#0": 1, "brand=Acme": 1, "price=(value)": -1.3416, "tags=blue": 0.5, "tags=red": 0.5 });
    expect(of("14")).toEqual({
      "#4": 1,
      "brand=(other)": 1,
      "price=(value)": 0.4472, // 1 / sqrt(5)
      "tags=(other)": 0.3333,
      "tags=blue": 0.3333,
      "tags=red": 0.3333,
    });
    expect(of("15")).toEqual({ "#5": 1, "brand=(missing)": 1, "price=(value)": 1.3416, "tags=(missing)": 1 });
  });

  it("are all that stands for an item without rows in train; its unknown values are rare ones", async () => {
    await ingest({ "items-file": folder.write("items.csv", ITEMS), "item-features": "brand, price:number, tags:list" });
    const all = await sides();
    const items = await folder.ids("item");
    // (9 - 4) / sqrt(5) = 2.2361
    expect(entriesOf(all, "items", items.indexOf("11"))).toEqual({
      "brand=Acme": 1,
      "price=(value)": 2.2361,
      "tags=(other)": 0.5,
      "tags=red": 0.5,
    });
    expect(entriesOf(all, "items", items.indexOf("12"))).toEqual({
      "brand=(other)": 1,
      "price=(missing)": 1,
      "tags=(missing)": 1,
    });
  });

  it("give unknown values no row where nothing in train is rare", async () => {
    await ingest({
      "items-file": folder.write("items.csv", ITEMS),
      "item-features": "brand, tags:list",
      "feature-min-count": "1",
    });
    const all = await sides();
    const items = await folder.ids("item");
    expect(all.schema.items?.features[0]).toMatchObject({ values: ["Acme", "Bolt"], hasOther: false, rows: 3 });
    expect(entriesOf(all, "items", items.indexOf("11"))).toEqual({ "brand=Acme": 1, "tags=red": 1 });
    expect(entriesOf(all, "items", items.indexOf("12"))).toEqual({ "brand=(missing)": 1, "tags=(missing)": 1 });
  });

  it("are counted and told of", async () => {
    const lines = `${ITEMS}\n10,Ten,Acme,1,red;blue;blue;red`;
    const { text, json } = await ingest({
      "items-file": folder.write("items.csv", lines),
      "item-features": "brand, price, tags",
      "feature-list-limit": "2",
    });
    expect(text).toContain(
      [
        "  features of items, 8 rows behind those of 6 ids; 1 repeated rows, of which the last counts, 1 rows of items that are not in the dataset",
        "    brand:category (proposed), 3 rows; 1 missing, 1 rare values in one row, 1 values unknown to train",
        "    price:number (proposed), 2 rows; 1 missing",
        "    tags:list=; (proposed), 3 rows; 2 missing, 1 values unknown to train, 2 lists cut",
      ].join("\n"),
    );
    expect(json).toMatchObject({ features: { items: { found: { withoutRow: 0, repeatedRows: 1, rowsOfOthers: 1 } } } });
  });

  it("of another content are another dataset; none leave the hash as it was", async () => {
    const hashes: unknown[] = [];
    const hashAfter = async (flags: Record<string, string>) => {
      await ingest(flags);
      hashes.push(folder.description().contentHash);
    };
    const file = folder.write("items.csv", ITEMS);
    await hashAfter({});
    await hashAfter({ "items-file": file });
    await hashAfter({ "items-file": file, "item-features": "price:number" });
    folder.write("items.csv", ITEMS.replace("13,Thirteen,Acme,3", "13,Thirteen,Acme,2"));
    await hashAfter({ "items-file": file, "item-features": "price:number" });
    expect(hashes[1]).toBe(hashes[0]);
    expect(new Set(hashes).size).toBe(3);
  });

  it("are buckets whose edges are quantiles of train, and lists of JSON", async () => {
    const rows = [
      { id: 10, year: 1990, tags: ["a", "b"] },
      { id: 11, year: 2050, tags: [] },
      { id: 12, year: null, tags: null },
      { id: 13, year: 1991, tags: ["a"] },
      { id: 14, year: 1992, tags: ["a", "b"] },
      { id: 15, year: 1993 },
    ];
    const file = folder.write("items.jsonl", rows.map((row) => JSON.stringify(row)).join("\n"));
    await ingest({ "items-file": file, "item-features": "year:buckets=2, tags" });
    const all = await sides();
    const items = await folder.ids("item");
    expect(all.schema.items?.features).toMatchObject([
      { kind: "buckets", edges: [1992] },
      { kind: "list", values: ["a", "b"], separator: null },
    ]);
    expect(entriesOf(all, "items", items.indexOf("10"))).toEqual({
      "#0": 1,
      "year=below 1992": 1,
      "tags=a": 0.5,
      "tags=b": 0.5,
    });
    expect(entriesOf(all, "items", items.indexOf("11"))).toEqual({ "year=from 1992": 1, "tags=(missing)": 1 });
  });
});

describe("new items", () => {
  it("stand behind those of the log, without an id's row, if they are kept", async () => {
    const file = folder.write("items.csv", `${ITEMS}\n7,Seven,Bolt,2,blue`);
    const { text } = await ingest({ "items-file": file, "item-features": "brand", "new-items": "keep" });
    expect(await folder.ids("item")).toEqual(["10", "11", "12", "13", "14", "15", "7", "99"]);
    const all = await sides();
    expect(all.items).toMatchObject({ entities: 8, ids: 6 });
    expect(entriesOf(all, "items", 6)).toEqual({ "brand=(other)": 1 });
    expect(entriesOf(all, "items", 7)).toEqual({ "brand=Acme": 1 });
    expect(text).toContain("2 items are in the items file alone, and known by their features");
  });

  it("are refused by name where their ids are not like those of the log", async () => {
    const file = folder.write("items.csv", `${ITEMS}\nSKU-7,Seven,Bolt,2,blue`);
    await expect(ingest({ "items-file": file, "item-features": "brand", "new-items": "keep" })).rejects.toThrow(
      "1 ids of the items file (such as SKU-7) are no whole numbers",
    );
  });
});

describe("--split items", () => {
  it("keeps whole items out of training; they stand last, without an id's row", async () => {
    const { text } = await ingest({
      split: "items",
      "held-out-items": "0.17", // of 6 items, one for validation and one for test
      "items-file": folder.write("items.csv", ITEMS),
      "item-features": "price:number",
      "new-items": "keep",
    });
    const items = await folder.ids("item");
    expect(items.slice(0, 4)).toEqual([...items.slice(0, 4)].sort());
    expect([...items].sort()).toEqual(["10", "11", "12", "13", "14", "15", "99"]);
    expect(items[6]).toBe("99");
    expect(folder.description()).toMatchObject({
      trainedItems: 4,
      split: { kind: "items", counts: { heldOutItems: 2 } },
    });
    const itemsOf = async (part: "train" | "validation" | "test") =>
      [...new Set((await folder.pairs(part)).map(([, item]) => item))].sort();
    expect(await itemsOf("train")).toEqual(items.slice(0, 4));
    expect([...(await itemsOf("validation")), ...(await itemsOf("test"))].sort()).toEqual(items.slice(4, 6).sort());
    const all = await sides();
    expect(all.items?.ids).toBe(4);
    for (const item of [4, 5, 6]) expect(Object.keys(entriesOf(all, "items", item))).toHaveLength(1);
    expect(text).toContain("(items; full catalogue, seen items masked)");
  });

  it("does not go with settings of other splits", async () => {
    await expect(ingest({ split: "items", "validation-share": "0.1" })).rejects.toThrow(
      "--held-out-items is the share",
    );
    await expect(ingest({ "held-out-items": "0.1" })).rejects.toThrow("only split items takes it");
    await expect(ingest({ split: "items", "held-out-items": "0.5" })).rejects.toThrow("nothing to train on");
  });
});

describe("features of users", () => {
  it("come with --users-file alone, of kinds that the values tell; columns that say nothing are named", async () => {
    const users = ["user,plan,age,email", "a,free,30,a@x", "b,paid,40,b@x", "c,free,50,c@x", "d,paid,60.5,d@x"];
    const { text } = await ingest({ "users-file": folder.write("users.csv", users.join("\n")) });
    const { schema } = await sides();
    expect(schema.items).toBeNull();
    expect(schema.users?.features.map(({ name, kind }) => `${name}:${kind}`)).toEqual(["plan:category", "age:number"]);
    expect(text).toContain("    email left out: 4 values in 4 rows say too little");
  });

  it("are translated by --user-id-map", async () => {
    const users = folder.write("users.csv", "id,plan\n1,free\n2,paid\n3,free\n4,paid\n5,paid");
    await ingest({
      "users-file": users,
      "user-features": "plan",
      "user-id-map": folder.write("map.csv", "theirs,ours\n1,a\n2,b\n3,c\n4,d\n"),
    });
    const all = await sides();
    expect([0, 1, 2, 3].map((user) => entriesOf(all, "users", user))).toEqual([
      { "#0": 1, "plan=free": 1 },
      { "#1": 1, "plan=paid": 1 },
      { "#2": 1, "plan=free": 1 },
      { "#3": 1, "plan=paid": 1 },
    ]);
  });
});

describe("what cannot be a feature", () => {
  it.each([
    ["brnd", 'items.csv: no column "brnd" for a feature among id, title, brand, price, tags'],
    ["brand:number", 'feature "brand": nobody and nothing in train has a number there'],
    ["title:buckets", 'feature "title": nobody and nothing in train has a number there'],
  ])("%s is refused by name", async (features, message) => {
    const flags = { "items-file": folder.write("items.csv", ITEMS), "item-features": features };
    await expect(ingest(flags)).rejects.toThrow(message);
  });

  it("is a file of other ids, or flags without a file", async () => {
    const file = folder.write("items.csv", "id,brand\n1,x\n2,y\n");
    await expect(ingest({ "items-file": file, "item-features": "brand" })).rejects.toThrow(
      "has no item with rows in train; where its ids are others than the log's, map them with --item-id-map",
    );
    await expect(ingest({ "item-features": "brand" })).rejects.toThrow("needs --items-file");
    await expect(ingest({ "new-items": "keep", "items-file": file })).rejects.toThrow("needs --item-features");
    await expect(ingest({ "feature-min-count": "3" })).rejects.toThrow("there are no features");
  });
});

/** Rows that weigh: a column of weights or of kinds of events, in every format, and what is written of them. */
import { afterEach, beforeEach, describe, expect, it } from "@jest/globals";
import { loadDataset } from "../../../pipelines/dataset/stored-dataset.ts";
import { readColumns } from "../../../src/arrow/read-columns.ts";
import { openColumnWriter } from "../../../src/arrow/write-columns.ts";
import { openParquetWriter } from "../../../src/parquet/write-parquet.ts";
import { IngestFolder } from "../../support/data/ingest-folder.ts";

let folder: IngestFolder;
beforeEach(() => {
  folder = new IngestFolder();
});
afterEach(() => folder.remove());

/** 4 users with 6 items each; weights are quarters, exact in float32. */
const ROWS = Array.from({ length: 24 }, (_, k) => ({
  user: 31 + (k % 4),
  item: 5 + ((k * 7) % 13),
  time: 1_600_000_000 + k,
  plays: (1 + (k % 7)) / 4,
  event: ["view", "cart", "purchase"][k % 3]!,
}));
const ingest = (raw: string, more: Record<string, string> = {}) => folder.ingest({ raw, candidates: "full", ...more });
const csv = (rows: readonly Record<string, unknown>[]): string =>
  [Object.keys(rows[0]!).join(","), ...rows.map((row) => Object.values(row).join(","))].join("\n");

/** "user item" -> weight over the three files. */
async function weights(): Promise<Map<string, number>> {
  const found = new Map<string, number>();
  for (const part of ["train", "validation", "test"] as const) {
    const columns = await readColumns(folder.file(`${part}.arrow`));
    const pairs = await folder.pairs(part);
    for (const [row, pair] of pairs.entries()) found.set(pair.join(" "), columns.float32("weight")[row]!);
  }
  return found;
}

/** Of the same columns, whatever the format. */
const SCHEMA = [
  { name: "user", type: "int64" },
  { name: "item", type: "int64" },
  { name: "time", type: "int64" },
  { name: "plays", type: "float32" },
  { name: "event", type: "utf8" },
] as const;

async function writeWith(writer: {
  append(columns: Record<string, BigInt64Array | Float32Array | string[]>): Promise<void>;
  close(): Promise<unknown>;
}): Promise<void> {
  const whole = (name: "user" | "item" | "time") => BigInt64Array.from(ROWS, (row) => BigInt(row[name]));
  await writer.append({
    user: whole("user"),
    item: whole("item"),
    time: whole("time"),
    plays: Float32Array.from(ROWS, ({ plays }) => plays),
    event: ROWS.map(({ event }) => event),
  });
  await writer.close();
}

describe("weights", () => {
  it.each(["log.csv", "log.jsonl", "log.arrow", "log.parquet"])(
    "are read from %s, by column and by event",
    async (name) => {
      const raw = folder.write(name, "");
      if (name === "log.csv") folder.write(name, csv(ROWS));
      else if (name === "log.jsonl") folder.write(name, ROWS.map((row) => JSON.stringify(row)).join("\n"));
      else
        await writeWith(await (name === "log.arrow" ? openColumnWriter(raw, SCHEMA) : openParquetWriter(raw, SCHEMA)));

      await ingest(raw, { "weight-column": "plays" });
      expect(await weights()).toEqual(new Map(ROWS.map(({ user, item, plays }) => [`${user} ${item}`, plays])));
      const { train, validation, test } = await loadDataset(folder.file(""));
      for (const part of [train, validation, test]) expect(part.weights).toHaveLength(part.length);

      await ingest(raw, { "event-column": "event", "event-weights": "view=1,cart=3,*=10" });
      const ofEvents: Record<string, number> = { view: 1, cart: 3, purchase: 10 };
      expect(await weights()).toEqual(new Map(ROWS.map((row) => [`${row.user} ${row.item}`, ofEvents[row.event]])));
      expect(folder.description().weights).toMatchObject({ least: 1, most: 10 });
    },
  );

  it("are there only where a log has them", async () => {
    await ingest(folder.write("log.csv", csv(ROWS)));
    expect((await readColumns(folder.file("train.arrow"))).names).toEqual(["user", "item", "timestamp_ms"]);
    expect(folder.description()).not.toHaveProperty("weights");
    expect((await loadDataset(folder.file(""))).train.weights).toBeNull();
  });

  it.each([
    ["missing", "", /log\.csv:9: the weight is missing/],
    ["a placeholder", "NA", /log\.csv:9: the weight is missing/],
    ["a word", "much", /log\.csv:9: the weight cannot be read, expected a number from 0 such as 2\.5: "much"/],
    ["below 0", "-1", /the weight cannot be read.*"-1"/],
    ["not finite", "inf", /the weight cannot be read.*"inf"/],
    ["beyond float32", "1e39", /the weight cannot be read.*"1e39"/],
  ])("that are %s make a row malformed", async (_, plays, message) => {
    const raw = folder.write("log.csv", csv(ROWS.map((row, k) => (k === 7 ? { ...row, plays } : row))));
    await expect(ingest(raw, { "weight-column": "plays" })).rejects.toThrow(message);
    await ingest(raw, { "weight-column": "plays", "max-bad-rows": "0.1" });
    expect(folder.description()).toMatchObject({ rowsRead: 24, interactions: { train: 15 } });
  });

  it("of 0 leave a row out of training, counted", async () => {
    const raw = folder.write("log.csv", csv(ROWS.map((row, k) => (k === 7 ? { ...row, plays: 0 } : row))));
    const { text } = await ingest(raw, { "weight-column": "plays" });
    expect(text).toContain("1 weightless: of weight 0");
    expect(text).toContain("weights from 0.25 to 1.75, ");
    expect((await weights()).has(`${ROWS[7]!.user} ${ROWS[7]!.item}`)).toBe(false);
  });

  it("of a pair's rows are added up under --duplicates sum, plays without a column counting 1 each", async () => {
    const raw = folder.write("log.csv", csv([...ROWS, ...ROWS.slice(0, 6), ROWS[0]!]));
    await ingest(raw, { "weight-column": "plays", duplicates: "sum" });
    const found = await weights();
    for (const [k, { user, item, plays }] of ROWS.entries()) {
      expect(found.get(`${user} ${item}`)).toBe(plays * (k === 0 ? 3 : k < 6 ? 2 : 1));
    }
    await ingest(raw, { duplicates: "sum" });
    const counts = [...(await weights()).values()].sort();
    expect(counts).toEqual([...Array(18).fill(1), ...Array(5).fill(2), 3]);
  });
});

describe("events", () => {
  it("that are not named are an error that counts them, unless * names the rest", async () => {
    const rows = ROWS.map((row, k) => ({ ...row, event: k < 5 ? "remove" : k === 5 ? "like" : row.event }));
    const raw = folder.write("log.csv", csv(rows));
    const flags = { "event-column": "event", "event-weights": "view=1,cart=3,purchase=10" };
    await expect(ingest(raw, flags)).rejects.toThrow(
      '--event-weights says nothing of 2 kinds of event in 6 rows: "remove" (5), "like" (1); name them there',
    );
    // Rows that nobody wants ask nothing of their events.
    await ingest(raw, { ...flags, where: "event <> 'remove' AND event <> 'like'" });
    await ingest(raw, { ...flags, "event-weights": "view=1,cart=3,purchase=10,*=0" });
    expect(folder.description()).toMatchObject({ weights: { least: 1, most: 10 } });
    expect(await weights()).toHaveProperty("size", 18);
  });

  it("that are missing make a row malformed", async () => {
    const raw = folder.write("log.csv", csv(ROWS.map((row, k) => (k === 7 ? { ...row, event: "" } : row))));
    const flags = { "event-column": "event", "event-weights": "*=1" };
    await expect(ingest(raw, flags)).rejects.toThrow("log.csv:9: the kind of event is missing");
  });
});

describe("what makes no sense is refused by name", () => {
  it.each([
    [{ "event-column": "event" }, '--event-column is "event": needs --event-weights'],
    [{ "event-weights": "view=1" }, "needs --event-column"],
    [{ "weight-column": "plays", "event-column": "event", "event-weights": "view=1" }, "not from both"],
    [{ "event-column": "event", "event-weights": "view" }, '"view" names no event'],
    [{ "weight-column": "much" }, '--weight-column is "much", but the columns are user, item, time, plays, event'],
  ])("%j", async (flags, message) => {
    const raw = folder.write("log.csv", csv(ROWS));
    await expect((async () => ingest(raw, flags as Record<string, string>))()).rejects.toThrow(message);
  });
});

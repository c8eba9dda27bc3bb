/** Files that pyarrow wrote (test/fixtures/arrow), so that the reader is held to another writer than ours. */
import path from "node:path";
import { describe, expect, it } from "@jest/globals";
import { describeColumns, type ForeignBatch, streamColumns } from "../../src/arrow/stream-columns.ts";

const fixture = (name: string): string => path.join(import.meta.dirname, "../fixtures/arrow", name);
const DAY = 86_400_000_000; // microseconds

// Null rows are shown as null. write-fixtures.py says what was written.
const EXPECTED: Readonly<Record<string, readonly [kind: string, values: readonly unknown[]]>> = {
  int8: ["integer", [1n, -2n, null, 4n, 5n]],
  int16: ["integer", [1n, -2n, null, 4n, 5n]],
  int32: ["integer", [1n, -2n, null, 4n, 5n]],
  int64: ["integer", [1n, -2n, null, 4n, 5n]],
  uint8: ["integer", [1n, 2n, null, 4n, 5n]],
  uint16: ["integer", [1n, 2n, null, 4n, 5n]],
  uint32: ["integer", [1n, 2n, null, 4n, 5n]],
  uint64: ["unsigned", [1n, 2n ** 64n - 1n, null, 4n, 5n]],
  float16: ["number", [1.5, -2, 0, 4, 5]],
  float32: ["number", [1.5, -2, null, 4, 5]],
  float64: ["number", [1.5, -2, null, 4, 5]],
  decimal: ["decimal", [125n, -350n, null, 400n, 500n]], // of scale 2
  whole_decimal: ["integer", [-1n, 2n ** 62n, null, 4n, 5n]],
  utf8: ["text", ["a", "né", null, "", "日本 beyond twelve bytes"]],
  large_utf8: ["text", ["a", "né", null, "", "日本 beyond twelve bytes"]],
  utf8_view: ["text", ["a", "né", null, "", "日本 beyond twelve bytes"]],
  dictionary: ["text", ["x", "y", null, "x", "z"]],
  timestamp_s: ["timestamp", [0n, -1_500_000_000n, null, 10n ** 15n, 5_000_000n]],
  timestamp_ms: ["timestamp", [0n, -1_500_000n, null, 10n ** 12n, 5_000n]],
  timestamp_us: ["timestamp", [0n, -1_500n, null, 10n ** 9n, 5n]],
  timestamp_ns: ["timestamp", [0n, -2n, null, 10n ** 6n, 0n]], // -1500 ns is 1.5 us before 1970: down to -2
  timestamp_zone: ["timestamp", [0n, 1n, null, 3n, 4n]],
  // 2020-01-01 is day 18,262.
  date32: ["timestamp", [BigInt(DAY), BigInt(-DAY), null, BigInt(18_262 * DAY), BigInt(18_262 * DAY)]],
  date64: ["timestamp", [BigInt(DAY), BigInt(-DAY), null, BigInt(18_262 * DAY), BigInt(18_262 * DAY)]],
  bool: ["boolean", [1, 0, null, 1, 1]],
};

describe("Arrow from another writer", () => {
  it("gives every common type as a kind of value", async () => {
    const [batch, ...others] = await all(fixture("types.arrow"));
    expect(others).toEqual([]);
    expect(shown(batch!)).toEqual(EXPECTED);
  });

  it("may be a stream of several batches", async () => {
    const batches = await all(fixture("types.arrows"));
    expect(batches.map(({ rows }) => rows)).toEqual([5, 3]);
    const [, second] = batches;
    const rowsTwoToFour = Object.entries(EXPECTED).map(([name, [kind, values]]) => [name, [kind, values.slice(1, 4)]]);
    expect(shown(second!)).toEqual(Object.fromEntries(rowsTwoToFour));
  });

  it("gives the columns asked for, in the order asked for", async () => {
    const [batch] = await all(fixture("types.arrow"), ["utf8", "int8"]);
    expect(Object.keys(batch!.columns)).toEqual(["utf8", "int8"]);
  });

  it("can be described without reading its rows", async () => {
    expect(await describeColumns(fixture("nested.arrow"))).toEqual([
      { name: "user", kind: "integer", storedType: "Int64" },
      { name: "items", kind: null, storedType: "List<Int64>" },
    ]);
  });

  it("is refused when a wanted column is nested, missing or too large for 64 bits", async () => {
    await expect(all(fixture("nested.arrow"))).rejects.toThrow('column "items" is List<Int64>, expected integers');
    expect((await all(fixture("nested.arrow"), ["user"])).map(({ rows }) => rows)).toEqual([2]);
    await expect(all(fixture("nested.arrow"), ["film"])).rejects.toThrow(
      'there is no column "film"; found user, items',
    );
    await expect(all(fixture("huge-decimal.arrow"))).rejects.toThrow(
      "the decimal 18446744073709551616 does not fit 64 bits",
    );
  });
});

function shown(batch: ForeignBatch): Record<string, readonly [string, readonly unknown[]]> {
  return Object.fromEntries(
    Object.entries(batch.columns).map(([name, { kind, values, validity }]) => [
      name,
      [kind, Array.from<unknown, unknown>(values, (value, row) => (validity?.[row] === 0 ? null : value))],
    ]),
  );
}

async function all(name: string, columns?: readonly string[]): Promise<ForeignBatch[]> {
  const batches: ForeignBatch[] = [];
  for await (const batch of streamColumns(name, columns)) batches.push(batch);
  return batches;
}

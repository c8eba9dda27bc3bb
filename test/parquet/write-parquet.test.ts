/**
 * Parquet files of ours: read back by three readers that are not the writer, whole or not there, and
 * the same bytes every time.
 */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { DuckDBInstance } from "@duckdb/node-api";
import { describe, expect, it } from "@jest/globals";
import { parquetMetadata, parquetReadObjects } from "hyparquet";
import parquetjs from "parquetjs-lite";
import type { ParquetColumn } from "../../src/parquet/parquet-columns.ts";
import { openParquetWriter } from "../../src/parquet/write-parquet.ts";
import { useTemporaryFolder } from "../support/stages/temporary-folder.ts";

const temporary = useTemporaryFolder();

const schema: readonly ParquetColumn[] = [
  { name: "user", type: "uint32" },
  { name: "user_id", type: "int64" },
  { name: "item_id", type: "utf8" },
  { name: "score", type: "float32" },
  { name: "popular", type: "bool" },
];

function rows(from: number, to: number) {
  const length = to - from;
  return {
    user: Uint32Array.from({ length }, (_, k) => 4_294_967_295 - from - k),
    user_id: BigInt64Array.from({ length }, (_, k) => 9_007_199_254_740_993n + BigInt(from + k)), // beyond 2^53
    item_id: Array.from({ length }, (_, k) => `it'em "${(from + k) % 50}" é`),
    score: Float32Array.from({ length }, (_, k) => (from + k) / 8 - 100),
    popular: Uint8Array.from({ length }, (_, k) => (from + k) % 2),
  };
}

async function write(name: string, cuts: readonly number[], options = {}) {
  const writer = await openParquetWriter(temporary(name), schema, options);
  for (const [place, to] of cuts.entries()) await writer.append(rows(place === 0 ? 0 : cuts[place - 1]!, to));
  return writer.close();
}

function bytesOf(name: string): ArrayBuffer {
  const bytes = readFileSync(temporary(name));
  return bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength) as ArrayBuffer; // never a shared one
}

const sameRow = {
  user: 4_294_967_292,
  user_id: 9_007_199_254_740_996n,
  item_id: `it'em "3" é`,
  score: -99.625,
  popular: true,
};

describe("a Parquet file", () => {
  it("is read back by hyparquet, DuckDB and parquetjs-lite", async () => {
    const { rows: count } = await write("plain.parquet", [5000]);
    expect(count).toBe(5000);

    const byHyparquet = await parquetReadObjects({ file: bytesOf("plain.parquet") });
    expect(byHyparquet).toHaveLength(5000);
    expect(byHyparquet[3]).toMatchObject({ ...sameRow });

    const connection = await (await DuckDBInstance.create(":memory:")).connect();
    const byDuckDb = await connection.runAndReadAll(`SELECT * FROM '${temporary("plain.parquet")}'`);
    expect(byDuckDb.getRowObjects()[3]).toEqual(sameRow);
    connection.closeSync();

    const reader = await parquetjs.ParquetReader.openFile(temporary("plain.parquet"));
    const cursor = reader.getCursor();
    const byParquetjs = [];
    for (let row = await cursor.next(); row !== null; row = await cursor.next()) byParquetjs.push(row);
    await reader.close();
    expect(byParquetjs).toHaveLength(5000);
    expect(byParquetjs[3]).toMatchObject({ item_id: sameRow.item_id, score: sameRow.score, popular: true });
  });

  it("holds vectors as lists", async () => {
    const file = temporary("vectors.parquet");
    const writer = await openParquetWriter(file, [
      { name: "item", type: "uint32" },
      { name: "vector", type: "vector", width: 3 },
    ]);
    await writer.append({ item: Uint32Array.of(0, 1), vector: Float32Array.of(1, 2, 3, -0.5, 0, 0.25) });
    await writer.close();
    expect(await parquetReadObjects({ file: bytesOf("vectors.parquet") })).toEqual([
      { item: 0, vector: [1, 2, 3] },
      { item: 1, vector: [-0.5, 0, 0.25] },
    ]);
  });

  it("has bytes that its rows decide, not the calls that appended them", async () => {
    const once = await write("once.parquet", [130_000]);
    const often = await write("often.parquet", [1, 2048, 5000, 5000, 129_999, 130_000]);
    expect(often).toEqual(once);
    expect(parquetMetadata(bytesOf("once.parquet")).row_groups).toHaveLength(2); // of 122,880 and 7,120
  });

  it("is compressed as asked", async () => {
    for (const [compression, codec] of Object.entries({
      snappy: "SNAPPY",
      zstd: "ZSTD",
      uncompressed: "UNCOMPRESSED",
    })) {
      await write(`${compression}.parquet`, [3000], { compression });
      const [group] = parquetMetadata(bytesOf(`${compression}.parquet`)).row_groups;
      expect(group?.columns[0]?.meta_data?.codec).toBe(codec);
    }
  });

  it("may be empty", async () => {
    expect(await write("empty.parquet", [])).toMatchObject({ rows: 0 });
    expect(await parquetReadObjects({ file: bytesOf("empty.parquet") })).toEqual([]);
  });

  it("is whole or not there, and leaves no scratch files", async () => {
    const folder = path.dirname(temporary("x"));
    const writer = await openParquetWriter(temporary("half.parquet"), schema);
    await writer.append(rows(0, 10));
    expect(existsSync(temporary("half.parquet"))).toBe(false);
    await writer.abort();
    await writer.abort();
    await write("whole.parquet", [10]);
    expect(readdirSync(folder).filter((name) => !/^[\w-]+\.parquet$/.test(name))).toEqual([]);
    expect(existsSync(temporary("half.parquet"))).toBe(false);
  });
});

describe("what the writer refuses", () => {
  it("columns that are not those it was opened with", async () => {
    await expect(openParquetWriter(temporary("none.parquet"), [])).rejects.toThrow("expected at least one");
    const writer = await openParquetWriter(temporary("wrong.parquet"), schema);
    const good = rows(0, 2);
    await expect(writer.append({ user: good.user })).rejects.toThrow("columns are [user]");
    await expect(writer.append({ ...good, score: good.user })).rejects.toThrow(
      'column "score" is declared float32 but was handed a Uint32Array',
    );
    await expect(writer.append({ ...good, popular: Uint8Array.of(1) })).rejects.toThrow("popular 1");
    await writer.abort();
    await expect(writer.append(good)).rejects.toThrow("append after close or abort");
  });
});

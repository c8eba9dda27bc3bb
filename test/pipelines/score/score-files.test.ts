/**
 * What scoring writes: the same rows in every format, read back by readers of others, and the same
 * bytes however the job is cut.
 */
import { DuckDBInstance } from "@duckdb/node-api";
import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import { parquetMetadata, parquetReadObjects } from "hyparquet";
import parquetjs from "parquetjs-lite";
import { float32Text } from "../../../pipelines/score/output/recommendations.ts";
import { type Row, readRows, useScoreFolder } from "../../support/stages/score-folder.ts";
import { silentContext } from "../../support/stages/silent-context.ts";

const { temporary, score, rows, bytes } = useScoreFolder();

async function fileBytes(name: string): Promise<ArrayBuffer> {
  const content = await bytes(name);
  // Never a shared one.
  return content.buffer.slice(content.byteOffset, content.byteOffset + content.byteLength) as ArrayBuffer;
}

const plain = ({ user_id, item_id, rank, score: value, source }: Record<string, unknown>) => ({
  user: Number(user_id),
  item: String(item_id),
  rank: Number(rank),
  score: Number(value),
  source: String(source),
});

describe("the formats", () => {
  it("Parquet, snappy: DuckDB, hyparquet and parquetjs-lite read the rows of the Arrow file", async () => {
    const expected: Row[] = await rows("all");
    await score({ output: temporary("all.parquet") });
    const connection = await (await DuckDBInstance.create(":memory:")).connect();
    const byDuckDb = await connection.runAndReadAll(`SELECT * FROM '${temporary("all.parquet")}'`);
    expect(byDuckDb.getRowObjects().map(plain)).toEqual(expected);
    connection.closeSync();
    expect((await parquetReadObjects({ file: await fileBytes("all.parquet") })).map(plain)).toEqual(expected);
    const reader = await parquetjs.ParquetReader.openFile(temporary("all.parquet"));
    const cursor = reader.getCursor();
    const found: Row[] = [];
    for (let row = await cursor.next(); row !== null; row = await cursor.next()) found.push(plain(row));
    await reader.close();
    expect(found).toEqual(expected);
    const [group] = parquetMetadata(await fileBytes("all.parquet")).row_groups;
    expect(group?.columns[0]?.meta_data?.codec).toBe("SNAPPY");
  });

  it("Parquet, zstd", async () => {
    await score({ output: temporary("zstd.parquet"), compression: "zstd" });
    const [group] = parquetMetadata(await fileBytes("zstd.parquet")).row_groups;
    expect(group?.columns[0]?.meta_data?.codec).toBe("ZSTD");
    const connection = await (await DuckDBInstance.create(":memory:")).connect();
    const result = await connection.runAndReadAll(`SELECT * FROM '${temporary("zstd.parquet")}'`);
    expect(result.getRowObjects().map(plain)).toEqual(await rows("all"));
    connection.closeSync();
  });

  it("CSV and JSON lines", async () => {
    const expected = await rows("all");
    await score({ output: temporary("all.csv") });
    const [head, ...lines] = (await bytes("all.csv")).toString().trimEnd().split("\n");
    expect(head).toBe("user_id,item_id,rank,score,source");
    const fromCsv = lines.map((line) => {
      const [user_id, item_id, rank, value, source] = line.split(",");
      return plain({ user_id, item_id, rank, score: Math.fround(Number(value)), source });
    });
    expect(fromCsv).toEqual(expected);
    await score({ output: temporary("all.jsonl") });
    const fromJson = (await bytes("all.jsonl"))
      .toString()
      .trimEnd()
      .split("\n")
      .map((line) => {
        const row: Record<string, unknown> = JSON.parse(line);
        return plain({ ...row, score: Math.fround(Number(row.score)) });
      });
    expect(fromJson).toEqual(expected);
  });

  it("a score as text is the shortest that reads back as the same float32", () => {
    expect([0.1, -3.4, 1e-7, 16777216, 1 / 3].map((value) => float32Text(Math.fround(value)))).toEqual([
      "0.1",
      "-3.4",
      "1e-7",
      "16777216",
      "0.33333334",
    ]);
    fc.assert(
      fc.property(fc.float({ noNaN: true, noDefaultInfinity: true }), (value) => {
        expect(Math.fround(Number(float32Text(value)))).toBe(value + 0); // -0 reads back as 0
      }),
    );
  });
});

describe("the bytes", () => {
  it.each(["arrow", "parquet", "csv"])("do not depend on the batch size, nor on shards: %s", async (ending) => {
    const name = (stem: string) => `${stem}.${ending}`;
    await score({ output: temporary(name("whole")) });
    const whole = await bytes(name("whole"));
    for (const size of ["1", "7", "30"]) {
      await score({ output: temporary(name("batch")), "batch-size": size });
      expect(await bytes(name("batch"))).toEqual(whole);
    }
    for (const count of [1, 4, 40]) {
      const output = temporary(name(`shards-${count}`));
      for (let index = count - 1; index >= 0; index--) await score({ output, shard: `${index}/${count}` });
      await score({ output, merge: true, shards: String(count) });
      expect(await bytes(name(`shards-${count}`))).toEqual(whole);
    }
  });

  it("are those of a scorer with more threads and another block, on the native engine", async () => {
    const context = silentContext;
    try {
      await score({ output: temporary("one.parquet"), engine: "native", threads: "1", "batch-size": "3" }, context);
    } catch (error) {
      if (String(error).includes("native")) return console.warn(`skipped: ${String(error)}`);
      throw error;
    }
    await score({ output: temporary("two.parquet"), engine: "native", threads: "2" }, context);
    expect(await bytes("one.parquet")).toEqual(await bytes("two.parquet"));
    await score({ output: temporary("native.arrow"), engine: "native" }, context);
    const [native, reference] = [await readRows(temporary("native.arrow")), await rows("reference")];
    expect(native.map(({ user, rank }) => [user, rank])).toEqual(reference.map(({ user, rank }) => [user, rank]));
    // float32 sums of some ten terms in another order, against float64 ones
    for (const [place, row] of native.entries()) expect(row.score).toBeCloseTo(reference[place]!.score, 5);
  });
});

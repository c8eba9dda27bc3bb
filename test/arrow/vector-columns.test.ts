/** Columns of vectors: lists of a fixed size, read back by the Arrow library itself. */
import { readFileSync } from "node:fs";
import { describe, expect, it } from "@jest/globals";
import { tableFromIPC } from "apache-arrow";
import { openColumnWriter } from "../../src/arrow/write-columns.ts";
import { useTemporaryFolder } from "../support/stages/temporary-folder.ts";

const temporary = useTemporaryFolder();

describe("a column of vectors", () => {
  it("is a fixed-size list of float32, whatever the calls that appended it", async () => {
    const file = temporary("vectors.arrow");
    const writer = await openColumnWriter(file, [
      { name: "item", type: "uint32" },
      { name: "vector", type: "float32", width: 2 },
    ]);
    await writer.append({ item: Uint32Array.of(0), vector: Float32Array.of(1, 2) });
    await writer.append({ item: Uint32Array.of(1, 2), vector: Float32Array.of(3, 4, 5, 6) });
    await writer.close();
    const table = tableFromIPC(readFileSync(file));
    expect(String(table.schema.fields[1]?.type)).toBe("FixedSizeList[2]<Float32>");
    const vectors = [...table].map((row) => [...(row.toJSON().vector as Iterable<number>)]);
    expect(vectors).toEqual([
      [1, 2],
      [3, 4],
      [5, 6],
    ]);
  });

  it("is refused where its rows are not as many as the others', or its width cannot be", async () => {
    const writer = await openColumnWriter(temporary("short.arrow"), [
      { name: "item", type: "uint32" },
      { name: "vector", type: "float32", width: 2 },
    ]);
    const short = { item: Uint32Array.of(0), vector: Float32Array.of(1, 2, 3) };
    await expect(writer.append(short)).rejects.toThrow("item 1, vector 1.5");
    await writer.abort();
    const wrong = [{ name: "x", type: "uint32", width: 2 }] as const;
    await expect(openColumnWriter(temporary("wrong.arrow"), wrong)).rejects.toThrow('"x" is uint32 of width 2');
  });
});

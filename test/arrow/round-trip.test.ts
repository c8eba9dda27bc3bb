/** What is written is what is read, whatever the sizes of the appends; and the bytes depend on the rows alone. */

import { createHash } from "node:crypto";
import { readdir, readFile, stat } from "node:fs/promises";
import path from "node:path";
import { describe, expect, it } from "@jest/globals";
import { tableFromIPC } from "apache-arrow";
import fc from "fast-check";
import type { ColumnSchema, ColumnValues } from "../../src/arrow/column-schema.ts";
import { readColumns } from "../../src/arrow/read-columns.ts";
import { openColumnWriter, ROWS_PER_BATCH, type WrittenColumns } from "../../src/arrow/write-columns.ts";
import { useTemporaryFolder } from "../support/stages/temporary-folder.ts";

const SCHEMA: ColumnSchema = [
  { name: "index", type: "uint32" },
  { name: "time", type: "int64", nullable: true },
  { name: "rating", type: "float32", nullable: true },
  { name: "id", type: "utf8" },
  { name: "kept", type: "bool" },
];

interface Row {
  readonly index: number;
  readonly time: bigint | null;
  readonly rating: number | null;
  readonly id: string;
  readonly kept: boolean;
}

const anyRow: fc.Arbitrary<Row> = fc.record({
  index: fc.nat({ max: 2 ** 32 - 1 }),
  time: fc.option(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n })),
  rating: fc.option(fc.float({ noNaN: true })),
  id: fc.string({ unit: "grapheme" }),
  kept: fc.boolean(),
});

describe("columns", () => {
  const file = useTemporaryFolder();

  it("come back as they went, nulls and all", async () => {
    const name = file("property.arrow");
    await fc.assert(
      fc.asyncProperty(
        fc.array(anyRow, { maxLength: 40 }),
        fc.array(fc.nat({ max: 40 }), { maxLength: 3 }),
        async (rows, cuts) => {
          const written = await writeRows(name, rows, cuts);
          expect(written).toEqual({
            rows: rows.length,
            bytes: (await stat(name)).size,
            sha256: createHash("sha256")
              .update(await readFile(name))
              .digest("hex"),
          });
          expect(await readRows(name)).toEqual(rows);
        },
      ),
      { numRuns: 60 },
    );
  });

  it("give the same bytes however they are appended", async () => {
    const rows = manyRows(1_000);
    const whole = await writeRows(file("whole.arrow"), rows, []);
    const cut = await writeRows(file("cut.arrow"), rows, [1, 7, 500]);
    expect(cut.sha256).toBe(whole.sha256);
  });

  it("stand in record batches of at most 65,536 rows, whatever is appended at once", async () => {
    const length = 2 * ROWS_PER_BATCH + 3;
    const index = Uint32Array.from({ length }, (_, row) => row);
    const writer = await openColumnWriter(file("batches.arrow"), [{ name: "index", type: "uint32" }]);
    await writer.append({ index });
    await writer.close();
    const table = tableFromIPC(await readFile(file("batches.arrow")));
    expect(table.batches.map(({ numRows }) => numRows)).toEqual([ROWS_PER_BATCH, ROWS_PER_BATCH, 3]);
    expect((await readColumns(file("batches.arrow"))).uint32("index")).toEqual(index);
  });

  it("keep nulls apart across batches when only a later batch has one", async () => {
    const length = ROWS_PER_BATCH + 2;
    const validity = new Uint8Array(length).fill(1);
    validity[length - 1] = 0;
    const writer = await openColumnWriter(file("late-null.arrow"), [{ name: "time", type: "int64", nullable: true }]);
    await writer.append({ time: new BigInt64Array(length).fill(5n) }, { time: validity });
    await writer.close();
    expect((await readColumns(file("late-null.arrow"))).validity("time")).toEqual(validity);
  });

  it("can be none at all", async () => {
    await writeRows(file("none.arrow"), [], []);
    const columns = await readColumns(file("none.arrow"));
    expect(columns.rows).toBe(0);
    expect(columns.names).toEqual(["index", "time", "rating", "id", "kept"]);
    expect(columns.uint32("index")).toEqual(new Uint32Array(0));
    expect(columns.strings("id")).toEqual([]);
  });

  it("are read one by one when named", async () => {
    await writeRows(file("named.arrow"), manyRows(3), []);
    const columns = await readColumns(file("named.arrow"), ["id"]);
    expect(columns.names).toEqual(["id"]);
    expect(() => columns.uint32("index")).toThrow('there is no column "index"; found id');
  });
});

describe("a column writer", () => {
  const file = useTemporaryFolder();

  it("leaves the file's own name alone until it is closed", async () => {
    const writer = await openColumnWriter(file("late.arrow"), SCHEMA);
    expect(await readdir(path.dirname(file("x")))).toEqual(["late.arrow.partial"]);
    await writer.abort();
    expect(await readdir(path.dirname(file("x")))).toEqual([]);
  });

  it("leaves nothing behind the block where it was not closed, and the file where it was", async () => {
    for (const name of ["closed.arrow", "left.arrow"]) {
      await using writer = await openColumnWriter(file(name), [{ name: "user", type: "uint32" }]);
      await writer.append({ user: Uint32Array.of(7) });
      if (name === "closed.arrow") await writer.close();
    }
    expect(await readdir(path.dirname(file("x")))).toEqual(["closed.arrow"]);
  });

  it("refuses columns that its schema does not promise", async () => {
    const writer = await openColumnWriter(file("wrong.arrow"), [
      { name: "user", type: "uint32" },
      { name: "item", type: "uint32" },
    ]);
    const two = Uint32Array.of(1, 2);
    await expect(writer.append({ user: two })).rejects.toThrow("append: columns are [user], expected [user, item]");
    await expect(writer.append({ user: two, item: Uint32Array.of(1) })).rejects.toThrow("user 2, item 1");
    await expect(writer.append({ user: two, item: Float32Array.of(1, 2) })).rejects.toThrow(
      'column "item" is declared uint32 but was handed a Float32Array',
    );
    await expect(writer.append({ user: two, item: two }, { item: Uint8Array.of(1, 0) })).rejects.toThrow(
      'column "item" was handed a validity map but is not declared nullable',
    );
    await writer.abort();
  });

  it("refuses a schema with repeated names", async () => {
    const twice = [
      { name: "user", type: "uint32" },
      { name: "user", type: "uint32" },
    ] as const;
    await expect(openColumnWriter(file("twice.arrow"), twice)).rejects.toThrow("names are [user, user]");
  });
});

function manyRows(length: number): Row[] {
  return Array.from({ length }, (_, row) => ({
    index: row,
    time: row % 3 === 0 ? null : BigInt(row) * 10n ** 12n,
    rating: row % 2,
    id: `id ${row}`,
    kept: row % 5 === 0,
  }));
}

async function writeRows(name: string, rows: readonly Row[], cuts: readonly number[]): Promise<WrittenColumns> {
  const writer = await openColumnWriter(name, SCHEMA);
  const ends = [...cuts.filter((cut) => cut < rows.length), rows.length].sort((a, b) => a - b);
  let from = 0;
  for (const to of ends) {
    const part = rows.slice(from, to);
    const columns: Record<string, ColumnValues> = {
      index: Uint32Array.from(part, (row) => row.index),
      time: BigInt64Array.from(part, (row) => row.time ?? 0n),
      rating: Float32Array.from(part, (row) => row.rating ?? 0),
      id: part.map((row) => row.id),
      kept: Uint8Array.from(part, (row) => Number(row.kept)),
    };
    await writer.append(columns, {
      time: Uint8Array.from(part, (row) => Number(row.time !== null)),
      rating: Uint8Array.from(part, (row) => Number(row.rating !== null)),
    });
    from = to;
  }
  return writer.close();
}

async function readRows(name: string): Promise<Row[]> {
  const columns = await readColumns(name);
  const hasTime = columns.validity("time");
  const hasRating = columns.validity("rating");
  return Array.from({ length: columns.rows }, (_, row) => ({
    index: columns.uint32("index")[row]!,
    time: hasTime?.[row] === 0 ? null : columns.int64("time")[row]!,
    rating: hasRating?.[row] === 0 ? null : columns.float32("rating")[row]!,
    id: columns.strings("id")[row]!,
    kept: columns.booleans("kept")[row] === 1,
  }));
}

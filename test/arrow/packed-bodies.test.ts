/** Arrow files whose columns are packed with LZ4 or ZSTD, as pyarrow wrote them, and such as lie about their length. */
import { readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { describe, expect, it } from "@jest/globals";
import { streamColumns } from "../../src/arrow/stream-columns.ts";
import { useTemporaryFolder } from "../support/stages/temporary-folder.ts";

const fixture = (name: string) => path.resolve(import.meta.dirname, "../fixtures/arrow", name);
const MAGIC = { "lz4.arrow": 0x184d2204, "zstd.arrow": 0xfd2fb528 } as const;
const names = Object.keys(MAGIC) as (keyof typeof MAGIC)[];

describe("a packed Arrow file", () => {
  const file = useTemporaryFolder();

  it.each(names)("is read: %s", async (name) => {
    const [batch] = await all(fixture(name));
    const { user, item, kind } = batch!.columns;
    const rows = Array.from({ length: 64 }, (_, row) => row);
    expect(batch!.rows).toBe(64);
    expect([...user!.values]).toEqual(rows.map((row) => (row === 3 ? 0n : BigInt(row % 7))));
    expect(rows.filter((row) => user!.validity![row] === 0)).toEqual([3]);
    expect([...item!.values]).toEqual(rows.map((row) => `item ${row % 3}`));
    expect([...kind!.values]).toEqual(rows.map((row) => (row % 2 === 0 ? "new" : "used")));
  });

  it.each(names)("is refused when a length before a column lies: %s", async (name) => {
    const good = await readFile(fixture(name));
    const prefix = firstFrame(good, MAGIC[name]) - 8;
    const told = good.readBigInt64LE(prefix);
    for (const lie of [0n, 1n, told - 1n, told + 1n, told * 2n, 2n ** 31n, 2n ** 62n, -2n, -(2n ** 63n)]) {
      const changed = Buffer.from(good);
      changed.writeBigInt64LE(lie, prefix);
      await writeFile(file("lie.arrow"), changed);
      await expect(all(file("lie.arrow"))).rejects.toThrow(`${file("lie.arrow")}: corrupt Arrow file (`);
    }
  });

  it("is refused when its columns together would take more than a batch may", async () => {
    const changed = await readFile(fixture("zstd.arrow"));
    // Each column may claim so much alone.
    const at = [...frames(changed, MAGIC["zstd.arrow"])];
    expect(at.length).toBeGreaterThan(2);
    for (const frame of at) changed.writeBigInt64LE(2n ** 29n, frame - 8);
    await writeFile(file("large.arrow"), changed);
    await expect(all(file("large.arrow"))).rejects.toThrow(
      /a batch of \d+ bytes unpacked, at most 1073741824 are taken/,
    );
  });
});

function* frames(bytes: Buffer, magic: number): Generator<number> {
  for (let at = 8; at + 4 <= bytes.length; at++) if (bytes.readUInt32LE(at) === magic) yield at;
}

function firstFrame(bytes: Buffer, magic: number): number {
  const [at] = frames(bytes, magic);
  if (at === undefined) throw new Error("the fixture has no packed column");
  return at;
}

async function all(name: string) {
  const batches = [];
  for await (const batch of streamColumns(name)) batches.push(batch);
  return batches;
}

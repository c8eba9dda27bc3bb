/** Members of zip archives: whole and as they were packed, or refused by name. */
import { readdir, readFile, writeFile } from "node:fs/promises";
import { describe, expect, it } from "@jest/globals";
import { extractMembers } from "../../../pipelines/data/zip-members.ts";
import { DataError } from "../../../src/errors.ts";
import { zipOf } from "../../support/data/zip-archive.ts";
import { useTemporaryFolder } from "../../support/stages/temporary-folder.ts";

const temporary = useTemporaryFolder();
const content = Buffer.from("user,item\n".repeat(40_000));
const good = zipOf([
  { name: "logs/ratings.csv", content },
  { name: "logs/empty.csv", content: Buffer.alloc(0) },
]);
const never = new AbortController().signal;
let archives = 0;

async function extract(bytes: Buffer, member = "logs/ratings.csv", signal = never): Promise<Buffer> {
  const archive = temporary(`${archives++}.zip`);
  await writeFile(archive, bytes);
  await extractMembers(archive, [{ member, path: `${archive}.out` }], signal);
  return readFile(`${archive}.out`);
}

describe("a member of a zip archive", () => {
  it("is what was packed, also where that is nothing", async () => {
    expect(content.equals(await extract(good))).toBe(true);
    expect(await extract(good, "logs/empty.csv")).toHaveLength(0);
  });

  it("is found in a zip64 archive", async () => {
    expect(content.equals(await extract(asZip64(zipOf([{ name: "a.csv", content }])), "a.csv"))).toBe(true);
  });

  it("is refused where its bytes, its CRC or its size are others", async () => {
    const directory = good.indexOf("PK\x01\x02");
    for (const [at, reason] of [
      [200, /member "logs\/ratings\.csv" cannot be unpacked \(.+\); delete it and fetch it again/],
      [directory + 16, /its CRC-32 is [0-9a-f]+, expected [0-9a-f]+/],
      [directory + 24, /expected 400001\. got only 400000/],
    ] as const) {
      const damaged = Buffer.from(good);
      damaged[at]! ^= 1;
      await expect(extract(damaged)).rejects.toThrow(DataError);
      await expect(extract(damaged)).rejects.toThrow(reason);
    }
  });

  it("is refused where the archive is cut, wherever it is", async () => {
    for (let length = 0; length < good.length; length += 97) {
      await expect(extract(good.subarray(0, length))).rejects.toThrow(DataError);
    }
  });

  it("is named where there is none, beside those there are", async () => {
    await expect(extract(good, "ratings.csv")).rejects.toThrow(
      'there is no member "ratings.csv"; found logs/ratings.csv, logs/empty.csv',
    );
  });

  it("leaves nothing behind when it is interrupted", async () => {
    const stop = new AbortController();
    stop.abort();
    await expect(extract(good, "logs/ratings.csv", stop.signal)).rejects.toHaveProperty("name", "AbortError");
    expect((await readdir(temporary("."))).filter((name) => name.includes(".out.")).length).toBe(0);
  });
});

/** The same archive of one member, sizes and offsets where zip64 has them: APPNOTE 6.3, 4.3.14, 4.3.15 and 4.5.3. */
function asZip64(archive: Buffer): Buffer {
  const [start, end] = [archive.indexOf("PK\x01\x02"), archive.indexOf("PK\x05\x06")];
  const entry = Buffer.from(archive.subarray(start, end));
  const extra = Buffer.alloc(28);
  extra.writeUInt16LE(1, 0);
  extra.writeUInt16LE(24, 2);
  extra.writeBigUInt64LE(BigInt(entry.readUInt32LE(24)), 4); // unpacked
  extra.writeBigUInt64LE(BigInt(entry.readUInt32LE(20)), 12); // packed
  extra.writeBigUInt64LE(BigInt(entry.readUInt32LE(42)), 20); // offset
  for (const at of [20, 24, 42]) entry.writeUInt32LE(0xffffffff, at);
  entry.writeUInt16LE(extra.length, 30);
  const directory = Buffer.concat([entry, extra]);
  const end64 = Buffer.alloc(56);
  end64.write("PK\x06\x06", "latin1");
  end64.writeBigUInt64LE(44n, 4); // bytes that follow
  end64.writeUInt16LE(45, 14);
  end64.writeBigUInt64LE(1n, 24);
  end64.writeBigUInt64LE(1n, 32);
  end64.writeBigUInt64LE(BigInt(directory.length), 40);
  end64.writeBigUInt64LE(BigInt(start), 48);
  const locator = Buffer.alloc(20);
  locator.write("PK\x06\x07", "latin1");
  locator.writeBigUInt64LE(BigInt(start + directory.length), 8);
  locator.writeUInt32LE(1, 16);
  const last = Buffer.from(archive.subarray(end));
  last.writeUInt16LE(0xffff, 8);
  last.writeUInt16LE(0xffff, 10);
  last.writeUInt32LE(0xffffffff, 12);
  last.writeUInt32LE(0xffffffff, 16);
  return Buffer.concat([archive.subarray(0, start), directory, end64, locator, last]);
}

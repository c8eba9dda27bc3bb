/** Files that are not what they claim end in a DataError that names the file, never in rubbish. */
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { describe, expect, it } from "@jest/globals";
import { readColumns } from "../../src/arrow/read-columns.ts";
import { streamColumns } from "../../src/arrow/stream-columns.ts";
import { openColumnWriter } from "../../src/arrow/write-columns.ts";
import { DataError } from "../../src/errors.ts";
import { useTemporaryFolder } from "../support/stages/temporary-folder.ts";

describe("a damaged Arrow file", () => {
  const file = useTemporaryFolder();

  it("is refused wherever it is cut", async () => {
    const bytes = await goodFile(file("good.arrow"));
    for (let length = 0; length < bytes.length; length += 13) {
      await writeFile(file("cut.arrow"), bytes.subarray(0, length));
      await expect(readColumns(file("cut.arrow"))).rejects.toThrow(DataError);
      await expect(readColumns(file("cut.arrow"))).rejects.toThrow(file("cut.arrow"));
    }
  });

  it("says what is wrong when it is empty, cut, of another format or absent", async () => {
    const bytes = await goodFile(file("good.arrow"));
    await writeFile(file("empty.arrow"), "");
    await writeFile(file("cut.arrow"), bytes.subarray(0, bytes.length - 1));
    await writeFile(file("text.arrow"), "user,item\n1,2\n");
    await mkdir(file("folder.arrow"), { recursive: true });
    await expect(readColumns(file("empty.arrow"))).rejects.toThrow("the file is empty, expected Arrow data");
    await expect(readColumns(file("cut.arrow"))).rejects.toThrow("truncated Arrow file");
    await expect(readColumns(file("text.arrow"))).rejects.toThrow("not an Arrow file (it does not begin with ARROW1)");
    await expect(readColumns(file("folder.arrow"))).rejects.toThrow("is a folder, expected an Arrow file");
    await expect(readColumns(file("absent.arrow"))).rejects.toThrow(/cannot be opened \(.*ENOENT/);
    await expect(all(streamColumns(file("text.arrow")))).rejects.toThrow("not Arrow");
  });

  it("is refused, not read for ever, when a message's length or type is damaged", async () => {
    const bytes = await goodFile(file("good.arrow"));
    // The one batch begins at byte 8: a continuation marker, the length of its metadata, the metadata.
    for (let place = 8; place < 16; place++) {
      const changed = Buffer.from(bytes);
      changed[place]! ^= 0xff;
      await writeFile(file("changed.arrow"), changed);
      await expect(readColumns(file("changed.arrow"))).rejects.toThrow(DataError);
    }
  });

  it("is refused when a column is missing or of another type", async () => {
    await goodFile(file("good.arrow"));
    const columns = await readColumns(file("good.arrow"));
    await expect(readColumns(file("good.arrow"), ["rating"])).rejects.toThrow(
      `${file("good.arrow")}: there is no column "rating"; found user, name`,
    );
    expect(() => columns.int64("user")).toThrow(`${file("good.arrow")}: column "user" is uint32, expected int64`);
  });
});

async function goodFile(name: string): Promise<Buffer> {
  const writer = await openColumnWriter(name, [
    { name: "user", type: "uint32" },
    { name: "name", type: "utf8" },
  ]);
  await writer.append({ user: Uint32Array.of(3, 1, 2), name: ["c", "a", "b"] });
  await writer.close();
  return readFile(name);
}

async function all<T>(batches: AsyncIterable<T>): Promise<T[]> {
  const found: T[] = [];
  for await (const batch of batches) found.push(batch);
  return found;
}

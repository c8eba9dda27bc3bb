/**
 * Whatever byte of an Arrow file is damaged, reading it ends, in what it holds or in a DataError that names the file.
 */
import { execFile } from "node:child_process";
import { stat } from "node:fs/promises";
import path from "node:path";
import { promisify } from "node:util";
import { beforeAll, describe, expect, it } from "@jest/globals";
import { openColumnWriter } from "../../src/arrow/write-columns.ts";
import { compiledPackage } from "../support/stages/compiled-program.ts";
import { useTemporaryFolder } from "../support/stages/temporary-folder.ts";

const fixtures = path.resolve(import.meta.dirname, "../fixtures/arrow");
const reader = path.resolve(import.meta.dirname, "../support/readers/read-flipped.mjs");
/** Some seconds on two cores; only a reader that does not end comes near it. */
const PATIENCE_MS = 50_000;

describe("an Arrow file with one byte changed", () => {
  const file = useTemporaryFolder();
  let dist = "";
  beforeAll(async () => {
    dist = path.join(await compiledPackage(), "dist");
  });

  it("is read or refused, as we write it", async () => {
    const writer = await openColumnWriter(file("own.arrow"), [
      { name: "user", type: "uint32" },
      { name: "name", type: "utf8" },
      { name: "isNew", type: "bool" },
      { name: "time", type: "int64", nullable: true },
    ]);
    const times = BigInt64Array.of(10n, 20n, 30n);
    const columns = {
      user: Uint32Array.of(3, 1, 2),
      name: ["c", "a", "b"],
      isNew: Uint8Array.of(1, 0, 1),
      time: times,
    };
    await writer.append(columns, { time: Uint8Array.of(1, 0, 1) });
    await writer.close();
    await expectEndsWell(file("own.arrow"));
  });

  it.each(["nested.arrow", "lz4.arrow", "zstd.arrow"])("is read or refused, as pyarrow wrote %s", async (name) => {
    await expectEndsWell(path.join(fixtures, name));
  });

  async function expectEndsWell(arrowFile: string): Promise<void> {
    const { stdout } = await promisify(execFile)(process.execPath, [reader, dist, arrowFile, file("flipped.arrow")], {
      timeout: PATIENCE_MS,
      killSignal: "SIGKILL",
    });
    const { refused, read, other } = JSON.parse(stdout);
    expect(other).toEqual([]);
    expect(refused + read).toBe(3 * (await stat(arrowFile)).size);
    // The magic at both ends, of six bytes each, cannot be damaged unseen.
    expect(refused).toBeGreaterThanOrEqual(3 * 12);
  }
});

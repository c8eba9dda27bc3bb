import { readdir, readFile, writeFile } from "node:fs/promises";
import { hostname } from "node:os";
import path from "node:path";
import { describe, expect, it } from "@jest/globals";
import { takeLock } from "../../src/files/lock-file.ts";
import { useTemporaryFolder } from "../support/stages/temporary-folder.ts";

const temporary = useTemporaryFolder();
const process = (processId: number, alive: readonly number[]) => ({
  processId,
  isProcessAlive: (id: number) => alive.includes(id),
});

describe("a lock", () => {
  it("is held by one, given back, and leaves nothing behind", async () => {
    const lock = temporary("one");
    const release = await takeLock(lock, process(1, [1, 2]));
    expect(await readFile(lock, "utf8")).toBe(`1 ${hostname()}\n`);
    await expect(takeLock(lock, process(2, [1, 2]))).rejects.toThrow(/process 1 on .* is at work here/);
    await release();
    await (await takeLock(lock, process(2, [1, 2])))();
    expect(await readdir(path.dirname(lock))).toEqual([]);
  });

  it("clears away what a process left that died before it had the lock", async () => {
    const lock = temporary("three");
    await writeFile(`${lock}.1`, `1 ${hostname()}\n`);
    const release = await takeLock(lock, process(2, [2]));
    expect(await readdir(path.dirname(lock))).not.toContain("three.1");
    await release();
  });

  it("of a dead process is taken over; of another machine it is not", async () => {
    const lock = temporary("two");
    await writeFile(lock, `1 ${hostname()}\n`);
    await (await takeLock(lock, process(2, [2])))();
    await writeFile(lock, "1 elsewhere\n");
    await expect(takeLock(lock, process(2, [2]))).rejects.toThrow(
      /process 1 on elsewhere .* remove the file if it is gone/,
    );
  });
});

import { readdir, readFile, stat, utimes, writeFile } from "node:fs/promises";
import { hostname } from "node:os";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, it, jest } from "@jest/globals";
import { sha256Of } from "../../src/files/file-content.ts";
import { takeLock } from "../../src/files/lock-file.ts";
import type { Processes } from "../../src/files/processes.ts";
import { useTemporaryFolder } from "../support/stages/temporary-folder.ts";

const temporary = useTemporaryFolder();
const process = (processId: number, alive: readonly number[], change: Partial<Processes> = {}): Processes => ({
  processId,
  place: "here",
  token: `t${processId}`,
  isProcessAlive: (id) => alive.includes(id),
  now: () => 0,
  ...change,
});
const MINUTE_SECONDS = 60;
const age = (file: string, seconds: number) => utimes(file, Date.now() / 1000 - seconds, Date.now() / 1000 - seconds);

describe("a lock", () => {
  it("is held by one, given back, and leaves nothing behind", async () => {
    const lock = temporary("one");
    const release = await takeLock(lock, process(1, [1, 2]));
    expect(await readFile(lock, "utf8")).toMatch(new RegExp(`^1 ${hostname()} here t1-\\d+\n$`));
    await expect(takeLock(lock, process(2, [1, 2]))).rejects.toThrow(/process 1 on .* is at work here/);
    await release();
    await (await takeLock(lock, process(2, [1, 2])))();
    expect(await readdir(path.dirname(lock))).toEqual([]);
  });

  it("is not taken twice by one process either", async () => {
    const lock = temporary("twice");
    const release = await takeLock(lock, process(1, [1]));
    await expect(takeLock(lock, process(1, [1]))).rejects.toThrow(/is at work here/);
    await release();
  });

  it("of a process that is gone is taken over, also where its id was given out again", async () => {
    const lock = temporary("two");
    await takeLock(lock, process(1, []));
    const second = await takeLock(lock, process(2, [2]));
    await expect(takeLock(lock, process(3, [2, 3]))).rejects.toThrow(/process 2/);
    await second();
    await takeLock(lock, process(1, [], { token: "former" })); // as process 1 of a container that was started again
    await (await takeLock(lock, process(1, [1])))();
    expect(await readdir(path.dirname(lock))).toEqual([]);
  });

  it("of another machine or container is taken over only after two minutes without a sign of life", async () => {
    const lock = temporary("far");
    // The same id, which is alive neither here nor there: asking this machine would say nothing.
    await takeLock(lock, process(1, [], { place: "elsewhere", token: "other" }));
    const refused = /process 1 on .* remove the file if it is gone.*after 2 minutes without a sign of life/;
    await expect(takeLock(lock, process(1, [1]))).rejects.toThrow(refused);
    await age(lock, 1.5 * MINUTE_SECONDS);
    await expect(takeLock(lock, process(1, [1]))).rejects.toThrow(refused);
    await age(lock, 3 * MINUTE_SECONDS);
    await (await takeLock(lock, process(1, [1])))();
    expect(await readdir(path.dirname(lock))).toEqual([]);
  });

  it("shows a sign of life every ten seconds, so that it is kept elsewhere too", async () => {
    jest.useFakeTimers({
      doNotFake: ["nextTick", "setImmediate", "setTimeout", "clearTimeout", "Date", "performance"],
    });
    try {
      const lock = temporary("beats");
      const release = await takeLock(lock, process(1, [1], { place: "elsewhere" }));
      const before = await readFile(lock, "utf8");
      await age(lock, 3 * MINUTE_SECONDS);
      jest.advanceTimersByTime(10_000);
      while (Date.now() - (await stat(lock)).mtimeMs > MINUTE_SECONDS * 1000) await sleep(5); // the write is under way
      expect(await readFile(lock, "utf8")).toBe(before);
      await expect(takeLock(lock, process(2, [2]))).rejects.toThrow(/is at work here/);
      await release();
    } finally {
      jest.useRealTimers();
    }
  });

  it("that was taken over is not given back by the holder that was believed gone", async () => {
    const lock = temporary("late");
    const late = await takeLock(lock, process(1, [1], { place: "elsewhere" }));
    await age(lock, 3 * MINUTE_SECONDS);
    const release = await takeLock(lock, process(2, [2]));
    await late();
    expect(await readFile(lock, "utf8")).toMatch(/^2 /);
    await release();
  });

  it("clears away what processes left that died before they had it, and nothing of others", async () => {
    const lock = temporary("three");
    await takeLock(lock, process(1, []));
    const left = await readFile(lock, "utf8");
    for (const name of ["claim-here-1-t1-7", "after-0123456789abcdef"]) await writeFile(`${lock}.${name}`, left);
    // Whoever died before it wrote a claim, or halfway: its name tells.
    await writeFile(`${lock}.claim-here-1-t1-8`, "");
    await writeFile(`${lock}.claim-here-11-t1-9`, "1");
    await writeFile(`${lock}.claim-here-5-t5-0`, "");
    await writeFile(`${lock}.notes`, "");
    const release = await takeLock(lock, process(2, [2, 5]));
    const names = (await readdir(path.dirname(lock))).filter((name) => name.startsWith("three")).sort();
    expect(names).toEqual(["three", "three.claim-here-5-t5-0", "three.notes"]);
    await release();
  });

  it("is taken over where the one who took it over before died half-way", async () => {
    const lock = temporary("heirs");
    const dead = `1 ${hostname()} here t1-0\n`;
    const heir = `2 ${hostname()} here t2-0\n`;
    const succession = `${lock}.after-${sha256Of(dead).slice(0, 16)}`;
    await writeFile(lock, dead);
    await writeFile(succession, heir);
    await expect(takeLock(lock, process(3, [2, 3]))).rejects.toThrow(/process 2 on/);
    const release = await takeLock(lock, process(3, [3]));
    expect(await readFile(lock, "utf8")).toMatch(/^3 /);
    await release();
    expect((await readdir(path.dirname(lock))).filter((name) => name.startsWith("heirs"))).toEqual([]);
  });
});

/**
 * Scoring through a queue and an object store: workers that share no folder with anybody give the
 * bytes of a job done alone.
 */
import { existsSync } from "node:fs";
import { mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { describe, expect, it } from "@jest/globals";
import { scoreStage } from "../../../pipelines/score/score.ts";
import { remoteShardJob } from "../../../pipelines/score/store/remote-shard-job.ts";
import { openRemoteShardStorage } from "../../../pipelines/score/store/remote-shard-storage.ts";
import { readSubject } from "../../../pipelines/score/subject.ts";
import { parseConfig } from "../../../src/config/parse.ts";
import { sent, store, useStoredScoring } from "../../support/stages/stored-scoring.ts";

const { temporary, roots, score, bytes, s3, withStore, stored } = useStoredScoring();

describe("shards through a store", () => {
  async function storageOf(flags: Readonly<Record<string, string>>, context = withStore()) {
    const given = { ...roots, dataset: "board", run: "once", engine: "reference", unknown: "popular", ...flags };
    const config = parseConfig({ schema: scoreStage.schema, layers: [], flags: given });
    const subject = await readSubject(config, temporary("models/board/once"));
    return openRemoteShardStorage(config, subject, store, context);
  }
  async function jobOf(storage: Awaited<ReturnType<typeof storageOf>>, index = 0) {
    return remoteShardJob.data.parse(JSON.parse(JSON.stringify(storage.jobOf({ index, of: 2 }).data)));
  }
  const worker = (data: Awaited<ReturnType<typeof jobOf>>, root: string, context = withStore()) =>
    remoteShardJob.run(
      data,
      { cache: temporary(root), threads: null, roots: [], stopping: new AbortController().signal },
      context,
    );

  it("need eight files, which are sent once and fetched once", async () => {
    const storage = await storageOf({ output: temporary("once.csv") });
    expect(stored("files/")).toHaveLength(8); // of the run two, of the dataset six
    const before = s3().answered.filter(sent).length;
    await storageOf({ output: temporary("other.csv"), k: "3" });
    expect(s3().answered.filter(sent)).toHaveLength(before);

    await worker(await jobOf(storage, 0), "cache-once");
    const fetched = s3().answered.filter((line) => line.startsWith("GET bucket/scoring/files/")).length;
    await worker(await jobOf(storage, 1), "cache-once");
    expect(fetched).toBe(8);
    expect(s3().answered.filter((line) => line.startsWith("GET bucket/scoring/files/"))).toHaveLength(8);
    expect(stored("shards/")).toHaveLength(2);
    // Nothing of the shards stays with the worker.
    const left = await readdir(temporary("cache-once/scored"), { recursive: true });
    expect(left.filter((name) => /\.(arrow|json)/.test(name))).toEqual([]);
  });

  it("travel with files of ids, whatever they are called", async () => {
    const [users, deny] = [temporary("the same name.txt"), temporary("elsewhere/the same name.txt")];
    await mkdir(path.dirname(deny), { recursive: true });
    await writeFile(users, "1001\n1002\n");
    await writeFile(deny, "item-1\nitem-3\n");
    const storage = await storageOf({ output: temporary("lists.csv"), users, deny });
    expect(JSON.stringify(await jobOf(storage))).not.toContain(temporary("."));
    for (const index of [0, 1]) await worker(await jobOf(storage, index), "cache-lists");
    for (const index of [0, 1]) expect(await storage.hasShard({ index, of: 2 })).toBe(true);
    await score({ output: temporary("lists.csv"), users, deny, merge: true, shards: "2" });
    await score({ output: temporary("lists alone.csv"), users, deny });
    expect(await bytes("lists.csv")).toEqual(await bytes("lists alone.csv"));
  });

  it("may be finished by two workers at once, on one machine or on two", async () => {
    const storage = await storageOf({ output: temporary("twice.csv") });
    const job = await jobOf(storage);
    await Promise.all([
      worker(job, "cache-a", withStore({ processId: 1 })),
      worker(job, "cache-a", withStore({ processId: 2 })),
      worker(job, "cache-b", withStore({ processId: 3 })),
    ]);
    expect(stored("shards/")).toHaveLength(1);
    expect(stored("files/")).toHaveLength(9); // the rows of all three are the same file
    expect(await storage.hasShard({ index: 0, of: 2 })).toBe(true);
    const scored = s3().answered.filter(sent).length;
    await worker(job, "cache-c");
    expect(s3().answered.filter(sent)).toHaveLength(scored);
    expect(existsSync(temporary("cache-c"))).toBe(false);
  });

  it.each([
    ["truncated", (rows: Buffer) => rows.subarray(0, 100)],
    ["changed", (rows: Buffer) => Buffer.from(rows.map((byte, at) => (at === 400 ? byte ^ 1 : byte)))],
  ])(
    "are done again where what came back is %s",
    async (name, damage) => {
      const lines: string[] = [];
      const storage = await storageOf(
        { output: temporary(`${name}.csv`) },
        withStore({ log: (line) => void lines.push(line) }),
      );
      const inputs = new Set(stored("files/"));
      await worker(await jobOf(storage), `cache-${name}`);
      const [rows = ""] = stored("files/").filter((key) => !inputs.has(key));
      const whole = s3().objects.get(rows)!;
      const damaged = damage(whole);
      if (damaged === null) s3().objects.delete(rows);
      else s3().objects.set(rows, damaged);
      expect(await storage.hasShard({ index: 0, of: 2 })).toBe(false);
      expect(lines.at(-1)).toMatch(
        /^shard 0\/2 is damaged and is queued again: s3:.*(has 100 bytes|sha256 is|is missing)/,
      );
      expect(stored("shards/")).toEqual([]);
      await worker(await jobOf(storage), `cache-${name}`);
      expect(s3().objects.get(rows)).toEqual(whole);
      expect(await storage.hasShard({ index: 0, of: 2 })).toBe(true);
    },
    60_000,
  );

  it("are not scored with a file that is damaged in the store; one damaged in the cache is fetched again", async () => {
    const storage = await storageOf({ output: temporary("input.csv") });
    const job = await jobOf(storage);
    const { sha256 } = job.files.find(({ relativePath }) => relativePath === "dataset/users.arrow")!;
    const copy = temporary(`cache-input/files/${sha256}`);
    await mkdir(path.dirname(copy), { recursive: true });
    await writeFile(copy, "nonsense of a former time");
    const lines: string[] = [];
    await worker(job, "cache-input", withStore({ log: (line) => void lines.push(line) }));
    expect(lines.join("\n")).toMatch(/changed, has 25 bytes.*; it is fetched again/);
    expect(await storage.hasShard({ index: 0, of: 2 })).toBe(true);

    s3().objects.set(`bucket/scoring/files/${sha256}`, Buffer.from("nonsense"));
    await storageOf({ output: temporary("input2.csv") }); // of another size, so it is sent anew
    expect(s3().objects.get(`bucket/scoring/files/${sha256}`)?.length).toBeGreaterThan(8);
    await rm(copy);
    s3().objects.delete(`bucket/scoring/files/${sha256}`);
    await expect(worker(await jobOf(storage, 1), "cache-input")).rejects.toThrow(
      "is not there; the same lawn-ranker score",
    );
  });

  it("are not sent from a file that is not as it was recorded", async () => {
    const file = temporary("data/board/items.arrow");
    const good = await readFile(file);
    await writeFile(file, Buffer.concat([good, Buffer.from("x")]));
    await expect(storageOf({ output: temporary("bad.csv") })).rejects.toThrow(/items.arrow: changed, has \d+ bytes/);
    await writeFile(file, good);
  });
});

describe("--store", () => {
  it("wants a queue, and a URL of S3", async () => {
    await expect(score({ output: "x.csv", store })).rejects.toThrow(
      "only what goes through --queue travels by a store",
    );
    const queued = { output: "x.csv", queue: "redis://127.0.0.1:1", shards: "2" };
    await expect(score({ ...queued, store: "/shared" })).rejects.toThrow(
      '--store is "/shared", expected an S3 bucket and a prefix, such as s3://bucket/prefix, or none',
    );
  });
});

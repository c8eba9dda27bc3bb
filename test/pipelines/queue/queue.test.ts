/**
 * Shards and trials through a real Redis: the same files as without one, failures with their reasons,
 * progress for anybody who asks.
 */
import { existsSync } from "node:fs";
import { readFile, rename, rm, writeFile } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";
import { expect, it } from "@jest/globals";
import { Redis } from "ioredis";
import type { z } from "zod";
import { compareStage } from "../../../pipelines/compare/compare.ts";
import type { Stage, StageContext } from "../../../pipelines/stage.ts";
import { jobsStage } from "../../../pipelines/worker/jobs.ts";
import { workerStage } from "../../../pipelines/worker/worker.ts";
import { parseConfig } from "../../../src/config/parse.ts";
import { checkerboardDataset } from "../../support/data/checkerboard-dataset.ts";
import { writeDatasetFolder } from "../../support/data/small-dataset.ts";
import { describeRedis, useRedis } from "../../support/servers/redis-server.ts";
import { useScoreFolder } from "../../support/stages/score-folder.ts";
import { silentContext } from "../../support/stages/silent-context.ts";
import { smallStudy } from "../../support/stages/small-study.ts";

const { temporary, score, bytes } = useScoreFolder();
const redis = useRedis(() => temporary("."));

type Flags = Readonly<Record<string, string | boolean>>;

function call<Schema extends z.ZodType>(stage: Stage<Schema>, flags: Flags, context: Partial<StageContext> = {}) {
  return stage.run(parseConfig({ schema: stage.schema, layers: [], flags }), { ...silentContext, ...context });
}

/** A worker in this process while `task` runs. */
async function withWorker<T>(queueName: string, task: () => Promise<T>): Promise<T> {
  const stop = new AbortController();
  const flags = { queue: redis(), "queue-name": queueName, "lock-seconds": "5", root: temporary(".") };
  const worker = call(workerStage, flags, { signal: stop.signal });
  try {
    return await task();
  } finally {
    stop.abort();
    await worker;
  }
}

async function countsOf(queueName: string): Promise<Readonly<Record<string, unknown>>> {
  const { json } = await call(jobsStage, { queue: redis(), "queue-name": queueName });
  return Object(json.counts); // an object of numbers by state
}

describeRedis("a scoring job in a queue", () => {
  it("gives the bytes of a job in one piece, and asked again does nothing twice", async () => {
    await score({ output: temporary("whole.parquet") });
    const queued = { output: temporary("queued.parquet"), queue: redis(), "queue-name": "plain", shards: "5" };
    const { json } = await withWorker("plain", () => score(queued));
    expect(json).toMatchObject({ shards: 5, counts: { users: 30 } });
    expect(await bytes("queued.parquet")).toEqual(await bytes("whole.parquet"));
    await score(queued); // no worker is there any more
    const { json: jobs } = await call(jobsStage, { queue: redis(), "queue-name": "plain" });
    expect(jobs.counts).toEqual({ waiting: 0, active: 0, completed: 5, failed: 0 });
  });

  it("does a shard again that was damaged before it was joined", async () => {
    const output = temporary("damaged.csv");
    await score({ output: temporary("sound.csv") });
    const { json } = await score({ output, shard: "1/3" });
    await writeFile(`${String(json.folder)}/${String(json.name)}`, "nonsense");
    await withWorker("damaged", () => score({ output, queue: redis(), "queue-name": "damaged", shards: "3" }));
    expect(await bytes("damaged.csv")).toEqual(await bytes("sound.csv"));
  });

  it("ends with the error of what failed, and `jobs` shows it too", async () => {
    const [users, away] = [temporary("users.txt"), temporary("away.txt")];
    await writeFile(users, "1001\n1002\n");
    const queued = { output: temporary("failing.csv"), users, queue: redis(), "queue-name": "failing", shards: "2" };
    const job = score(queued).catch((error: Error) => error);
    // The file goes once the job has been planned, before anybody works on it.
    while ((await countsOf("failing")).waiting !== 2) await sleep(20);
    await rename(users, away);
    const error = await withWorker("failing", () => job);
    expect(String(error)).toMatch(/2 shards failed\nshard 0\/2, 1 attempts: .*users.txt: there is no such file/);
    const { text } = await call(jobsStage, { queue: redis(), "queue-name": "failing" });
    expect(text).toMatch(/2 failed\n {2}failed: failing.csv 0\/2 after 1 attempts: .*there is no such file/);
    await rename(away, users);
    await withWorker("failing", () => score(queued));
    expect(existsSync(temporary("failing.csv"))).toBe(true);
  });

  it("tries again what may pass, and says how often it did", async () => {
    await writeFile(temporary("blocked.csv.shards"), "a file where a folder has to be");
    const queued = { output: temporary("blocked.csv"), queue: redis(), "queue-name": "blocked", shards: "1" };
    const failing = score({ ...queued, attempts: "2" });
    await expect(withWorker("blocked", () => failing)).rejects.toThrow(
      /1 shards failed\nshard 0\/1, 2 attempts: .*a file is in the way/,
    );
    await rm(temporary("blocked.csv.shards"));
    await withWorker("blocked", () => score(queued));
    expect(existsSync(temporary("blocked.csv"))).toBe(true);
  });

  it("goes on where Redis has lost everything it knew", async () => {
    const job = score({ output: temporary("forgotten.csv"), queue: redis(), "queue-name": "forgotten", shards: "2" });
    while ((await countsOf("forgotten")).waiting !== 2) await sleep(20);
    const client = new Redis(redis());
    await client.flushall();
    client.disconnect();
    await withWorker("forgotten", () => job);
    expect(existsSync(temporary("forgotten.csv"))).toBe(true);
  });

  it("is refused where no Redis answers, without the password", async () => {
    const queue = "redis://:secret@127.0.0.1:1";
    await expect(score({ output: temporary("x.csv"), queue, shards: "2" })).rejects.toThrow(
      /redis:\/\/127.0.0.1:1: no Redis answers there/,
    );
  });
});

describeRedis("a study in a queue", () => {
  it("has the trials, settings and tables of one without", async () => {
    await writeDatasetFolder(temporary("data/checkerboard"), checkerboardDataset(40, 60));
    await writeFile(temporary("small.json"), JSON.stringify(smallStudy()));
    const study = { study: temporary("small.json"), "data-root": temporary("data"), engine: "reference" };
    await call(compareStage, { ...study, output: temporary("alone") });
    const queued = { ...study, output: temporary("study"), queue: redis(), "queue-name": "study" };
    const { json } = await withWorker("study", () => call(compareStage, queued));
    expect(json.status).toBe("done");
    const table = async (folder: string) =>
      (await readFile(temporary(`${folder}/table.md`), "utf8")).split("\n").length;
    expect(await table("study")).toBe(await table("alone"));
  });
});

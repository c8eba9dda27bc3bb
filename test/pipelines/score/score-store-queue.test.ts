/** Scoring jobs through a queue and an object store, with workers in this process and in processes of their own. */
import type { ChildProcess } from "node:child_process";
import { mkdir, readdir, rm } from "node:fs/promises";
import { afterEach, expect, it } from "@jest/globals";
import { Redis } from "ioredis";
import type { StageContext } from "../../../pipelines/stage.ts";
import { workerStage } from "../../../pipelines/worker/worker.ts";
import { parseConfig } from "../../../src/config/parse.ts";
import { describeRedis, useRedis } from "../../support/servers/redis-server.ts";
import { accessKey } from "../../support/servers/s3-server.ts";
import { compiledProgram, runProgram } from "../../support/stages/compiled-program.ts";
import { silentContext } from "../../support/stages/silent-context.ts";
import { sent, store, useStoredScoring } from "../../support/stages/stored-scoring.ts";

const { temporary, score, bytes, s3, withStore } = useStoredScoring();
const redis = useRedis(() => temporary("."));

describeRedis("a scoring job through a queue and a store", () => {
  const started: ChildProcess[] = [];
  // A test that failed has not stopped its own.
  afterEach(() => {
    for (const child of started.splice(0)) child.kill("SIGKILL");
  });

  /** A worker in this process while `task` runs. */
  async function withWorker<T>(name: string, context: StageContext, task: () => Promise<T>): Promise<T> {
    const flags = { queue: redis(), "queue-name": name, "lock-seconds": "5", cache: temporary(`cache-${name}`) };
    const stop = new AbortController();
    const config = parseConfig({ schema: workerStage.schema, layers: [], flags });
    const worker = workerStage.run(config, { ...context, signal: stop.signal });
    try {
      return await task();
    } finally {
      stop.abort();
      await worker;
    }
  }

  it("by two worker processes in folders of their own gives the bytes of a job done alone", async () => {
    const script = await compiledProgram();
    const board = ["--run", "once", "--dataset", "board", "--engine", "reference", "--unknown", "popular", "--json"];
    const alone = await runProgram(script, ["score", ...board, "--output", "alone.parquet"], temporary("."));
    expect([alone.status, alone.err]).toEqual([0, expect.anything()]);
    const queue = ["--queue", redis(), "--queue-name", "stored"];
    const workers = await Promise.all(
      ["one", "two"].map(async (name) => {
        await mkdir(temporary(`machines/${name}`), { recursive: true });
        let stop = (): void => {};
        const ended = runProgram(
          script,
          ["worker", ...queue, "--lock-seconds", "5"],
          temporary(`machines/${name}`),
          (child) => {
            started.push(child);
            stop = () => void child.kill("SIGTERM");
          },
          s3().variables,
        );
        return { name, stop, ended };
      }),
    );
    const shared = ["--queue-name", "stored", "--queue", redis(), "--store", store, "--shards", "6"];
    const queued = await runProgram(
      script,
      ["score", ...board, ...shared, "--output", "queued.parquet"],
      temporary("."),
      () => {},
      s3().variables,
    );
    expect([queued.status, queued.err]).toEqual([0, expect.stringContaining("8 files sent")]);
    expect(JSON.parse(queued.out)).toMatchObject({ shards: 6, file: { sha256: JSON.parse(alone.out).file.sha256 } });
    expect(await bytes("queued.parquet")).toEqual(await bytes("alone.parquet"));

    for (const worker of workers) worker.stop();
    const results = await Promise.all(workers.map(({ ended }) => ended));
    expect(results.map(({ status }) => status)).toEqual([0, 0]);
    const done = results.map(({ err }) => err.match(/queued.parquet \d\/6: done/g)?.length ?? 0);
    expect(done[0]! + done[1]!).toBe(6);
    for (const { name } of workers) expect(await readdir(temporary(`machines/${name}`))).toEqual(["cache"]);

    // Redis holds neither credentials nor paths of the leader.
    const client = new Redis(redis());
    const jobs = await client.keys("bull:stored:score-*");
    const data = await Promise.all(jobs.map((key) => client.hget(key, "data")));
    client.disconnect();
    expect(data).toHaveLength(6);
    for (const text of data) expect(String(text)).not.toMatch(new RegExp(`${accessKey.secret}|${temporary(".")}`));
  }, 240_000);

  it("asked again needs no worker, even for another output", async () => {
    const queued = { queue: redis(), "queue-name": "again", store, shards: "3" };
    await withWorker("again", withStore(), () => score({ ...queued, output: temporary("again.csv") }, withStore()));
    const before = s3().answered.filter(sent).length;
    await rm(temporary("again.csv.shards"), { recursive: true });
    await score({ ...queued, output: temporary("again2.csv") }, withStore());
    expect(s3().answered.filter(sent)).toHaveLength(before);
    expect(await bytes("again2.csv")).toEqual(await bytes("again.csv"));
  });

  it("says which variables a leader or a worker lacks", async () => {
    const queued = {
      output: temporary("poor.csv"),
      queue: redis(),
      "queue-name": "poor",
      store,
      shards: "1",
      attempts: "1",
    };
    await expect(score(queued, silentContext)).rejects.toThrow(
      /s3:\/\/bucket\/scoring cannot be reached:\nAWS_ACCESS_KEY_ID is not set/,
    );
    await expect(withWorker("poor", silentContext, () => score(queued, withStore()))).rejects.toThrow(
      /shard 0\/1, 1 attempts: worker on .*: s3:.*\nAWS_ACCESS_KEY_ID is not set/,
    );
  });
});

/** A worker that is told to stop does so, whatever the store and Redis do; the job is left for the next one. */
import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { expect, it } from "@jest/globals";
import type { StageContext } from "../../../pipelines/stage.ts";
import { jobsStage } from "../../../pipelines/worker/jobs.ts";
import { workerStage } from "../../../pipelines/worker/worker.ts";
import { parseConfig } from "../../../src/config/parse.ts";
import { describeRedis, useRedis } from "../../support/servers/redis-server.ts";
import { compiledProgram, runProgram } from "../../support/stages/compiled-program.ts";
import { silentContext } from "../../support/stages/silent-context.ts";
import { store, useStoredScoring } from "../../support/stages/stored-scoring.ts";

const { temporary, score, s3, withStore } = useStoredScoring();
const redis = useRedis(() => temporary("."));

function work(name: string, context: Partial<StageContext>) {
  const flags = { queue: redis(), "queue-name": name, cache: temporary(`cache-${name}`), root: temporary(".") };
  const config = parseConfig({ schema: workerStage.schema, layers: [], flags });
  return workerStage.run(config, { ...withStore(), ...context });
}

async function jobs(name: string): Promise<Readonly<Record<string, unknown>>> {
  const flags = { queue: redis(), "queue-name": name };
  return (await jobsStage.run(parseConfig({ schema: jobsStage.schema, layers: [], flags }), silentContext)).json;
}

describeRedis("a worker that is told to stop", () => {
  it.each(["GET", "PUT"])(
    "gives its job back where a store is silent to %s, and no attempt is counted",
    async (method) => {
      const name = `silent-${method}`;
      const output = temporary(`${name}.csv`);
      const queued = { output, queue: redis(), "queue-name": name, store, shards: "1", attempts: "1" };
      const job = score(queued, withStore());
      while (Object(await jobs(name)).counts.waiting !== 1);
      const stop = new AbortController();
      s3().trouble = (request) => {
        if (!request.startsWith(`${method} bucket/scoring/files/`)) return null;
        setTimeout(() => stop.abort(), 200);
        return "silent";
      };
      const lines: string[] = [];
      // Without the limit, six silent minutes pass first, and the time of this test with them.
      const { json } = await work(name, { signal: stop.signal, log: (line) => void lines.push(line) });
      s3().trouble = () => null;
      expect(json).toEqual({ stage: "worker", completed: 0, failed: 0 });
      expect(lines.at(-1)).toBe(`${name}.csv 0/1: given back to the queue, since its store does not answer`);
      expect(Object(await jobs(name)).counts).toEqual({ waiting: 1, active: 0, completed: 0, failed: 0 });

      const next = new AbortController();
      const worker = work(name, { signal: next.signal });
      await job;
      next.abort();
      await worker;
      expect(existsSync(output)).toBe(true);
    },
    30_000,
  );

  it("ends where Redis answers no more", async () => {
    const script = await compiledProgram();
    const port = new URL(redis()).port;
    const [processId] = execFileSync("redis-cli", ["-p", port, "info", "server"], { encoding: "utf8" }).match(
      /(?<=process_id:)\d+/,
    )!;
    const args = ["worker", "--queue", redis(), "--queue-name", "frozen"];
    const ended = runProgram(script, args, temporary("."), (child) => {
      child.stderr?.on("data", async (text: Buffer) => {
        if (!text.toString().includes("waiting for jobs")) return;
        await sleep(500);
        process.kill(Number(processId), "SIGSTOP");
        child.kill("SIGTERM");
      });
    });
    // Thawed whatever becomes of the worker, or the next test would hang on it.
    const result = await Promise.race([ended, sleep(20_000, null)]);
    process.kill(Number(processId), "SIGCONT");
    expect(result).toMatchObject({ status: expect.any(Number) });
  }, 120_000);
});

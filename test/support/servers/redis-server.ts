/**
 * A Redis of the test's own, on a port of its own; tests that need one are skipped out loud where
 * redis-server is not installed.
 */
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { afterAll, beforeAll, describe } from "@jest/globals";
import { freePort } from "./free-port.ts";

const isInstalled = spawnSync("redis-server", ["--version"]).status === 0;
if (!isInstalled)
  console.warn("skipped: redis-server is not installed (apt-get install redis-server), so no queue is tested");

export const describeRedis = isInstalled ? describe : describe.skip;

/** Gives the server's URL; call the result inside tests only. */
export function useRedis(folder: () => string): () => string {
  let server: ChildProcess | null = null;
  let url = "";
  beforeAll(async () => {
    if (!isInstalled) return;
    const port = await freePort();
    url = `redis://127.0.0.1:${port}`;
    const args = ["--port", String(port), "--dir", folder(), "--appendonly", "yes", "--save", ""];
    const started = spawn("redis-server", args, { stdio: ["ignore", "pipe", "ignore"] });
    server = started;
    await new Promise<void>((resolve, reject) => {
      started.on("error", reject);
      started.stdout.on("data", (text) => String(text).includes("Ready to accept connections") && resolve());
    });
  });
  afterAll(async () => {
    if (server === null) return;
    const ended = new Promise((resolve) => server?.on("close", resolve));
    server.kill("SIGKILL");
    await ended;
  });
  return () => url;
}

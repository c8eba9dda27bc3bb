/**
 * A Redis of the test's own, on a port of its own; tests that need one are skipped out loud where
 * redis-server is not installed.
 */
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { afterAll, beforeAll, describe } from "@jest/globals";
import { freePort } from "./free-port.ts";

const isInstalled = spawnSync("redis-server", ["--version"]).status === 0;
if (!isInstalled)
  console.warn("skipped: redis-server is not installed (apt-get install redis-server), so nothing of it is tested");

export const describeRedis = isInstalled ? describe : describe.skip;

export interface TestRedis {
  /** The server's URL; to be asked inside tests only. */
  (): string;
  /** Ends it at once; what it has in its log comes back with `start`. */
  kill(): Promise<void>;
  start(): Promise<void>;
}

export function useRedis(folder: () => string): TestRedis {
  let server: ChildProcess | null = null;
  let port = 0;
  const start = async (): Promise<void> => {
    const args = ["--port", String(port), "--dir", folder(), "--appendonly", "yes", "--save", ""];
    const started = spawn("redis-server", args, { stdio: ["ignore", "pipe", "ignore"] });
    server = started;
    await new Promise<void>((resolve, reject) => {
      started.on("error", reject);
      started.stdout.on("data", (text) => String(text).includes("Ready to accept connections") && resolve());
    });
  };
  const kill = async (): Promise<void> => {
    if (server === null) return;
    const ended = new Promise((resolve) => server?.on("close", resolve));
    server.kill("SIGKILL");
    await ended;
    server = null;
  };
  beforeAll(async () => {
    if (!isInstalled) return;
    port = await freePort();
    await start();
  });
  afterAll(kill);
  return Object.assign(() => `redis://127.0.0.1:${port}`, { kill, start });
}

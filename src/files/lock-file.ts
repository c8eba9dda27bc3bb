/**
 * One writer at a time in a folder: a file that holds the writer's process id, and is stale once that process is gone.
 */
import { link, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { hostname } from "node:os";
import { basename, dirname, join } from "node:path";
import { ConfigError } from "../errors.ts";
import { errorCode } from "./error-code.ts";
import type { Processes } from "./processes.ts";

/** Takes the lock or throws ConfigError saying who holds it; resolves to the function that gives it back. */
export async function takeLock(path: string, processes: Processes): Promise<() => Promise<void>> {
  const claim = `${path}.${processes.processId}`;
  // Linked into place with its content already in it, so that nobody ever reads a lock half written.
  await writeFile(claim, `${processes.processId} ${hostname()}\n`);
  try {
    for (;;) {
      if (await linked(claim, path)) {
        await clearClaims(path, processes);
        return () => rm(path, { force: true });
      }
      const holder = await readHolder(path);
      if (holder === null) continue; // given back this very moment
      if (
        holder.host !== hostname() ||
        (holder.processId !== processes.processId && processes.isProcessAlive(holder.processId))
      ) {
        throw new ConfigError(
          `${path}: process ${holder.processId} on ${holder.host} is at work here; wait for it, or remove the file if it is gone`,
        );
      }
      await rm(path, { force: true });
    }
  } finally {
    await rm(claim, { force: true });
  }
}

/** What a process that died between claiming and locking left beside the lock. */
async function clearClaims(path: string, { isProcessAlive }: Pick<Processes, "isProcessAlive">): Promise<void> {
  const prefix = `${basename(path)}.`;
  for (const name of await readdir(dirname(path))) {
    if (!name.startsWith(prefix) || !/^\d+$/.test(name.slice(prefix.length))) continue;
    const claim = join(dirname(path), name);
    const holder = await readHolder(claim);
    if (holder?.host === hostname() && !isProcessAlive(holder.processId)) await rm(claim, { force: true });
  }
}

async function linked(claim: string, path: string): Promise<boolean> {
  try {
    await link(claim, path);
    return true;
  } catch (error) {
    if (errorCode(error) === "EEXIST") return false;
    throw error;
  }
}

async function readHolder(path: string): Promise<{ processId: number; host: string } | null> {
  try {
    const [processId = "", host = ""] = (await readFile(path, "utf8")).trim().split(" ");
    return { processId: Number(processId), host };
  } catch (error) {
    if (errorCode(error) === "ENOENT") return null;
    throw error;
  }
}

/**
 * Names of unfinished files that tell whose they are, so that several processes can work in one folder
 * and tidy up after the dead.
 */
import { readdir, rm } from "node:fs/promises";
import { hostname } from "node:os";
import { join } from "node:path";
import type { Processes } from "./processes.ts";

/** "<name>.work-<host>-<process>": nobody else's while this process lives. */
export function workName(name: string, { processId }: Pick<Processes, "processId">): string {
  return `${name}.work-${hostname()}-${processId}`;
}

/**
 * Removes what processes of this machine that are gone had begun in `folder`. Those of other machines are left alone.
 */
export async function removeStaleWork(folder: string, { processId, isProcessAlive }: Processes): Promise<void> {
  const prefix = `.work-${hostname()}-`;
  for (const name of await readdir(folder)) {
    const at = name.indexOf(prefix);
    const owner = at < 0 ? Number.NaN : Number.parseInt(name.slice(at + prefix.length), 10);
    if (Number.isNaN(owner) || owner === processId || isProcessAlive(owner)) continue;
    await rm(join(folder, name), { recursive: true, force: true });
  }
}

/**
 * Names of unfinished files that tell whose they are, so that several processes can work in one folder
 * and tidy up after the dead.
 */
import { readdir, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import type { Processes } from "./processes.ts";

const DAY_MILLISECONDS = 86_400_000;

/** "<name>.work-<place>-<process>": nobody else's while this process lives. */
export function workName(name: string, { place, processId }: Pick<Processes, "place" | "processId">): string {
  return `${name}.work-${place}-${processId}`;
}

/**
 * Removes what processes that are gone had begun in `folder`. Whether one of another machine or container is gone
 * cannot be known, so theirs stays for a day after it was last written.
 */
export async function removeStaleWork(folder: string, processes: Processes): Promise<void> {
  for (const name of await readdir(folder)) {
    const [, place, owner] = /\.work-(\w+)-(\d+)/.exec(name) ?? [];
    if (place === undefined || owner === undefined) continue;
    const file = join(folder, name);
    if (await isInUse(file, { place, owner: Number(owner) }, processes)) continue;
    await rm(file, { recursive: true, force: true });
  }
}

async function isInUse(
  file: string,
  { place, owner }: { readonly place: string; readonly owner: number },
  { processId, isProcessAlive, ...processes }: Processes,
): Promise<boolean> {
  if (place === processes.place) return owner === processId || isProcessAlive(owner);
  const written = await stat(file).catch(() => null);
  return written === null || processes.now() - written.mtimeMs < DAY_MILLISECONDS;
}

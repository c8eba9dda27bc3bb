/**
 * `gate --keep N`: runs that came through the gate and are past use are removed, so that a run a night does not fill
 * the disk. Runs that no gate has looked at are nobody's to remove.
 */
import { readdir, rename, rm } from "node:fs/promises";
import path from "node:path";
import { removeStaleWork, workName } from "../../src/files/work-names.ts";
import { promotedRuns, writePromoted } from "../runs/current-run.ts";
import { readGateRecord } from "../runs/gate-file.ts";
import type { LinkContext } from "../runs/run-link.ts";
import { readManifest } from "../runs/stored-run.ts";

/**
 * Keeps the last `keep` runs that were promoted, and what was kept out since the oldest of them; returns the folders
 * removed. A run disappears under its name in one step; what a kill leaves of it goes with the next removal.
 */
export async function removeRuns(folder: string, keep: number, context: LinkContext): Promise<readonly string[]> {
  const kept = (await promotedRuns(folder)).slice(0, keep);
  const since = await Promise.all(kept.map((name) => finishedAt(path.join(folder, name))));
  const oldest = since.flatMap((time) => time ?? []).sort()[0];
  if (oldest === undefined) return [];
  await writePromoted(folder, kept);
  const removed: string[] = [];
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    const directory = path.join(folder, entry.name);
    if (!entry.isDirectory() || kept.includes(entry.name) || (await readGateRecord(directory)) === null) continue;
    const time = await finishedAt(directory);
    if (time === null || time >= oldest) continue;
    const leaving = workName(directory, context);
    await rename(directory, leaving);
    await rm(leaving, { recursive: true, force: true });
    removed.push(directory);
  }
  await removeStaleWork(folder, context);
  return removed;
}

/** ISO 8601; null for a run that is not finished, or does not say. */
async function finishedAt(directory: string): Promise<string | null> {
  const manifest = await readManifest(directory);
  return manifest?.status === "done" ? (manifest.finishedAt ?? null) : null;
}

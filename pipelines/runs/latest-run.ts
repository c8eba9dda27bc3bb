/**
 * models/<dataset>/latest: the link to the newest finished run. Where it points, it counts, also where a person pointed
 * it; it is mended where a run finished after it was last set (its training was cut off before it could), or where it
 * leads nowhere.
 */
import { lstat, readdir, realpath } from "node:fs/promises";
import path from "node:path";
import { DataError, messageOf } from "../../src/errors.ts";
import { errorCode } from "../../src/files/error-code.ts";
import { latestLink } from "../../src/runs/run-directory.ts";
import { type LinkContext, pointRunLink, runOfTarget, targetOfLink } from "./run-link.ts";
import { readManifest } from "./stored-run.ts";

/** Points `latest` of a folder of runs at one of them. Throws ConfigError or StorageError where it cannot. */
export async function pointLatest(folder: string, run: string, context: LinkContext): Promise<void> {
  await pointRunLink(path.join(folder, latestLink), run, context);
}

/**
 * The folder of the latest run among those of `folder`; null where none is finished. Mends the link where it was left
 * behind, and says so. Throws ConfigError where a folder stands in its place.
 */
export async function latestRun(folder: string, context: LinkContext): Promise<string | null> {
  const pointer = path.join(folder, latestLink);
  const target = await targetOfLink(pointer);
  const link = await lstat(pointer).catch(() => null);
  const newest = await newestRun(folder);
  const isBehind = newest !== null && link !== null && newest.finishedMilliseconds > link.mtimeMs;
  if (target !== null && (!isBehind || target === newest.target)) return runOfTarget(target, folder);
  if (newest === null) return null;
  let problem = "is missing";
  if (target !== null) problem = `points at ${path.basename(target)}, but a run finished after it was set`;
  else if (link !== null) problem = "leads nowhere";
  context.log(`${pointer} ${problem}: the newest finished run, ${path.basename(newest.directory)}, is taken`);
  await pointLatest(folder, newest.directory, context).catch((error: unknown) => {
    context.log(`warning: the link cannot be mended: ${messageOf(error)}`);
  });
  return newest.directory;
}

/** When the newest finished run of a folder of runs was done, ISO 8601; null where none is finished. */
export async function finishedSince(folder: string): Promise<string | null> {
  return (await newestRun(folder))?.since ?? null;
}

interface FinishedRun {
  readonly directory: string;
  /** Without links. */
  readonly target: string;
  /** Since the epoch; of a run whose manifest does not say, -Infinity. */
  readonly finishedMilliseconds: number;
  /** ISO 8601: by which they are put in order. */
  readonly since: string;
}

async function newestRun(folder: string): Promise<FinishedRun | null> {
  let newest: FinishedRun | null = null;
  const entries = await readdir(folder, { withFileTypes: true }).catch((error: unknown) => {
    if (errorCode(error) === "ENOENT" || errorCode(error) === "ENOTDIR") return [];
    throw error;
  });
  for (const entry of entries) {
    if (!entry.isDirectory()) continue;
    const directory = path.join(folder, entry.name);
    const manifest = await readManifest(directory).catch((error: unknown) => {
      if (error instanceof DataError) return null; // a damaged run is not the one to take
      throw error;
    });
    if (manifest?.status !== "done") continue;
    const { finishedAt, startedAt } = manifest;
    const since = finishedAt ?? startedAt;
    if (newest !== null && since <= newest.since) continue;
    const finishedMilliseconds = finishedAt === undefined ? Number.NEGATIVE_INFINITY : Date.parse(finishedAt);
    newest = { directory, target: await realpath(directory), finishedMilliseconds, since };
  }
  return newest;
}

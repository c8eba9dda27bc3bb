/**
 * models/<dataset>/current: the link to the run in use, moved by `gate`, and promoted.json beside it, the runs that it
 * has led to, the last first. The link alone says which is current: the list is read from its target on, and a new name
 * stands in it before the link moves, so that a kill between the two loses nothing.
 */
import path from "node:path";
import { z } from "zod";
import { ConfigError } from "../../src/errors.ts";
import { readJsonIfThere } from "../../src/files/json-file.ts";
import { writeFileAtomically } from "../../src/files/write-file.ts";
import { currentLink, PROMOTED_FILE } from "../../src/runs/run-directory.ts";
import { type LinkContext, pointRunLink, runOfTarget, targetOfLink } from "./run-link.ts";
import { readFinishedManifest } from "./stored-run.ts";

/** The folder of the current run among those of `folder`; null where none was promoted, or it is gone. */
export async function currentRun(folder: string): Promise<string | null> {
  const target = await targetOfLink(path.join(folder, currentLink));
  return target === null ? null : runOfTarget(target, folder);
}

/** Names of the runs that were promoted, the current one first; those gone back from are no longer among them. */
export async function promotedRuns(folder: string): Promise<readonly string[]> {
  const target = await targetOfLink(path.join(folder, currentLink));
  const listed = await readPromoted(folder);
  if (target === null) return listed;
  const name = path.basename(target);
  return [...new Set([name, ...listed.slice(Math.max(0, listed.indexOf(name)))])];
}

/** Makes a finished run among those of `folder` the current one; does nothing where it is. Throws as pointRunLink. */
export async function promoteRun(folder: string, run: string, context: LinkContext): Promise<void> {
  const before = await promotedRuns(folder);
  const name = path.basename(path.resolve(run));
  if (before[0] === name && (await currentRun(folder)) !== null) return writePromoted(folder, before);
  await writePromoted(folder, [name, ...before]);
  await pointRunLink(path.join(folder, currentLink), run, context);
}

/** As promotedRuns. Throws ConfigError where there is none. */
export async function runsToRollBack(folder: string): Promise<readonly [string, ...string[]]> {
  const [from, ...others] = await promotedRuns(folder);
  if (from !== undefined) return [from, ...others];
  throw new ConfigError(`${folder}: no run was promoted, so there is nothing to roll back`);
}

/** The current run gives way to the one before it; returns both. Throws ConfigError where there is none before. */
export async function rollBack(
  folder: string,
  context: LinkContext,
): Promise<{ readonly from: string; readonly to: string }> {
  const [from, to, ...older] = await runsToRollBack(folder);
  if (to === undefined) {
    throw new ConfigError(
      `${folder}: ${from} is the first run that was promoted, so there is none before it; promote another with: lawn-ranker gate --run RUN --against none --promote`,
    );
  }
  await readFinishedManifest(path.join(folder, to));
  await pointRunLink(path.join(folder, currentLink), path.join(folder, to), context);
  await writePromoted(folder, [to, ...older]);
  return { from, to };
}

const promotedSchema = z.object({ runs: z.array(z.string()) });

async function readPromoted(folder: string): Promise<readonly string[]> {
  const words = { what: "the list of promoted runs", remedy: "remove it, and the current run stays what it is" };
  return (await readJsonIfThere(path.join(folder, PROMOTED_FILE), promotedSchema, words))?.runs ?? [];
}

export async function writePromoted(folder: string, runs: readonly string[]): Promise<void> {
  await writeFileAtomically(path.join(folder, PROMOTED_FILE), `${JSON.stringify({ runs }, null, 2)}\n`);
}

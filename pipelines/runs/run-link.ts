/** A name among the runs of a dataset that leads to one of them: a relative link, replaced in one step. */
import { lstat, realpath } from "node:fs/promises";
import path from "node:path";
import { ConfigError } from "../../src/errors.ts";
import { isFolder } from "../../src/files/is-folder.ts";
import { cannotWrite } from "../../src/files/make-folder.ts";
import { removeStaleWork, workName } from "../../src/files/work-names.ts";
import { replaceLink } from "../../src/files/write-file.ts";
import { latestLink } from "../../src/runs/run-directory.ts";
import type { StageContext } from "../stage.ts";
import { readManifest } from "./stored-run.ts";

export type LinkContext = Pick<StageContext, "log" | "place" | "processId" | "token" | "isProcessAlive" | "now">;

/** Throws ConfigError where a folder stands in its place, StorageError where it cannot be written. */
export async function pointRunLink(pointer: string, run: string, context: LinkContext): Promise<void> {
  await refuseFolder(pointer);
  try {
    await replaceLink(pointer, path.basename(path.resolve(run)), workName(pointer, context));
    await removeStaleWork(path.dirname(pointer), context);
  } catch (error) {
    throw cannotWrite(pointer, "name the run with --run", error);
  }
}

/** Where it leads, without links; null where there is none, or it leads nowhere. Throws ConfigError for a folder. */
export async function targetOfLink(pointer: string): Promise<string | null> {
  await refuseFolder(pointer);
  return (await isFolder(pointer)) ? realpath(pointer) : null;
}

/** `target` relative to where the caller stands, unless a person pointed the link out of its own folder. */
export async function runOfTarget(target: string, folder: string): Promise<string> {
  return path.dirname(target) === (await realpath(folder)) ? path.join(folder, path.basename(target)) : target;
}

/** A new link cannot take its place, and whether it may go is not for a program to say. */
async function refuseFolder(pointer: string): Promise<void> {
  if (!((await lstat(pointer).catch(() => null))?.isDirectory() ?? false)) return;
  const run = (await readManifest(pointer).catch(() => null))?.run;
  const isCopy = run === undefined || (await isFolder(path.join(path.dirname(pointer), run)));
  const remedy = isCopy ? "remove it" : `rename it to ${run}, which is not there`;
  const isLatest = path.basename(pointer) === latestLink;
  const then = isLatest ? "the newest finished run is the latest again" : "promote a run again with lawn-ranker gate";
  throw new ConfigError(
    `${pointer} is a folder, expected a link: copying without links makes one of it${run === undefined ? "" : `, here of run ${run}`}; ${remedy}, and ${then}, or name a run with --run`,
  );
}

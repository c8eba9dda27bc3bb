/** A folder built beside its target and moved there whole: readers see the former one or the new one, never a half. */
import { rename, rm, stat } from "node:fs/promises";
import { dirname } from "node:path";
import { flushFolder } from "./partial-file.ts";

export interface FolderPaths {
  readonly target: string;
  /** Where what is at the target stands for the moment of the change; on the same file system. */
  readonly former: string;
}

/** The former folder is left at `former`, to be removed. */
export async function replaceFolder(made: string, { target, former }: FolderPaths): Promise<void> {
  const replaces = await exists(target);
  await flushFolder(made);
  if (replaces) {
    await rm(former, { recursive: true, force: true });
    await rename(target, former);
  }
  try {
    await rename(made, target);
  } catch (error) {
    if (replaces) await rename(former, target);
    throw error;
  }
  await flushFolder(dirname(target));
}

/** Puts back what a process that died within replaceFolder had just moved aside. */
export async function restoreFolder({ target, former }: FolderPaths): Promise<void> {
  if ((await exists(former)) && !(await exists(target))) await rename(former, target);
}

async function exists(path: string): Promise<boolean> {
  return (await stat(path).catch(() => null)) !== null;
}

/** A folder built beside its place and moved there whole: readers see the former one or the new one, never half of one. */
import { rename, rm, stat } from "node:fs/promises";
import { dirname } from "node:path";
import { flushFolder } from "./partial-file.ts";

export interface FolderPlace {
  readonly place: string;
  /** Where what is in the place stands for the moment of the change; on the same file system. */
  readonly former: string;
}

/** The former folder is left at `former`, to be removed. */
export async function replaceFolder(made: string, { place, former }: FolderPlace): Promise<void> {
  const replaces = await exists(place);
  await flushFolder(made);
  if (replaces) {
    await rm(former, { recursive: true, force: true });
    await rename(place, former);
  }
  try {
    await rename(made, place);
  } catch (error) {
    if (replaces) await rename(former, place);
    throw error;
  }
  await flushFolder(dirname(place));
}

/** Puts back what a process that died within replaceFolder had just moved aside. */
export async function restoreFolder({ place, former }: FolderPlace): Promise<void> {
  if ((await exists(former)) && !(await exists(place))) await rename(former, place);
}

async function exists(path: string): Promise<boolean> {
  return (await stat(path).catch(() => null)) !== null;
}

/** Whole files and links in one step: what is there is the old one or the new one. */
import { rename, rm, symlink } from "node:fs/promises";
import { dirname } from "node:path";
import { cannotWrite } from "./make-folder.ts";
import { flushFolder, openPartialFile } from "./partial-file.ts";

/** `partial`: see openPartialFile. Throws StorageError where it cannot be written. */
export async function writeFileAtomically(path: string, content: Uint8Array | string, partial?: string): Promise<void> {
  try {
    const file = await openPartialFile(path, partial);
    try {
      await file.handle.writeFile(content);
      await file.publish();
    } finally {
      await file.discard();
    }
  } catch (error) {
    throw cannotWrite(path, "free some space, or put the results elsewhere", error);
  }
}

/**
 * Points `path` at `target`, which is relative to the folder of `path`, in one step. `partial` is a name of this
 * process's own, such as workName gives: any number of processes may do this at once.
 */
export async function replaceLink(path: string, target: string, partial: string): Promise<void> {
  await rm(partial, { force: true });
  try {
    await symlink(target, partial, "dir");
    await rename(partial, path);
  } finally {
    await rm(partial, { force: true });
  }
  await flushFolder(dirname(path));
}

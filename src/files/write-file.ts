/** Files that are either whole or not there: written beside, flushed to the disk, then renamed into place. */
import { open, rename, rm, symlink } from "node:fs/promises";
import { dirname } from "node:path";
import { errorCode } from "./error-code.ts";
import { cannotWrite } from "./make-folder.ts";

/** Survives a crash and a power cut at any moment: readers find the old content or the new one. */
export async function writeFileAtomically(path: string, content: Uint8Array | string): Promise<void> {
  const partial = `${path}.partial`;
  try {
    const file = await open(partial, "w");
    try {
      await file.writeFile(content);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(partial, path);
  } catch (error) {
    await rm(partial, { force: true });
    throw cannotWrite(path, "free some space, or put the results elsewhere", error);
  }
  await syncFolder(dirname(path));
}

/** Points `path` at `target`, which is relative to the folder of `path`, in one step. */
export async function replaceLink(path: string, target: string): Promise<void> {
  const partial = `${path}.partial`;
  await rm(partial, { force: true });
  await symlink(target, partial, "dir");
  await rename(partial, path);
}

/** A rename lasts only once its folder is on the disk. */
async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, "r");
  try {
    await handle.sync();
  } catch (error) {
    // Some file systems cannot flush folders; the file itself is on the disk already.
    if (!["EINVAL", "EPERM"].includes(errorCode(error) ?? "")) throw error;
  } finally {
    await handle.close();
  }
}

/** Files that are either whole or not there: written beside their place, flushed to the disk, then renamed into it. */
import { type FileHandle, open, rename, rm } from "node:fs/promises";
import { dirname } from "node:path";
import { errorCode } from "./error-code.ts";

export interface PartialFile {
  readonly handle: FileHandle;
  /** Puts the file in its place, over one that is there. */
  publish(): Promise<void>;
  /** Leaves nothing behind; harmless after publish. */
  discard(): Promise<void>;
}

/**
 * Survives a crash and a power cut at any moment: readers of `path` find the old content or the new one. Where several
 * processes may write the same file at once, each needs a `partial` of its own, such as workName gives.
 */
export async function openPartialFile(path: string, partial = `${path}.partial`): Promise<PartialFile> {
  const handle = await open(partial, "w");
  let isPublished = false;
  return {
    handle,
    async publish() {
      await handle.sync();
      await handle.close();
      await putInPlace(partial, path);
      isPublished = true;
    },
    async discard() {
      if (isPublished) return;
      await handle.close(); // harmless when it is closed already
      await rm(partial, { force: true });
    },
  };
}

/** Puts a finished file, whoever wrote it, in its place on the same file system: on the disk first, then renamed. */
export async function putInPlace(finished: string, path: string): Promise<void> {
  await flush(finished, "r+");
  await rename(finished, path);
  await flushFolder(dirname(path));
}

/** What was renamed in a folder lasts only once the folder is on the disk. */
export async function flushFolder(folder: string): Promise<void> {
  await flush(folder, "r").catch((error: unknown) => {
    // Some file systems cannot flush folders; the file itself is on the disk already.
    if (!["EINVAL", "EPERM"].includes(errorCode(error) ?? "")) throw error;
  });
}

async function flush(path: string, flags: "r" | "r+"): Promise<void> {
  const handle = await open(path, flags);
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** Folders for results, made with the ones above them; where none can be, it is refused by name. */
import { constants } from "node:fs";
import { access, mkdir, stat } from "node:fs/promises";
import path from "node:path";
import { StorageError } from "../errors.ts";
import { errorCode } from "./error-code.ts";

const REASONS: Readonly<Record<string, string>> = {
  EACCES: "no permission",
  EPERM: "no permission",
  EROFS: "read-only file system",
  ENOSPC: "no disk space",
  ENOENT: "no such folder, and none can be made",
  ENOTDIR: "a file is in the way",
  EEXIST: "a file is in the way",
  ENAMETOOLONG: "the name is too long",
  ELOOP: "a loop of links",
  EDQUOT: "the disk quota is used up",
  ENOTSUP: "not supported",
  EMLINK: "too many links",
};

/**
 * Throws StorageError that names the folder, the reason and `remedy`, such as "choose another folder with --output".
 */
export async function makeFolder(folder: string, remedy: string): Promise<void> {
  try {
    // One by one: where a file system takes no folders, such as /proc, node's own recursive mkdir tries again for ever.
    for (const missing of await missingFolders(path.resolve(folder))) await makeOne(missing);
    await access(folder, constants.W_OK);
  } catch (error) {
    throw cannotWrite(folder, remedy, error);
  }
}

/** `error` as a StorageError where it says that `target`, a file or folder, cannot be written, else `error` itself. */
export function cannotWrite(target: string, remedy: string, error: unknown): unknown {
  const code = errorCode(error) ?? "";
  const reason = REASONS[code];
  if (reason === undefined) return error;
  return new StorageError(`${target}: cannot write there (${reason}, ${code}); ${remedy}`, { cause: error });
}

/** From the uppermost down; ends above at the first thing that is there. */
async function missingFolders(folder: string): Promise<string[]> {
  const missing: string[] = [];
  for (let current = folder; ; current = path.dirname(current)) {
    const found = await stat(current).catch((error: unknown) => {
      if (errorCode(error) === "ENOENT" && current !== path.dirname(current)) return null;
      throw error;
    });
    if (found === null) missing.unshift(current);
    else if (found.isDirectory()) return missing;
    else throw Object.assign(new Error(`${current} is a file`), { code: "ENOTDIR" });
  }
}

async function makeOne(folder: string): Promise<void> {
  try {
    await mkdir(folder);
  } catch (error) {
    // Another process may have made it meanwhile; a link to nowhere says EEXIST too, and is no folder.
    if (errorCode(error) !== "EEXIST" || !(await stat(folder).catch(() => null))?.isDirectory()) throw error;
  }
}

/**
 * A worker's own copies of files from an object store: one of each content, checked by hash, linked
 * into a folder for each job.
 */
import { link, rename, rm, stat } from "node:fs/promises";
import path from "node:path";
import type { FileContent } from "../../../src/files/file-content.ts";
import { cannotWrite, makeFolder } from "../../../src/files/make-folder.ts";
import { putInPlace } from "../../../src/files/partial-file.ts";
import { fileProblem } from "../../../src/files/recorded-files.ts";
import { removeStaleWork, workName } from "../../../src/files/work-names.ts";
import { hashOf } from "../../../src/runs/run-directory.ts";
import type { ObjectStore } from "../../../src/transfer/object-store.ts";
import type { StageContext } from "../../stage.ts";
import type { JobFile } from "./job-files.ts";
import { contentKey } from "./remote-files.ts";

const REMEDY = "choose another folder with --cache";

export interface FileCache {
  /** A folder under `root` with every one of `files` at its relative path; others like it share their files. */
  folderOf(root: string, files: readonly JobFile[], store: ObjectStore, context: StageContext): Promise<string>;
}

/** Hashes what it finds once; later on in this process a copy is believed, as long as it lies there with its size. */
export function openFileCache(): FileCache {
  const checked = new Set<string>();

  async function bring(root: string, content: FileContent, store: ObjectStore, context: StageContext): Promise<string> {
    const file = path.join(root, "files", content.sha256);
    if (await isGood(file, content, context)) return file;
    const working = workName(file, context);
    try {
      await store.download(contentKey(content), working, content);
      await putInPlace(working, file);
    } finally {
      await rm(working, { force: true });
    }
    checked.add(file);
    return file;
  }

  async function isGood(file: string, content: FileContent, { log }: StageContext): Promise<boolean> {
    const size = (await stat(file).catch(() => null))?.size;
    if (size === undefined) return false;
    if (checked.has(file) && size === content.bytes) return true;
    const problem = await fileProblem({ path: file, role: "input", ...content });
    if (problem === null) checked.add(file);
    else log(`${problem}; it is fetched again`);
    return problem === null;
  }

  return {
    async folderOf(root, files, store, context) {
      const [copies, folder] = [path.join(root, "files"), path.join(root, "jobs", hashOf(files).slice(0, 32))];
      await makeFolder(copies, REMEDY);
      await removeStaleWork(copies, context);
      for (const file of files) {
        const copy = await bring(root, file, store, context);
        const target = path.join(folder, file.relativePath);
        await makeFolder(path.dirname(target), REMEDY);
        await linkOver(copy, target, context);
      }
      return folder;
    },
  };
}

/** `target` is `copy` afterwards; a reader of what was there before is not disturbed. */
async function linkOver(copy: string, target: string, context: StageContext): Promise<void> {
  const [wanted, found] = [await stat(copy), await stat(target).catch(() => null)];
  if (found?.ino === wanted.ino) return;
  const working = workName(target, context);
  await rm(working, { force: true });
  try {
    await link(copy, working);
  } catch (error) {
    throw cannotWrite(target, `${REMEDY}, on a file system with hard links`, error);
  }
  await rename(working, target);
  await rm(working, { force: true }); // renaming a file over another name of its own leaves both
}

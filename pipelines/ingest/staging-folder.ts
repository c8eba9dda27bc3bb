/**
 * A dataset is built in a hidden folder and moved to its own whole: readers see the former one or the
 * new one, never half of one.
 */
import { mkdir, readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { ConfigError } from "../../src/errors.ts";
import { errorCode } from "../../src/files/error-code.ts";
import { takeLock } from "../../src/files/lock-file.ts";
import { cannotWrite, makeFolder } from "../../src/files/make-folder.ts";
import type { Processes } from "../../src/files/processes.ts";
import { replaceFolder, restoreFolder } from "../../src/files/replace-folder.ts";
import { DATASET_FILES, DESCRIPTION_FILE, FURTHER_FILES } from "../dataset/dataset-files.ts";

const REMEDY = "choose another folder with --data-root";

export interface StagingFolder {
  /** Where the files of the dataset are to be written. */
  readonly result: string;
  /** For scratch files; gone after close. */
  readonly scratch: string;
  /** Puts `result` where the former dataset is. */
  publish(): Promise<void>;
  /** Removes everything unpublished and gives the lock back. */
  close(): Promise<void>;
}

/**
 * <dataRoot>/.<dataset>.partial, guarded by <dataRoot>/.<dataset>.lock. What a process that died left there is removed,
 * and a former dataset that it had just moved aside is put back. Throws ConfigError where <dataRoot>/<dataset> is
 * anything but a dataset: publishing would remove it.
 */
export async function openStagingFolder(dataRoot: string, dataset: string, context: Processes): Promise<StagingFolder> {
  const target = join(dataRoot, dataset);
  const partial = join(dataRoot, `.${dataset}.partial`);
  const [result, scratch, former] = [join(partial, "result"), join(partial, "scratch"), join(partial, "former")];
  await makeFolder(dataRoot, REMEDY);
  const unlock = await writable(dataRoot, () => takeLock(join(dataRoot, `.${dataset}.lock`), context));
  try {
    await restoreFolder({ target, former });
    await refuseForeignFiles(target);
    await rm(partial, { recursive: true, force: true });
    await writable(dataRoot, () => mkdir(partial));
    await mkdir(result);
    await mkdir(scratch);
  } catch (error) {
    await unlock();
    throw error;
  }
  return {
    result,
    scratch,
    publish: () => replaceFolder(result, { target, former }),
    async close() {
      await rm(partial, { recursive: true, force: true });
      await unlock();
    },
  };
}

/** Raw logs, notes, another program's folder: all of it would go with the former dataset. */
async function refuseForeignFiles(target: string): Promise<void> {
  const own = new Set<string>([...DATASET_FILES, ...FURTHER_FILES, DESCRIPTION_FILE]);
  const found = await readdir(target).catch((error: unknown) => {
    if (errorCode(error) === "ENOENT") return [];
    throw errorCode(error) === "ENOTDIR"
      ? new ConfigError(`${target}: is a file, but the dataset would be written there; choose another --dataset name`)
      : error;
  });
  const foreign = found.find((name) => !own.has(name));
  if (foreign === undefined) return;
  throw new ConfigError(
    `${target}: holds ${foreign}, which no ingest wrote and the new dataset would replace; move it elsewhere, or choose another --dataset name`,
  );
}

/** A folder that cannot be written is the user's to mend. */
async function writable<T>(directory: string, task: () => Promise<T>): Promise<T> {
  try {
    return await task();
  } catch (error) {
    throw cannotWrite(directory, REMEDY, error);
  }
}

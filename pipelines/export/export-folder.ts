/**
 * The folder of an export: built under another name and renamed when whole; a former export is replaced,
 * anything else is refused.
 */
import { readdir, rm } from "node:fs/promises";
import path from "node:path";
import { isRecord } from "../../src/config/is-record.ts";
import { ConfigError } from "../../src/errors.ts";
import { errorCode } from "../../src/files/error-code.ts";
import { contentOf, type FileContent, readTextIfThere } from "../../src/files/file-content.ts";
import { takeLock } from "../../src/files/lock-file.ts";
import { cannotWrite, makeFolder } from "../../src/files/make-folder.ts";
import type { Processes } from "../../src/files/processes.ts";
import { replaceFolder, restoreFolder } from "../../src/files/replace-folder.ts";

export const EXPORT_MANIFEST = "manifest.json";
const EXPORT_REMEDY = "free some space, or choose another folder with --output";

/** Calls `fill` with an empty folder, and puts it at `target` when that is done. */
export async function publishFolder(
  target: string,
  context: Processes,
  fill: (folder: string) => Promise<void>,
): Promise<void> {
  const partial = `${target}.partial`;
  const replaced = { target, former: `${target}.former` };
  await makeFolder(path.dirname(target), "choose another folder with --output");
  try {
    const unlock = await takeLock(`${target}.lock`, context);
    try {
      await restoreFolder(replaced);
      await rm(partial, { recursive: true, force: true });
      await makeFolder(partial, "choose another folder with --output");
      await fill(partial);
      await replaceFolder(partial, replaced);
      await rm(replaced.former, { recursive: true, force: true });
    } finally {
      await rm(partial, { recursive: true, force: true });
      await unlock();
    }
  } catch (error) {
    throw cannotWrite(target, EXPORT_REMEDY, error);
  }
}

/** Removes what an export left that was killed once its folder stood whole. */
export async function clearLeftovers(target: string, context: Processes): Promise<void> {
  const left = [`${target}.lock`, `${target}.partial`, `${target}.former`];
  const folder = await readdir(path.dirname(target));
  if (!left.some((file) => folder.some((name) => name.startsWith(path.basename(file))))) return;
  const unlock = await takeLock(`${target}.lock`, context).catch((error: unknown) => {
    if (error instanceof ConfigError) return null; // somebody is at work there
    throw error;
  });
  if (unlock === null) return;
  for (const file of left.slice(1)) await rm(file, { recursive: true, force: true });
  await unlock();
}

/**
 * The manifest there, as it was parsed; null where nothing is there. Throws ConfigError for a
 * folder that no export wrote.
 */
export async function formerExport(target: string): Promise<Readonly<Record<string, unknown>> | null> {
  const names = await readdir(target).catch((error: unknown) => {
    if (errorCode(error) === "ENOENT") return [];
    if (errorCode(error) === "ENOTDIR") {
      throw new ConfigError(
        `${target}: is a file, but the export would be written there; choose a folder with --output`,
      );
    }
    throw error;
  });
  if (names.length === 0) return null;
  const manifest = parseManifest(await readTextIfThere(path.join(target, EXPORT_MANIFEST)));
  const files = manifest?.stage === "export" && isRecord(manifest.files) ? Object.keys(manifest.files) : [];
  const foreign = names.find((name) => name !== EXPORT_MANIFEST && !files.includes(name));
  if (manifest === null || foreign !== undefined) {
    throw new ConfigError(
      `${target}: holds ${foreign ?? names[0]}, which no export wrote and this one would replace; move it elsewhere, or choose another folder with --output`,
    );
  }
  return manifest;
}

/** Null when the file is not there. */
export async function recordOf(file: string): Promise<FileContent | null> {
  try {
    return await contentOf(file);
  } catch (error) {
    if (errorCode(error) === "ENOENT") return null;
    throw error;
  }
}

function parseManifest(text: string | null): Readonly<Record<string, unknown>> | null {
  if (text === null) return null;
  try {
    const value: unknown = JSON.parse(text);
    return isRecord(value) ? { ...value } : null;
  } catch {
    return null;
  }
}

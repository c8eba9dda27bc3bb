/**
 * Names of the files in a raw folder or under a glob; folders called like dt=2026-11-29, as warehouses write them, and
 * train or test are looked into.
 */
import { readdir, stat } from "node:fs/promises";
import { basename, join } from "node:path";
import { glob } from "tinyglobby";
import { DataError, messageOf } from "../../src/errors.ts";
import { isPartFolder } from "../../src/interactions/sources/split-words.ts";

export interface FoundFiles {
  readonly directory: string;
  /** Below the directory, parted by "/", ascending by their characters. */
  readonly names: readonly string[];
  /** Links that lead nowhere. */
  readonly brokenLinks: readonly string[];
}

export async function filesIn(directory: string): Promise<FoundFiles> {
  const names: string[] = [];
  const brokenLinks: string[] = [];
  const look = async (folder: string): Promise<void> => {
    const entries = await readdir(join(directory, folder), { withFileTypes: true }).catch((error: unknown) => {
      throw new DataError(`${join(directory, folder)}: cannot be listed (${messageOf(error)})`);
    });
    for (const entry of entries) {
      const name = folder === "" ? entry.name : `${folder}/${entry.name}`;
      const target = entry.isSymbolicLink() ? await stat(join(directory, name)).catch(() => null) : entry;
      if (target === null) brokenLinks.push(name);
      else if (target.isFile() && !(folder !== "" && isHidden(name))) names.push(name);
      // A link to a folder may lead in a circle.
      else if (entry.isDirectory() && isLookedInto(entry.name)) await look(name);
    }
  };
  await look("");
  return { directory, names: names.sort(), brokenLinks };
}

/** `pattern` has * and ? within a name and ** for folders; everything else in it stands for itself. */
export async function filesMatching(pattern: string): Promise<FoundFiles> {
  const parts = pattern.split("/");
  const first = parts.findIndex((part) => /[*?]/.test(part));
  const directory = parts.slice(0, first).join("/") || (pattern.startsWith("/") ? "/" : ".");
  const rest = parts
    .slice(first)
    .join("/")
    .replaceAll(/[[\]{}()!+@|\\]/g, "\\$&");
  const options = { cwd: directory, onlyFiles: true, expandDirectories: false } as const;
  const found = await glob(rest, options);
  const wantsHidden = isHidden(rest);
  return { directory, names: found.filter((name) => wantsHidden || !isHidden(name)).sort(), brokenLinks: [] };
}

/** Whether the files of a folder are taken for those of the folder above: dt=2026-11-29, or train. */
export function isLookedInto(name: string): boolean {
  return /^[^=]+=/.test(name) || isPartFolder(name);
}

/** Such as _SUCCESS and .part-0.csv.crc. */
export function isHidden(name: string): boolean {
  return /^[._]/.test(basename(name));
}

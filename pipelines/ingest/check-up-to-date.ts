/** Whether a dataset folder already holds what an ingest would make: same settings, same bytes of every raw file. */
import { stat } from "node:fs/promises";
import { basename, join } from "node:path";
import { z } from "zod";
import { DataError, messageOf } from "../../src/errors.ts";
import { DATASET_FILES } from "../dataset/dataset-files.ts";
import { type DatasetDescription, furtherFiles, readDescription } from "../dataset/stored-dataset.ts";
import { type FileFacts, inspectFile } from "./raw-files.ts";

export interface SourceRecord extends FileFacts {
  readonly path: string;
  /** Where it was fetched from, without secrets; absent of a file of this machine. */
  readonly origin?: string;
  /** What an object store calls this version of it. */
  readonly tag?: string | undefined;
}

/** As dataset.json keeps it: by where it lies for good. */
export function lastingRecord({ origin, ...record }: SourceRecord): SourceRecord {
  return { ...record, path: origin ?? record.path };
}

const sourceRecord = z.object({
  path: z.string(),
  bytes: z.number(),
  sha256: z.string(),
  modifiedMs: z.number(),
  isUtf8: z.boolean(),
  isEmpty: z.boolean(),
  format: z.enum(["text", "json", "parquet", "arrow"]),
  oddLines: z.number(),
  tag: z.string().optional(),
});
const recorded = z.looseObject({ sources: z.array(sourceRecord), settingsHash: z.string() });

/** The former dataset, or null when there is none that could still be right. Looks at no raw file. */
export async function readFormer(
  directory: string,
  hash: string,
): Promise<{ description: DatasetDescription; sources: readonly SourceRecord[] } | null> {
  try {
    const description = await readDescription(directory);
    const { sources, settingsHash } = recorded.parse(description);
    for (const name of DATASET_FILES) {
      if ((await stat(join(directory, name))).size !== description.files[name].bytes) return null;
    }
    for (const [name, { bytes }] of furtherFiles(description)) {
      if ((await stat(join(directory, name))).size !== bytes) return null;
    }
    return settingsHash === hash ? { description, sources } : null;
  } catch {
    return null; // no dataset, or one that is broken: either way it is made anew
  }
}

/**
 * A line for the user where the folder holds a dataset of other files or settings, which this ingest will replace; null
 * where it holds none, or one of the same.
 */
export async function replacementNote(
  directory: string,
  { hash, paths }: { readonly hash: string; readonly paths: readonly string[] },
): Promise<string | null> {
  const description = await readDescription(directory).catch(() => null);
  const record = recorded.safeParse(description);
  if (description === null || !record.success) return null;
  const { sources, settingsHash } = record.data;
  const former = sources.map(({ path }) => path);
  if (settingsHash === hash && former.join("\n") === paths.join("\n")) return null;
  const { users, items } = description;
  const from = former.length > 1 ? `${former[0]} and ${former.length - 1} more` : former.join("");
  return `${directory} holds a dataset of ${users} users and ${items} items from ${from}, which is replaced; another --dataset keeps it`;
}

/**
 * What the raw files are, and whether they are those of `former`. A file of the same path, size and time of change is
 * taken as unchanged without reading it.
 */
export async function inspectSources(
  paths: readonly string[],
  former: readonly SourceRecord[] | null,
  signal: AbortSignal,
): Promise<{ sources: SourceRecord[]; isUnchanged: boolean }> {
  const sources: SourceRecord[] = [];
  for (const [index, path] of paths.entries()) {
    const known = former?.[index];
    const facts = await stat(path).catch((error: unknown) => {
      throw new DataError(`${path}: cannot be read (${messageOf(error)})`);
    });
    const isSame = known?.path === path && known.bytes === facts.size && known.modifiedMs === Math.trunc(facts.mtimeMs);
    sources.push(isSame ? known : { path, ...(await inspectFile(path, signal)) });
  }
  const isUnchanged =
    former !== null &&
    former.length === sources.length &&
    // The name counts too: it says how the bytes are to be read.
    sources.every(({ path, sha256 }, index) => {
      const known = former[index];
      return known !== undefined && sha256 === known.sha256 && basename(path) === basename(known.path);
    });
  return { sources, isUnchanged };
}

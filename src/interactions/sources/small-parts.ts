/** Which files of a log are small text files alike, to be read as one: a query a file would cost more than its rows. */
import { stat } from "node:fs/promises";
import type { SourceFile } from "./open-source.ts";
import { HEAD_BYTES, sniffFile } from "./sniff-file.ts";
import type { LogPart } from "./split-words.ts";

const MOST_FILES = 1000;

/** Neighbours of one part of the split and of one likeness together; any other file alone. */
export async function groupParts<T extends { readonly part: LogPart; readonly file: SourceFile }>(
  files: readonly T[],
): Promise<T[][]> {
  if (files.length < 2) return files.map((file) => [file]);
  const groups: T[][] = [];
  let former: string | null = null;
  for (const file of files) {
    const likeness = await likenessOf(file.file);
    const group = groups.at(-1);
    const isAlike = likeness !== null && likeness === former && group?.[0]?.part === file.part;
    if (group !== undefined && isAlike && group.length < MOST_FILES) group.push(file);
    else groups.push([file]);
    former = likeness;
  }
  return groups;
}

/**
 * Equal for files that are read in the same way by their headers; null for a file that must be looked at alone: a large
 * one, one without a header's line end, with quotes, with bytes beyond ASCII or with line ends that need a copy.
 */
async function likenessOf({ path, name, text, partitions = [] }: SourceFile): Promise<string | null> {
  const facts = await stat(path).catch(() => null);
  if (text.kind !== "table" || facts === null || !facts.isFile() || facts.size >= HEAD_BYTES) return null;
  const { format, compression, head } = await sniffFile(path, name);
  if (format !== "text" || head.length === 0 || head.length >= HEAD_BYTES) return null;
  const content = head.toString("latin1");
  const header = /^[^\r\n]*\r?\n/.exec(content)?.[0];
  const isPlain = !/["\u0080-\u00ff]/.test(content) && !/\r(?!\n)/.test(content);
  const isMixed = content.includes("\r") && /(?<!\r)\n/.test(content);
  if (header === undefined || !isPlain || isMixed) return null;
  return JSON.stringify([header, compression, partitions, text]);
}

/** Which files of a log are small and alike, to be read as one: a query a file would cost more than its rows. */
import { isUtf8 } from "node:buffer";
import { stat } from "node:fs/promises";
import { jsonLayout } from "./json-layout.ts";
import type { SourceFile, TextLayout } from "./open-source.ts";
import { type FileFormat, HEAD_BYTES, sniffFile } from "./sniff-file.ts";
import type { LogPart } from "./split-words.ts";
import { detectTable } from "./text/detect-table.ts";
import { HEAD_LINES, SEPARATOR_LINE } from "./text/text-source.ts";

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
 * Equal for files that are read in the same way; null for one that must be looked at alone: a large one, text with line
 * ends or white space that need a copy or of another encoding than UTF-8, objects of JSON over several lines. Of
 * Parquet and Arrow only the files together can say whether their columns are the same.
 */
async function likenessOf({ path, name, text, partitions = [] }: SourceFile): Promise<string | null> {
  const facts = await stat(path).catch(() => null);
  if (text.kind !== "table" || facts === null || !facts.isFile() || facts.size >= HEAD_BYTES) return null;
  const { format, compression, head } = await sniffFile(path, name);
  const shape = shapeOf(format, name, head, text);
  return shape === null ? null : JSON.stringify([format, shape, compression, partitions, text]);
}

/** Whatever must be the same in a file besides what was asked for. */
function shapeOf(format: FileFormat, name: string, head: Buffer, text: TextLayout): unknown {
  if (format === "parquet" || format === "arrow") return format;
  if (text.kind !== "table" || text.encoding !== "utf-8" || !isPlain(head)) return null;
  const lines = head.toString().split(/\r?\n/);
  try {
    if (format === "json") return jsonLayout(name, head) === "newline_delimited" ? keysOf(lines[0]!) : null;
    if (SEPARATOR_LINE.test(lines[0]!)) return null;
    const table = detectTable(lines.slice(0, HEAD_LINES), { ...text, file: name });
    return table.isWhiteSpace ? null : table;
  } catch {
    return null; // told when it is read alone
  }
}

/** A whole file of UTF-8 whose lines end in one way. */
function isPlain(head: Buffer): boolean {
  if (head.length === 0 || head.length >= HEAD_BYTES || !isUtf8(head)) return false;
  const content = head.toString("latin1");
  const hasCrlf = content.includes("\r\n");
  return content.includes("\n") && !/\r(?!\n)/.test(content) && !(hasCrlf && /(?<!\r)\n/.test(content));
}

function keysOf(line: string): string[] {
  return Object.keys(JSON.parse(line)).sort();
}

/**
 * A file of rows opened by its format: the one place that decides what a file is, for logs, items
 * files and lists of ids alike.
 */
import { stat } from "node:fs/promises";
import { shellCommand } from "../../config/shell-command.ts";
import { ConfigError, DataError } from "../../errors.ts";
import type { WorkDatabase } from "../database/work-database.ts";
import { openArrowParts, openArrowSource } from "./arrow-source.ts";
import { openJsonSource } from "./json-source.ts";
import { withNestedFields } from "./nested-fields.ts";
import { openParquetParts, openParquetSource } from "./parquet-source.ts";
import { type Partition, withPartitions } from "./partitions.ts";
import { type Compression, sniffFile } from "./sniff-file.ts";
import { openRelation, type TableSource } from "./table-source.ts";
import { isIdPerLine, openIdLines } from "./text/id-lines.ts";
import { type ListOptions, openLists } from "./text/list-source.ts";
import { plainText, readableText, type TextEncoding } from "./text/readable-text.ts";
import { linesOf, openTextSource, type TextOptions } from "./text/text-source.ts";
import { openTypedRows, type TypedLayout } from "./text/typed-rows.ts";

export interface SourceFile {
  readonly path: string;
  /** For reports and errors. */
  readonly name: string;
  /** Table of the work database that an Arrow file is copied into. */
  readonly table: string;
  /** How the rows stand in it if it is text; the other formats say so themselves, unless they are typed rows. */
  readonly text: TextLayout;
  /** Columns that the folders it lies in are named by. */
  readonly partitions?: readonly Partition[];
  /** Whether typedColumns will be used; finding them out reads a text file once more. */
  readonly needsTypes?: boolean;
}

export type TextLayout =
  | ({ readonly kind: "table"; readonly encoding: TextEncoding } & Omit<TextOptions, "file" | "needsTypes">)
  /** An id a line, with or without a header, or a column of a table. */
  | { readonly kind: "ids"; readonly role: "user" | "item"; readonly wanted: readonly string[] }
  /** A user's items to a line. */
  | ({ readonly kind: "lists" } & ListOptions)
  /** One column `line`. */
  | { readonly kind: "lines" }
  | TypedLayout;

/** Throws ConfigError where there is no such file, DataError where it cannot be read as what it is. */
export async function openSource(database: WorkDatabase, file: SourceFile): Promise<TableSource> {
  return withPartitions(await openFormat(database, file), file.partitions ?? []);
}

/** Files that groupParts has put together, as one source named like the first. */
export async function openParts(database: WorkDatabase, files: readonly SourceFile[]): Promise<TableSource> {
  const [first, ...others] = files;
  if (first === undefined) throw new TypeError("there is one part at least");
  return withPartitions(await openAlike(database, first, others), first.partitions ?? []);
}

async function openAlike(
  database: WorkDatabase,
  first: SourceFile,
  others: readonly SourceFile[],
): Promise<TableSource> {
  const { path, name, table, text, needsTypes = false } = first;
  if (text.kind !== "table") throw new TypeError("parts are tables");
  const { format, compression, head } = await sniffFile(path, name);
  const { wanted } = text;
  const furtherPaths = others.map((file) => file.path);
  switch (format) {
    case "arrow":
      return openArrowParts(database, table, [first, ...others], wanted);
    case "parquet": {
      const source = await openParquetParts(database, { paths: [path, ...furtherPaths], name });
      return withNestedFields(database, source, wanted);
    }
    case "json":
      return openJsonSource(database, { path, name, compression, head, furtherPaths }, wanted);
    case "text":
      return openTextSource(database, plainText({ path, furtherPaths, compression }), {
        ...text,
        file: name,
        needsTypes,
      });
    default:
      return format satisfies never;
  }
}

async function openFormat(database: WorkDatabase, file: SourceFile): Promise<TableSource> {
  const { path, name, table, text } = file;
  if (!(await stat(path).catch(() => null))?.isFile()) throw new ConfigError(`${path}: there is no such file`);
  if (text.kind === "typed") return openTypedRows(file, text);
  const { format, compression, head } = await sniffFile(path, name);
  if (text.kind === "lists") {
    if (format === "text") return openLists(database, { path, name, compression }, text);
    throw new ConfigError(`--format ${text.layout}: ${name} is ${format}, lists are text files; leave it out`);
  }
  const wanted = text.kind === "lines" ? [] : text.wanted;
  switch (format) {
    case "arrow":
      refuseCompressed(path, format, compression);
      return openArrowSource(database, table, file, wanted);
    case "parquet":
      refuseCompressed(path, format, compression);
      return withNestedFields(database, await openParquetSource(database, file), wanted);
    case "json":
      return openJsonSource(database, { path, name, compression, head }, wanted);
    case "text":
      return openText(database, { ...file, text }, compression);
    default:
      return format satisfies never;
  }
}

async function openText(
  database: WorkDatabase,
  file: SourceFile & { readonly text: Exclude<TextLayout, TypedLayout | { readonly kind: "lists" }> },
  compression: Compression | null,
) {
  const { path, name, text, needsTypes = false } = file;
  const encoding = text.kind === "table" ? text.encoding : "auto";
  const readable = await readableText(database, { path, name, compression }, encoding);
  switch (text.kind) {
    case "lines":
      return openRelation(database, linesOf(readable), name, "lines of text");
    case "ids":
      if (await isIdPerLine(database, readable, name)) return openIdLines(database, readable, { ...text, file: name });
      return openTextSource(database, readable, { file: name, needsTypes, wanted: text.wanted });
    case "table":
      return openTextSource(database, readable, { file: name, needsTypes, ...text });
    default:
      return text satisfies never;
  }
}

/**
 * Both formats are read by jumping about in the file, which a compressed one does not allow;
 * their own compression is fine.
 */
function refuseCompressed(path: string, format: string, compression: Compression | null): void {
  if (compression === null) return;
  const unpack = shellCommand(...(compression === "gzip" ? ["gunzip"] : ["zstd", "-d"]), path);
  throw new DataError(`${path}: ${format} inside a compressed file, which cannot be read there; unpack it: ${unpack}`);
}

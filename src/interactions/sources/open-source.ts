/** A file of rows opened by its format: the one place that decides what a file is, for logs, items files and lists of ids alike. */
import { stat } from "node:fs/promises";
import { shellCommand } from "../../config/shell-command.ts";
import { ConfigError, DataError } from "../../errors.ts";
import { openArrowSource } from "./arrow-source.ts";
import type { TableHints } from "./detect-table.ts";
import { isIdPerLine, openIdLines } from "./id-lines.ts";
import { openJsonSource } from "./json-source.ts";
import { withNestedFields } from "./nested-fields.ts";
import { sqlPath } from "./sql-text.ts";
import { openRelation, type TableSource } from "./table-source.ts";
import { linesOf, openTextSource, type TextEncoding } from "./text-source.ts";
import type { WorkDatabase } from "./work-database.ts";

export interface SourceFile {
  readonly path: string;
  /** For reports and errors. */
  readonly name: string;
  /** Table of the work database that an Arrow file is copied into. */
  readonly table: string;
  /** How the rows stand in it if it is text; the other formats say so themselves. */
  readonly text: TextLayout;
  /** Whether typedColumns will be used; finding them out reads a text file once more. */
  readonly needsTypes?: boolean;
}

export type TextLayout =
  | ({ readonly kind: "table"; readonly encoding: TextEncoding } & Omit<TableHints, "file">)
  /** An id a line, with or without a header, or a column of a table. */
  | { readonly kind: "ids"; readonly role: "user" | "item"; readonly wanted: readonly string[] }
  /** One column `line`. */
  | { readonly kind: "lines" };

/** Throws ConfigError where there is no such file, DataError where it cannot be read as what its name says. */
export async function openSource(database: WorkDatabase, file: SourceFile): Promise<TableSource> {
  const { path, name, table } = file;
  if (!(await stat(path).catch(() => null))?.isFile()) throw new ConfigError(`${path}: there is no such file`);
  const format = formatOf(name);
  const wanted = file.text.kind === "lines" ? [] : file.text.wanted;
  switch (format) {
    case "arrow":
      refuseCompressed(path, format);
      return openArrowSource(database, table, file, wanted);
    case "parquet":
      refuseCompressed(path, format);
      return withNestedFields(
        database,
        await openRelation(database, `read_parquet(${sqlPath(path)})`, name, format),
        wanted,
      );
    case "json":
      return openJsonSource(database, path, name, wanted);
    case "text":
      return openText(database, file);
    default:
      return format satisfies never;
  }
}

export function formatOf(name: string): "parquet" | "json" | "arrow" | "text" {
  const bare = withoutCompression(name).toLowerCase();
  if (bare.endsWith(".parquet")) return "parquet";
  if (/\.(jsonl|ndjson|json)$/.test(bare)) return "json";
  if (/\.(arrow|feather|ipc)$/.test(bare)) return "arrow";
  return "text";
}

export function compressionOf(name: string): "gzip" | "zstd" | null {
  if (/\.gz$/i.test(name)) return "gzip";
  return /\.zst$/i.test(name) ? "zstd" : null;
}

/** A name without the extension of its compression. */
export function withoutCompression(name: string): string {
  return name.replace(/\.(gz|zst)$/i, "");
}

async function openText(database: WorkDatabase, { path, name, text, needsTypes = false }: SourceFile) {
  switch (text.kind) {
    case "lines":
      return openRelation(database, linesOf(path, "utf-8"), name, "lines of text");
    case "ids":
      if (await isIdPerLine(database, path)) return openIdLines(database, path, text);
      return openTextSource(database, path, { file: name, needsTypes, encoding: "utf-8", wanted: text.wanted });
    case "table":
      return openTextSource(database, path, { file: name, needsTypes, ...text });
    default:
      return text satisfies never;
  }
}

/** Both formats are read by jumping about in the file, which a compressed one does not allow; their own compression is fine. */
function refuseCompressed(path: string, format: string): void {
  const compression = compressionOf(path);
  if (compression === null) return;
  const unpack = shellCommand(...(compression === "gzip" ? ["gunzip"] : ["zstd", "-d"]), path);
  throw new DataError(`${path}: ${format} inside a compressed file, which cannot be read there; unpack it: ${unpack}`);
}

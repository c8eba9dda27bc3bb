/** The shape of a delimited text file, found out from its first lines: delimiter, header, quoting, column names. */
import { NULL_TEXTS } from "../../config/schemas/ingest-schema.ts";
import { DataError } from "../../errors.ts";
import { isUsualName, plain } from "./choose-columns.ts";

export interface TextTable {
  readonly delimiter: string;
  readonly hasHeader: boolean;
  /** '"', or empty when quotes mean nothing. */
  readonly quote: string;
  /** From the header, or column1, column2, ... */
  readonly columns: readonly string[];
  /** The header's fields as they stand there; null without a header. */
  readonly header: readonly string[] | null;
}

export interface TableHints {
  /** File name, for errors. */
  readonly file: string;
  readonly delimiter?: string | undefined;
  readonly header?: "yes" | "no" | undefined;
  /** Names of the columns of a headerless format; the file may have fewer. */
  readonly columns?: readonly string[] | undefined;
  /** Names the user gave for columns: a first line that holds one is a header. */
  readonly wanted: readonly string[];
  /** Names of columns that such files usually have, as plain() writes them; those of logs unless given. */
  readonly usual?: readonly string[];
}

// Longer ones first, so that "::" is not taken for two empty ":" fields.
const DELIMITERS = ["::", "\t", ",", ";", "|"];

/** `lines` are the first few records of the file, without line ends; blank lines are passed over. */
export function detectTable(lines: readonly string[], hints: TableHints): TextTable {
  const filled = lines.filter((line) => line.trim() !== "");
  const [first] = filled;
  if (first === undefined) throw new DataError(`${hints.file}: the file is empty, expected rows of user and item`);
  const delimiter = hints.delimiter ?? findDelimiter(filled, hints);
  const quote = usesQuotes(filled, delimiter) ? '"' : "";
  const fields = splitFields(first, delimiter, quote);
  if (fields.length < 2) {
    throw new DataError(
      `${hints.file}: the first line "${shortened(first)}" has no ${spelled(delimiter)}, expected at least a user and an item; set --delimiter`,
    );
  }
  if (hints.columns !== undefined && hints.header !== "yes") {
    return { delimiter, quote, hasHeader: false, columns: completed(hints.columns, fields.length), header: null };
  }
  const hasHeader =
    hints.header === undefined ? looksLikeHeader(fields, filled, delimiter, quote, hints) : hints.header === "yes";
  const columns = hasHeader ? distinctNames(fields, hints.file) : completed([], fields.length);
  return { delimiter, quote, hasHeader, columns, header: hasHeader ? fields : null };
}

/** Fields of one record. A quoted field may hold delimiters and doubled quotes. */
export function splitFields(line: string, delimiter: string, quote: string): string[] {
  if (quote === "") return line.split(delimiter);
  const fields: string[] = [];
  let rest = line;
  for (;;) {
    const quoted = rest.startsWith(quote) ? /^"((?:[^"]|"")*)"/.exec(rest) : null;
    const end = quoted === null ? rest.indexOf(delimiter) : rest.indexOf(delimiter, quoted[0].length);
    const raw = end < 0 ? rest : rest.slice(0, end);
    fields.push(quoted === null ? raw : (quoted[1] ?? "").replaceAll('""', '"'));
    if (end < 0) return fields;
    rest = rest.slice(end + delimiter.length);
  }
}

function findDelimiter(lines: readonly string[], hints: TableHints): string {
  const sample = lines.slice(0, 20);
  const scored = DELIMITERS.map((delimiter) => {
    const counts = sample.map((line) => splitFields(line, delimiter, usesQuotes(sample, delimiter) ? '"' : "").length);
    const usual = counts[0] ?? 0;
    return { delimiter, usual, agreeing: counts.filter((count) => count === usual).length };
  });
  const best = scored.filter(({ usual }) => usual >= 2).sort((a, b) => b.agreeing - a.agreeing || b.usual - a.usual)[0];
  if (best === undefined) {
    const tried = DELIMITERS.map(spelled).join(", ");
    throw new DataError(
      `${hints.file}: no delimiter found in "${shortened(lines[0] ?? "")}" (tried ${tried}); set --delimiter`,
    );
  }
  return best.delimiter;
}

/** Comma and semicolon files quote by custom (RFC 4180); the others only where a field visibly starts with a quote. */
function usesQuotes(lines: readonly string[], delimiter: string): boolean {
  if (delimiter === "," || delimiter === ";") return true;
  return lines.some((line) => line.startsWith('"') || line.includes(`${delimiter}"`));
}

/**
 * A header names a column the user asked for, or two usual ones, or one where no field is a number, or else has words (no
 * placeholders) where nearly all of the next lines have numbers. So one odd first row of data stays data.
 */
function looksLikeHeader(
  fields: readonly string[],
  lines: readonly string[],
  delimiter: string,
  quote: string,
  hints: TableHints,
): boolean {
  const isUsual = (field: string): boolean => hints.usual?.includes(plain(field)) ?? isUsualName(field);
  const usual = fields.filter(isUsual).length;
  if (usual >= 2 || fields.some((field) => hints.wanted.includes(field.trim()))) return true;
  if (fields.some(isNumber)) return false;
  if (usual > 0) return true;
  const body = lines.slice(1).map((line) => splitFields(line, delimiter, quote));
  if (body.length === 0) return false;
  return fields.some(
    (field, column) =>
      !isPlaceholder(field) &&
      body.filter((row) => !isNumber(row[column] ?? "") && !isPlaceholder(row[column] ?? "")).length <=
        body.length * MOST_EXCEPTIONS &&
      body.some((row) => isNumber(row[column] ?? "")),
  );
}

/** A column holds numbers although this share of the lines looked at says otherwise. */
const MOST_EXCEPTIONS = 0.1;

function isPlaceholder(text: string): boolean {
  return text.trim() === "" || NULL_TEXTS.includes(text.trim());
}

function isNumber(text: string): boolean {
  return text.trim() !== "" && Number.isFinite(Number(text));
}

function completed(names: readonly string[], count: number): string[] {
  return Array.from({ length: count }, (_, column) => names[column] ?? `column${column + 1}`);
}

function distinctNames(fields: readonly string[], file: string): string[] {
  const names = fields.map((field, column) => field.trim() || `column${column + 1}`);
  const repeated = names.find((name, column) => names.indexOf(name) !== column);
  if (repeated !== undefined) throw new DataError(`${file}: the header has the column "${repeated}" twice`);
  return names;
}

function spelled(delimiter: string): string {
  return delimiter === "\t" ? "tab" : `"${delimiter}"`;
}

function shortened(line: string): string {
  return line.length <= 60 ? line : `${line.slice(0, 60)}...`;
}

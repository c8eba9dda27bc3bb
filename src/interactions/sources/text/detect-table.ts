/** The shape of a delimited text file, found out from its first lines: delimiter, header, quoting, column names. */
import { DataError } from "../../../errors.ts";
import { isUsualName, plain } from "../choose-columns.ts";
import { refuseSameNames } from "../table-source.ts";
import { detectQuoting, joinRecords, type Quoting, type QuotingHints, splitFields } from "./detect-quoting.ts";
import { isNameOverCodes, isNumber, isWordOverNumbers } from "./header-shape.ts";
import { withSingleBlanks } from "./single-blanks.ts";

export interface TextTable extends Quoting {
  readonly delimiter: string;
  /** The delimiter is a blank that stands for white space of any width: single-blanks.ts makes such a file. */
  readonly isWhiteSpace: boolean;
  readonly hasHeader: boolean;
  /** From the header, or column1, column2, ... */
  readonly columns: readonly string[];
  /** The header's fields as they stand there; null without a header. */
  readonly header: readonly string[] | null;
}

export interface TableHints extends QuotingHints {
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
/** Of lines that none of these is in, those that agree on the number of words; titles have some. */
const MOSTLY = 0.9;

/** `lines` are the first few lines of the file, without line ends; blank ones are passed over. */
export function detectTable(lines: readonly string[], hints: TableHints): TextTable {
  const given = lines.filter((line) => line.trim() !== "");
  if (given.length === 0) throw new DataError(`${hints.file}: the file is empty, expected rows of user and item`);
  const delimiter = hints.delimiter ?? findDelimiter(given, hints);
  const isWhiteSpace = hints.delimiter === undefined && delimiter === WHITE_SPACE;
  const filled = isWhiteSpace ? given.map(withSingleBlanks) : given;
  const quoting = detectQuoting(filled, delimiter, hints);
  const records = joinRecords(filled, delimiter, quoting);
  const first = records[0]!; // some line is filled
  const fields = splitFields(first, delimiter, quoting);
  if (fields.length < 2) {
    throw new DataError(
      `${hints.file}: the first line "${shortened(first)}" has no ${spelled(delimiter)}, expected at least a user and an item; set --delimiter`,
    );
  }
  if (hints.columns !== undefined && hints.header !== "yes") {
    return {
      delimiter,
      isWhiteSpace,
      ...quoting,
      hasHeader: false,
      columns: completed(hints.columns, fields.length),
      header: null,
    };
  }
  const hasHeader =
    hints.header === undefined ? looksLikeHeader(fields, records, delimiter, quoting, hints) : hints.header === "yes";
  const columns = hasHeader ? distinctNames(fields, hints.file) : completed([], fields.length);
  return { delimiter, isWhiteSpace, ...quoting, hasHeader, columns, header: hasHeader ? fields : null };
}

function findDelimiter(lines: readonly string[], hints: TableHints): string {
  const sample = lines.slice(0, 20);
  const scored = DELIMITERS.map((delimiter) => {
    const quoting = detectQuoting(sample, delimiter, hints);
    const counts = joinRecords(sample, delimiter, quoting).map((line) => splitFields(line, delimiter, quoting).length);
    const usual = counts[0] ?? 0;
    return { delimiter, usual, agreeing: counts.filter((count) => count === usual).length };
  });
  // A tab hardly ever stands inside a field, while lists of a field have commas, one row as many as the next.
  const isTab = ({ delimiter }: { readonly delimiter: string }): number => Number(delimiter === "\t");
  const best = scored
    .filter(({ usual }) => usual >= 2)
    .sort((a, b) => b.agreeing - a.agreeing || isTab(b) - isTab(a) || b.usual - a.usual)[0];
  if (best !== undefined) return best.delimiter;
  if (areColumns(sample.map(withSingleBlanks), hints)) return WHITE_SPACE;
  const tried = DELIMITERS.map(spelled).join(", ");
  throw new DataError(
    `${hints.file}: no delimiter found in "${shortened(lines[0] ?? "")}" (tried ${tried}, and white space, on which lines must agree); set --delimiter, or --format adjacency where lines are lists of items`,
  );
}

const WHITE_SPACE = " ";

function areColumns(lines: readonly string[], hints: TableHints): boolean {
  const quoting = detectQuoting(lines, WHITE_SPACE, hints);
  const counts = joinRecords(lines, WHITE_SPACE, quoting).map((line) => splitFields(line, WHITE_SPACE, quoting).length);
  const [usual = 0] = counts;
  return usual >= 2 && counts.filter((count) => count === usual).length >= MOSTLY * counts.length;
}

/**
 * A header names a column the user asked for, or two usual ones, or one where no field is a number, or else has words
 * (no placeholders) where nearly all of the next lines have numbers, or twice where they have codes with digits. So one
 * odd first row of data stays data.
 */
function looksLikeHeader(
  fields: readonly string[],
  lines: readonly string[],
  delimiter: string,
  quoting: Quoting,
  hints: TableHints,
): boolean {
  const isUsual = (field: string): boolean => hints.usual?.includes(plain(field)) ?? isUsualName(field);
  const usual = fields.filter(isUsual).length;
  if (usual >= 2 || fields.some((field) => hints.wanted.includes(field.trim()))) return true;
  if (fields.some(isNumber)) return false;
  if (usual > 0) return true;
  const body = lines.slice(1).map((line) => splitFields(line, delimiter, quoting));
  const over = (isOver: (field: string, values: readonly string[]) => boolean): number =>
    fields.filter((field, column) =>
      isOver(
        field,
        body.map((row) => row[column] ?? ""),
      ),
    ).length;
  return over(isWordOverNumbers) >= 1 || over(isNameOverCodes) >= 2;
}

function completed(names: readonly string[], count: number): string[] {
  return Array.from({ length: count }, (_, column) => names[column] ?? `column${column + 1}`);
}

function distinctNames(fields: readonly string[], file: string): string[] {
  const names = fields.map((field, column) => field.trim() || `column${column + 1}`);
  refuseSameNames(file, names);
  return names;
}

function spelled(delimiter: string): string {
  return delimiter === "\t" ? "tab" : `"${delimiter}"`;
}

function shortened(line: string): string {
  return line.length <= 60 ? line : `${line.slice(0, 60)}...`;
}

/** What an id is and what is none: one rule for every format, for logs, items files, maps and lists of ids alike. */
import { sqlName, sqlText } from "../database/sql-text.ts";
import type { SourceColumn } from "./table-source.ts";

/** From here on a float no longer tells a whole number from its neighbour, by the SQL type. */
const WHOLE_BELOW: Readonly<Record<string, number>> = { DOUBLE: 2 ** 53, FLOAT: 2 ** 24 };

const TEXT = /^VARCHAR$/;
const WHOLE = /^(U?(TINYINT|SMALLINT|INTEGER|BIGINT|HUGEINT)|UUID)$/;
const DECIMAL = /^DECIMAL/;

// RE2 classes: white space of any kind, and the marks that show nothing at all.
const BLANK = String.raw`[\s\x0b\x{85}\p{Z}\x{180e}\x{200b}\x{2060}\x{feff}]`;
const AT_ENDS = sqlText(`^${BLANK}+|${BLANK}+$`);

/** Null for a column that can hold ids, else what is wrong with it. `flag` names the column's setting. */
export function idColumnProblem(file: string, { name, type, nested }: SourceColumn, flag: string): string | null {
  const stored = nested ?? type;
  if (nested === undefined && (TEXT.test(type) || WHOLE.test(type) || DECIMAL.test(type) || type in WHOLE_BELOW)) {
    return null;
  }
  const remedy = /^(STRUCT|JSON|MAP)/i.test(stored) ? `; reach inside it with ${flag} ${name}.FIELD` : "";
  return `${file}: column "${name}" is of type ${stored}, expected whole numbers or text for an id${remedy}`;
}

/** SQL text of an id column that idColumnProblem has passed, as the log's ids are written; null where there is none. */
export function idText({ name, type }: SourceColumn, nulls: readonly string[]): string {
  const column = sqlName(name);
  if (TEXT.test(type)) return cleanText(column, nulls);
  if (WHOLE.test(type)) return `${column}::VARCHAR`;
  // NUMBER(38, 2) of databases.
  if (DECIMAL.test(type)) return String.raw`regexp_replace(${column}::VARCHAR, '\.0+$', '')`;
  // Writers that have no empty integer store ids as 17.0, and NaN for none.
  return `CASE WHEN NOT isfinite(${column}) THEN NULL WHEN ${column} = trunc(${column}) AND abs(${column}) < 9e15
    THEN ${column}::BIGINT::VARCHAR ELSE ${column}::VARCHAR END`;
}

/** The same for SQL that yields text: blanks round it go, letters are composed (NFC), `nulls` and nothing are no id. */
export function cleanText(text: string, nulls: readonly string[]): string {
  const cleaned = `nfc_normalize(regexp_replace(${text}, ${AT_ENDS}, '', 'g'))`;
  // The first three cases are shortcuts: most ids are numbers, and nearly all others are ASCII.
  return `CASE WHEN ${plainNumber(text)}::VARCHAR = ${text} THEN ${text} WHEN ${isNoValue(text, nulls)} THEN NULL
    WHEN strlen(${text}) = length(${text}) AND ascii(${text}) > ${SPACE} AND ascii(right(${text}, 1)) > ${SPACE} THEN ${text}
    WHEN ${isNoValue(cleaned, nulls)} THEN NULL ELSE ${cleaned} END`;
}

/** SQL: the whole number of 64 bits that a text is, else null. Most words are told by their first letter: quick. */
export function plainNumber(text: string): string {
  return `CASE WHEN ascii(${text}) <= ${NINE} THEN TRY_CAST(${text} AS BIGINT) END`;
}

const SPACE = 0x20;
const NINE = 0x39;

/** SQL: whether a text, blanks round it gone, stands for no value. */
export function isNoValue(text: string, nulls: readonly string[]): string {
  return `${text} IN (${["", ...nulls].map(sqlText).join(", ")})`;
}

/** SQL: whether a float holds a whole number that may have been another before rounding; null for exact columns. */
export function isRounded({ name, type, wholeBelow }: SourceColumn): string | null {
  const limit = wholeBelow ?? WHOLE_BELOW[type];
  const column = sqlName(name);
  return limit === undefined ? null : `(isfinite(${column}) AND abs(${column}) >= ${limit})`;
}

/**
 * SQL: the whole number that an id's text means although it is not written plainly, else null: 17.0 (a float's
 * spelling, as far as floats are exact), 17.00 (a decimal's) and 1e+05 (R's). For columns that otherwise hold whole
 * numbers: where ids are words, 17.0 is one.
 */
export function wholeNumber(text: string): string {
  const value = `TRY_CAST(${text} AS DOUBLE)`;
  return `CASE WHEN ascii(${text}) > ${NINE} THEN NULL
    WHEN regexp_full_match(${text}, ${WHOLE_WITH_POINT}) THEN TRY_CAST(split_part(${text}, '.', 1) AS BIGINT)
    WHEN regexp_full_match(${text}, ${WITH_EXPONENT}) AND ${value} = trunc(${value}) AND abs(${value}) < 9e15
    THEN ${value}::BIGINT END`;
}

const WHOLE_WITH_POINT = sqlText(String.raw`-?(0|[1-9][0-9]{0,14}|[1-8][0-9]{15})\.0|-?(0|[1-9][0-9]*)\.00+`);
const WITH_EXPONENT = sqlText(String.raw`-?[1-9](\.[0-9]+)?e\+[0-9]+`);

/**
 * SQL: whether a text is a number that a spreadsheet or a float cut short: 1.23457E+11, 1.5e+18, 9007199254740994.0.
 */
export function isCutShort(text: string): string {
  return `CASE WHEN ascii(${text}) > ${NINE} THEN false
    ELSE regexp_full_match(${text}, ${CUT_SHORT}) AND ${wholeNumber(text)} IS NULL END`;
}

const CUT_SHORT = sqlText(String.raw`-?[0-9](\.[0-9]+)?[eE]\+[0-9]+|-?[0-9]\.[0-9]+[eE][0-9]+|-?[0-9]{16,}\.0`);

/** SQL: a listed id as a dataset's vocabulary spells it, in which all ids are whole numbers or else strings. */
export function asInVocabulary(text: string, type: "integer" | "string"): string {
  return type === "integer" ? `coalesce((${wholeNumber(text)})::VARCHAR, ${text})` : text;
}

/** SQL: whether a text is a JSON object or list, which is no id whatever the file's format. */
export function isNested(text: string): string {
  return `CASE WHEN ascii(${text}) IN (ascii('{'), ascii('[')) THEN json_valid(${text}) ELSE false END`;
}

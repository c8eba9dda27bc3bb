/** A value of a source as SQL: its text, and whether it is one at all. */
import { ConfigError } from "../../errors.ts";
import { sqlName } from "../database/sql-text.ts";
import { isNoValue } from "../sources/id-text.ts";
import type { SourceColumn } from "../sources/table-source.ts";

/** SQL: the value as text; NaN is none, whatever --null says of texts. */
export function valueText({ name, type }: SourceColumn): string {
  const column = sqlName(name);
  return /^(FLOAT|DOUBLE)$/.test(type)
    ? `CASE WHEN NOT isnan(${column}) THEN ${column}::VARCHAR END`
    : `${column}::VARCHAR`;
}

/** SQL: the text, or null where it stands for no value. */
export function present(text: string, nulls: readonly string[]): string {
  return `CASE WHEN NOT ${isNoValue(`trim(${text})`, nulls)} THEN ${text} END`;
}

/** Throws ConfigError for objects and lists. */
export function columnOfNumbers(file: string, column: SourceColumn, expected: string): SourceColumn {
  if (column.nested === undefined) return column;
  throw new ConfigError(`${file}: column "${column.name}" is of type ${column.nested}, expected ${expected}`);
}

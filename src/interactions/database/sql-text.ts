/** Values and names as they must stand inside an SQL statement. */

/** A string literal: 'it''s'. */
export function sqlText(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

/** An identifier of any spelling: "user id". */
export function sqlName(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

/** A path as a string literal whose brackets and stars are meant as they are; DuckDB would take them for a pattern. */
export function sqlPath(path: string): string {
  return sqlText(path.replaceAll(/[*?[]/g, "[$&]"));
}

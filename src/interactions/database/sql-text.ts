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

/** One path, or a list of several, that are read one after the other. */
export function sqlPaths(paths: readonly string[]): string {
  return paths.length === 1 ? sqlPath(paths[0]!) : `[${paths.map(sqlPath).join(", ")}]`;
}

/** Values and names as they must stand inside an SQL statement. */

/** A string literal: 'it''s'. */
export function sqlText(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

/** An identifier of any spelling: "user id". */
export function sqlName(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

/** JSON lines as a source of rows: every key that a row has is a column. */
import { fieldType, type NestedField, nestedFields } from "./nested-fields.ts";
import { sqlName, sqlPath, sqlText } from "./sql-text.ts";
import { describe, type SourceColumn, STORING_REJECTS, type TableSource } from "./table-source.ts";
import { linesOf } from "./text-source.ts";
import type { WorkDatabase } from "./work-database.ts";

/** Objects and lists; a column of mixed kinds is JSON, and its values are looked at one by one. */
const NESTED = /^(STRUCT|MAP)\b|\[\]$/;

export async function openJsonSource(
  database: WorkDatabase,
  path: string,
  file: string,
  wanted: readonly string[],
): Promise<TableSource> {
  // From every row: a key may first appear, or turn from 3 to 3.5 or to text, a million rows down.
  const rows = `read_json_auto(${sqlPath(path)}, ignore_errors = true, format = 'newline_delimited', sample_size = -1)`;
  const keys = await describe(database, rows, file);
  const fields = await fieldsInside(database, rows, nestedFields(keys, wanted));
  const described = [...keys.map(({ name, type }) => ({ name, type, path: [name] })), ...fields];
  // DuckDB calls a mix of kinds JSON, in which plain text is not readable.
  const typedColumns = described.map(({ name, type }) => ({ name, type: type === "JSON" ? "VARCHAR" : type }));
  return {
    file,
    format: "json lines",
    from: jsonRows(path, described),
    columns: described.map(({ name, type }) => ({
      name,
      type: "VARCHAR",
      ...(NESTED.test(type) ? { nested: type } : {}),
    })),
    typedColumns,
    isHeader: null,
    firstRowLine: 1,
    storesRejects: true,
  };
}

interface JsonColumn extends SourceColumn {
  /** Keys from the row inwards. */
  readonly path: readonly string[];
}

/** Where DuckDB sees objects of one shape it knows their fields; of others any field may be there. */
async function fieldsInside(
  database: WorkDatabase,
  rows: string,
  wanted: readonly NestedField[],
): Promise<JsonColumn[]> {
  const found: JsonColumn[] = [];
  for (const field of wanted) {
    const isStruct = field.column.type.startsWith("STRUCT");
    if (!isStruct && !/^(JSON|MAP)/.test(field.column.type)) continue;
    const type = isStruct ? await fieldType(database, rows, field) : "JSON";
    if (type !== null) found.push({ name: field.name, type, path: [field.column.name, ...field.fields] });
  }
  return found;
}

/**
 * Every value as text, so that the few of another kind do not turn into nothing. Line by line, because DuckDB's own reader takes
 * a byte order mark for a broken row, and a row that is cut off for the next one too.
 */
function jsonRows(path: string, columns: readonly JsonColumn[]): string {
  const escaped = (name: string): string => `/${name.replaceAll("~", "~0").replaceAll("/", "~1")}`;
  const pointers = columns.map((column) => sqlText(column.path.map(escaped).join("")));
  const named = columns.map(({ name }, index) => `fields[${index + 1}] AS ${sqlName(name)}`);
  return `(SELECT ${named.join(", ")} FROM (
    SELECT json_extract_string(CASE WHEN json_valid(line) THEN line END, [${pointers.join(", ")}]) AS fields
    FROM ${linesOf(path, "utf-8", STORING_REJECTS)} WHERE trim(line, ' \t\r') <> ''))`;
}

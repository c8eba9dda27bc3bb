/** JSON as a source of rows: every key that a row has is a column. */

import { sqlName, sqlPaths, sqlText } from "../database/sql-text.ts";
import type { WorkDatabase } from "../database/work-database.ts";
import { type JsonLayout, jsonLayout, LAYOUT_NAMES } from "./json-layout.ts";
import { fieldType, type NestedField, nestedFields } from "./nested-fields.ts";
import {
  describe,
  mayBeRenamed,
  orDataError,
  refuseSameNames,
  refuseZeroBytes,
  type SourceColumn,
  STORING_REJECTS,
  type TableSource,
} from "./table-source.ts";
import { type PackedText, plainText, readableText } from "./text/readable-text.ts";
import { linesOf } from "./text/text-source.ts";

/** Objects and lists; a column of mixed kinds is JSON, and its values are looked at one by one. */
const NESTED = /^(STRUCT|MAP)\b|\[\]$/;

export interface JsonFile extends PackedText {
  /** Its first bytes, as sniffFile gives them. */
  readonly head: Buffer;
  /** Files of lines that go on where it ends, all of them plain: see small-parts.ts. */
  readonly furtherPaths?: readonly string[];
}

type JsonFiles = Pick<JsonFile, "path" | "compression" | "furtherPaths">;

export async function openJsonSource(
  database: WorkDatabase,
  file: JsonFile,
  wanted: readonly string[],
): Promise<TableSource> {
  const layout = jsonLayout(file.name, file.head);
  const isByLine = layout === "newline_delimited";
  const { typed: rows, texts } = await readers(database, file, layout);
  const keys = await describe(database, rows, file.name);
  refuseZeroBytes(
    file.name,
    keys.map(({ name }) => name),
  );
  await refuseRenamedKeys(database, texts, { file: file.name, keys });
  const fields = await fieldsInside(database, rows, nestedFields(keys, wanted));
  const described = [...keys.map(({ name, type }) => ({ name, type, path: [name] })), ...fields];
  // DuckDB calls a mix of kinds JSON, in which plain text is not readable.
  const typedColumns = described.map(({ name, type }) => ({ name, type: type === "JSON" ? "VARCHAR" : type }));
  return {
    file: file.name,
    format: LAYOUT_NAMES[layout],
    from: jsonRows(texts, described),
    columns: described.map(({ name, type }) => ({
      name,
      type: "VARCHAR",
      ...(NESTED.test(type) ? { nested: type } : {}),
    })),
    typedColumns,
    isHeader: null,
    firstRowLine: isByLine ? 1 : null,
    storesRejects: isByLine,
    setAside: null,
    lists: null,
  };
}

/** Relations with a column for each key, and with each object as text in column `line`. */
async function readers(
  database: WorkDatabase,
  file: JsonFile,
  layout: JsonLayout,
): Promise<{ readonly typed: string; readonly texts: string }> {
  const kind = ({ path, furtherPaths = [], compression }: JsonFiles): string =>
    `${sqlPaths([path, ...furtherPaths])}, compression = ${sqlText(compression ?? "uncompressed")}, format = '${layout}'`;
  // From every row: a key may first appear, or turn from 3 to 3.5 or to text, a million rows down.
  const typed = (text: JsonFiles): string =>
    `read_json_auto(${kind(text)}, ignore_errors = ${layout === "newline_delimited"}, sample_size = -1)`;
  if (layout === "newline_delimited") {
    const arePlain = file.furtherPaths !== undefined;
    const text = arePlain ? plainText(file) : await readableText(database, file, "utf-8");
    // Line by line, because DuckDB's own reader takes a byte order mark for a broken row, and a row that is cut off for
    // the next one too.
    const lines = `SELECT line FROM ${linesOf(text, STORING_REJECTS)} WHERE trim(line, ' \t\r') <> ''`;
    return { typed: typed(text), texts: `(${lines})` };
  }
  const objects = `read_json(${kind(file)}, records = 'false', columns = {'value': 'JSON'})`;
  return { typed: typed(file), texts: `(SELECT value::VARCHAR AS line FROM ${objects})` };
}

/** Throws DataError where two keys differ by case alone. */
async function refuseRenamedKeys(
  database: WorkDatabase,
  texts: string,
  { file, keys }: { readonly file: string; readonly keys: readonly SourceColumn[] },
): Promise<void> {
  if (!mayBeRenamed(keys.map(({ name }) => name))) return;
  const found = await orDataError(file, () =>
    database.rows(
      `SELECT DISTINCT unnest(json_keys(CASE WHEN json_valid(line) THEN line END)) AS key FROM ${texts} ORDER BY key`,
    ),
  );
  refuseSameNames(
    file,
    found.map(({ key }) => String(key)),
  );
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

/** Every value as text, so that the few of another kind do not turn into nothing. */
function jsonRows(texts: string, columns: readonly JsonColumn[]): string {
  const escaped = (name: string): string => `/${name.replaceAll("~", "~0").replaceAll("/", "~1")}`;
  const pointers = columns.map((column) => sqlText(column.path.map(escaped).join("")));
  const named = columns.map(({ name }, index) => `fields[${index + 1}] AS ${sqlName(name)}`);
  return `(SELECT ${named.join(", ")} FROM (
    SELECT json_extract_string(CASE WHEN json_valid(line) THEN line END, [${pointers.join(", ")}]) AS fields
    FROM ${texts}))`;
}

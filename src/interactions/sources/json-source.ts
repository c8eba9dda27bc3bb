/** JSON as rows: an object a line, objects over several lines or one array of them; every key is a column. */
import { DataError } from "../../errors.ts";
import { type PackedText, readableText } from "./readable-text.ts";
import { sqlName, sqlText } from "./sql-text.ts";
import {
  describe,
  mayBeRenamed,
  orDataError,
  refuseSameNames,
  type SourceColumn,
  STORING_REJECTS,
  sqlPath,
  type TableSource,
} from "./table-source.ts";
import { linesOf } from "./text-source.ts";
import type { WorkDatabase } from "./work-database.ts";

export interface JsonFile extends PackedText {
  /** Its first bytes, as sniffFile gives them. */
  readonly head: Buffer;
}

type JsonLayout = "newline_delimited" | "unstructured" | "array";

const LAYOUT_NAMES: Readonly<Record<JsonLayout, string>> = {
  newline_delimited: "json lines",
  unstructured: "json, objects over several lines",
  array: "json, an array",
};

export async function openJsonSource(database: WorkDatabase, file: JsonFile): Promise<TableSource> {
  const layout = layoutOf(file);
  const json = await readJson(database, file, layout);
  // From every row: a key may first appear, or turn from 3 to 3.5 or to text, a million rows down.
  const described = await describe(
    database,
    `read_json_auto(${json.file}, ignore_errors = ${layout === "newline_delimited"}, format = '${layout}', sample_size = -1)`,
    file.name,
  );
  await refuseRenamedKeys(database, { file: file.name, values: json.values, columns: described });
  // DuckDB calls a mix of kinds JSON, in which plain text is not readable.
  const typedColumns = described.map(({ name, type }) => ({ name, type: type === "JSON" ? "VARCHAR" : type }));
  const isByLine = layout === "newline_delimited";
  return {
    file: file.name,
    format: LAYOUT_NAMES[layout],
    from: jsonRows(json.values, described),
    columns: described.map(({ name }) => ({ name, type: "VARCHAR" })),
    typedColumns,
    firstRowLine: isByLine ? 1 : null,
    storesRejects: isByLine,
  };
}

/** Throws DataError for what merely looks like JSON. */
function layoutOf({ name, head }: JsonFile): JsonLayout {
  const text = head
    .toString("utf8")
    .replace(/^\ufeff/, "")
    .trimStart();
  if (/^(\[\s*)?\{\s*u?'/.test(text)) {
    throw new DataError(
      `${name}: not JSON (single quotes: Python dicts); write it as JSON lines, such as with python3 -c ` +
        `"import ast,json,sys; [print(json.dumps(ast.literal_eval(line))) for line in sys.stdin]" < ${name}`,
    );
  }
  if (text.startsWith("[")) {
    if (/^\[\s*[{\]]/.test(text)) return "array";
    throw new DataError(
      `${name}: a JSON array of other things than objects, expected [{"user": ..., "item": ...}, ...] or one such object a line`,
    );
  }
  if (head.length > 0 && !/^\s*\{/m.test(text)) {
    throw new DataError(
      `${name}: not JSON (it begins with "${text.slice(0, 40).split(/[\r\n]/)[0]}"), expected objects such as {"user": 1, "item": 2}`,
    );
  }
  const first = /^[^\r\n]*(?=[\r\n])/.exec(text)?.[0];
  // A first line that opens what a later one closes; one that is cut off or damaged is one bad row.
  return first !== undefined && /[{[,:]\s*$/.test(first) && !isJson(first) ? "unstructured" : "newline_delimited";
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

/** The file as the readers take it, and a relation with each of its objects as text in column `line`. */
async function readJson(
  database: WorkDatabase,
  file: JsonFile,
  layout: JsonLayout,
): Promise<{ readonly file: string; readonly values: string }> {
  const kind = (path: string, compression: string | null): string =>
    `${sqlPath(path)}, compression = ${sqlText(compression ?? "uncompressed")}`;
  if (layout === "newline_delimited") {
    const text = await readableText(database, file, "utf-8");
    // Line by line, because DuckDB's own reader takes a byte order mark for a broken row, and a row that is cut off for
    // the next one too.
    const lines = `SELECT line FROM ${linesOf(text, STORING_REJECTS)} WHERE trim(line, ' \t\r') <> ''`;
    return { file: kind(text.path, text.compression), values: `(${lines})` };
  }
  const whole = kind(file.path, file.compression);
  const objects = `read_json(${whole}, format = '${layout}', records = 'false', columns = {'value': 'JSON'})`;
  return { file: whole, values: `(SELECT value::VARCHAR AS line FROM ${objects})` };
}

/** Every value as text, so that the few of another kind do not turn into nothing. */
function jsonRows(values: string, columns: readonly SourceColumn[]): string {
  const pointers = columns.map(({ name }) => sqlText(`/${name.replaceAll("~", "~0").replaceAll("/", "~1")}`));
  const named = columns.map(({ name }, index) => `fields[${index + 1}] AS ${sqlName(name)}`);
  return `(SELECT ${named.join(", ")} FROM (
    SELECT json_extract_string(CASE WHEN json_valid(line) THEN line END, [${pointers.join(", ")}]) AS fields
    FROM ${values}))`;
}

/** Throws DataError where two keys differ by case alone. */
async function refuseRenamedKeys(
  database: WorkDatabase,
  {
    file,
    values,
    columns,
  }: { readonly file: string; readonly values: string; readonly columns: readonly SourceColumn[] },
): Promise<void> {
  if (!mayBeRenamed(columns.map(({ name }) => name))) return;
  const keys = await orDataError(file, () =>
    database.rows(
      `SELECT DISTINCT unnest(json_keys(CASE WHEN json_valid(line) THEN line END)) AS key FROM ${values} ORDER BY key`,
    ),
  );
  refuseSameNames(
    file,
    keys.map(({ key }) => String(key)),
  );
}

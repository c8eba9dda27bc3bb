/** Columns and values that are no ids, refused by name before anything is numbered: objects, lists, rounded floats. */
import { ConfigError, DataError } from "../../errors.ts";
import { sqlName } from "../database/sql-text.ts";
import type { WorkDatabase } from "../database/work-database.ts";
import { idColumnProblem, isNested, isRounded } from "../sources/id-text.ts";
import { orDataError, type SourceColumn, type TableSource } from "../sources/table-source.ts";

export interface IdColumn {
  readonly column: SourceColumn;
  /** Of the setting that names the column, such as --user-column. */
  readonly flag: string;
}

/** Throws ConfigError for columns of a type that no id has, DataError for floats too large to tell ids apart. */
export async function refuseOddIds(
  database: WorkDatabase,
  source: TableSource,
  ids: readonly IdColumn[],
): Promise<void> {
  const problems = ids.map(({ column, flag }) => idColumnProblem(source.file, column, flag));
  const odd = problems.filter((problem) => problem !== null);
  if (odd.length > 0) throw new ConfigError(odd.join("\n"));
  const rounded: string[] = [];
  for (const { column } of ids) {
    const test = isRounded(column);
    if (test === null) continue;
    const [row] = await orDataError(source.file, () =>
      database.rows(
        `SELECT count(*) AS rows, any_value(${sqlName(column.name)})::VARCHAR AS example FROM ${source.from} WHERE ${test}`,
      ),
    );
    if (Number(row?.rows ?? 0) > 0) {
      rounded.push(
        `${source.file}: column "${column.name}" is of type ${column.type} and holds ${row?.rows} whole numbers too large for it (such as ${row?.example}): they are rounded, so different ids are one; write the column anew as 64-bit integers or text`,
      );
    }
  }
  if (rounded.length > 0) throw new DataError(rounded.join("\n"));
}

/** Throws ConfigError where a value of `rows` (what stands after FROM) is a JSON object or list. */
export async function refuseNestedIds(
  database: WorkDatabase,
  rows: string,
  file: string,
  ids: readonly { readonly text: string; readonly name: string; readonly flag: string }[],
): Promise<void> {
  const problems: string[] = [];
  for (const { text, name, flag } of ids) {
    const [row] = await database.rows(
      `SELECT count(*) AS rows, left(any_value(${text}), 60) AS example FROM ${rows} WHERE ${isNested(text)}`,
    );
    if (Number(row?.rows ?? 0) > 0) {
      problems.push(
        `${file}: column "${name}" holds ${row?.rows} objects or lists (such as ${row?.example}), expected whole numbers or text for an id; in JSON lines and STRUCT columns ${flag} ${name}.FIELD reaches inside`,
      );
    }
  }
  if (problems.length > 0) throw new ConfigError(problems.join("\n"));
}

/** From this share of rows on, texts that look like lists are lists. */
const MOSTLY = 0.5;
/** Most words are told by their first letter: quick. */
const NINE = 0x39;
const LIST = String.raw`'\s*[0-9]+(\s*[,; ]\s*[0-9]+)+\s*'`;

/**
 * Throws ConfigError where the items of `rows` (what stands after FROM) are lists of whole numbers: 1,2,3 and 4,5. Ids
 * of several numbers, all of as many, are ids.
 */
export async function refuseListedItems(
  database: WorkDatabase,
  rows: string,
  { file, name }: { readonly file: string; readonly name: string },
): Promise<void> {
  const isList = `CASE WHEN ascii(item_text) <= ${NINE} THEN regexp_full_match(item_text, ${LIST}) ELSE false END`;
  const [found] = await database.rows(
    `SELECT count(*) AS rows, count(*) FILTER (WHERE ${isList}) AS lists, left(any_value(item_text) FILTER (WHERE ${isList}), 60) AS example,
       count(DISTINCT len(regexp_extract_all(item_text, '[0-9]+'))) FILTER (WHERE ${isList}) AS lengths
     FROM ${rows} WHERE item_text IS NOT NULL`,
  );
  if (Number(found?.lengths ?? 0) < 2 || Number(found?.lists) < MOSTLY * Number(found?.rows)) return;
  throw new ConfigError(
    `${file}: column "${name}" holds ${found?.lists} lists of items (such as ${found?.example}), but a row is of one; --format adjacency reads lists, with --delimiter if more than white space parts them`,
  );
}

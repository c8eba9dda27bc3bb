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

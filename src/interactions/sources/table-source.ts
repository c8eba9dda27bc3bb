/** A table of any origin as SQL reads it: what stands after FROM, and which columns it has. */
import { ConfigError, DataError, firstLineOf } from "../../errors.ts";
import { sqlName } from "../database/sql-text.ts";
import type { WorkDatabase } from "../database/work-database.ts";

export interface SourceColumn {
  readonly name: string;
  /** SQL type as the source yields it: VARCHAR throughout for text formats. */
  readonly type: string;
  /** What the file holds where that is an object or a list and `type` merely its text. */
  readonly nested?: string;
  /** Floats narrower than their SQL type: whole numbers from here on may be rounded. */
  readonly wholeBelow?: number;
}

/** Type of a column that is in the file but cannot be read, so that SQL does not have it. */
export const UNREAD = "UNREAD";

export interface TableSource {
  /** File name for reports and errors. */
  readonly file: string;
  /** Such as `csv, delimiter ",", header` or `parquet`. */
  readonly format: string;
  /** What stands after FROM. */
  readonly from: string;
  readonly columns: readonly SourceColumn[];
  /** The same columns with the types their values look like, for conditions. */
  readonly typedColumns: readonly SourceColumn[];
  /** SQL condition: the row is the header once more, as where files were joined; null where there is no header. */
  readonly isHeader: string | null;
  /** Line of the first row, from 1; null where rows are not lines. */
  readonly firstRowLine: number | null;
  /** Whether the reader sets aside rows it cannot split (table reject_errors). */
  readonly storesRejects: boolean;
  /** What was set aside before there were rows; null where nothing looks at that. */
  readonly setAside: SetAside | null;
  /** Of a file of lists; null for tables. */
  readonly lists: ListFacts | null;
}

/** Malformed values of a file, with the first few of them. */
export interface SetAside {
  readonly count: number;
  readonly first: readonly { readonly line: number; readonly reason: string; readonly text: string }[];
}

export interface ListFacts {
  /** Filled ones. */
  readonly lines: number;
  /** Lines of a user without items. */
  readonly emptyLists: number;
  /** Lines of a user who has a line before. */
  readonly repeatedUsers: number;
}

/** Rejected rows are listed up to this many a file; further ones are lost to the count. */
export const MOST_REJECTS = 200_000;
export const STORING_REJECTS = `store_rejects = true, rejects_limit = ${MOST_REJECTS}`;

/** A table of the work database, such as one filled from an Arrow file. */
export async function openRelation(
  database: WorkDatabase,
  from: string,
  file: string,
  format: string,
): Promise<TableSource> {
  const columns = await describe(database, from, file);
  return {
    file,
    format,
    from,
    columns,
    typedColumns: columns,
    isHeader: null,
    firstRowLine: null,
    storesRejects: false,
    setAside: null,
    lists: null,
  };
}

/** No text has zero bytes, and no name in SQL can. Throws DataError. */
export function refuseZeroBytes(file: string, names: readonly string[]): void {
  const damaged = names.find((name) => name.includes("\0"));
  if (damaged === undefined) return;
  throw new DataError(
    `${file}: the column ${JSON.stringify(damaged)} has a zero byte in its name; the file is damaged`,
  );
}

/** SQL tells no Rating from rating, and nor could a condition. Throws DataError. */
export function refuseSameNames(file: string, names: readonly string[]): void {
  refuseZeroBytes(file, names);
  const first = new Map<string, string>();
  for (const name of names) {
    const known = first.get(name.toLowerCase());
    if (known === name) throw new DataError(`${file}: the header has the column "${name}" twice`);
    if (known !== undefined) {
      throw new DataError(`${file}: the columns "${known}" and "${name}" differ by case alone; rename one of them`);
    }
    first.set(name.toLowerCase(), name);
  }
}

/** Whether DuckDB may have named a column anew: of Rating and rating it calls the second rating_1. */
export function mayBeRenamed(names: readonly string[]): boolean {
  const known = new Set(names.map((name) => name.toLowerCase()));
  return names.some((name) => /_\d+$/.test(name) && known.has(name.toLowerCase().replace(/_\d+$/, "")));
}

export async function describe(database: WorkDatabase, from: string, file: string): Promise<SourceColumn[]> {
  const rows = await orDataError(file, () => database.rows(`DESCRIBE SELECT * FROM ${from}`));
  return rows.map((row) => ({ name: String(row.column_name), type: String(row.column_type) }));
}

/** A file DuckDB cannot open is bad data, not a fault of the program. */
export async function orDataError<T>(file: string, task: () => Promise<T>): Promise<T> {
  try {
    return await task();
  } catch (error) {
    if (error instanceof DataError || error instanceof ConfigError) throw error;
    const reason = firstLineOf(error).replace(/^([A-Z]\w* )*Error: (\w+Exception: )?/, "");
    throw new DataError(`${file}: cannot be read (${reason}); if it is cut or damaged, write or fetch it again`);
  }
}

/** A list of columns for SELECT, each cast to the type its values look like where the source yields text. */
export function typedSelectList(source: TableSource): string {
  return source.columns
    .filter(({ type }) => type !== UNREAD)
    .map(({ name, type }) => {
      const wanted = source.typedColumns.find((typed) => typed.name === name)?.type ?? type;
      return wanted === type ? sqlName(name) : `TRY_CAST(${sqlName(name)} AS ${wanted}) AS ${sqlName(name)}`;
    })
    .join(", ");
}

/** Malformed rows: how many, why, and where the first few stand. */
import { DataError } from "../../errors.ts";
import type { WorkDatabase } from "../database/work-database.ts";
import { MOST_REJECTS, type TableSource } from "../sources/table-source.ts";
import { ROW_PROBLEM } from "./row-problem.ts";

export interface BadRow {
  readonly file: string;
  /** From 1, counting records: blank lines and line ends inside quotes do not count. Null where rows are not lines. */
  readonly line: number | null;
  /** Row of the file, from 1, where there are no lines. */
  readonly row: number | null;
  readonly reason: string;
  readonly text: string;
}

export interface BadRows {
  readonly count: number;
  /** False when the reader stopped counting. */
  readonly isExact: boolean;
  readonly first: readonly BadRow[];
}

const SHOWN = 5;
const SHOWN_CHARACTERS = 60;

const REJECT_REASONS: Readonly<Record<string, string>> = {
  "MISSING COLUMNS": "too few columns",
  "TOO MANY COLUMNS": "too many columns",
  "UNQUOTED VALUE":
    'a quote that never closes, or text after one (--quote none takes quotes for text, --escape reads \\")',
  "LINE SIZE OVER MAXIMUM": "the line is longer than 2,000,000 bytes (16,000,000 in json lines)",
  CAST: "a value that its column's type cannot hold here",
  "INVALID ENCODING": "not UTF-8 (--encoding latin-1 reads a whole text table otherwise)",
};

/** Bad rows of the source just loaded, from `firstRow` on: set aside by its reader, or of values that make no sense. */
export async function collectBadRows(database: WorkDatabase, source: TableSource, firstRow: number): Promise<BadRows> {
  return badRowsOf(database, source, {
    table: "raw",
    firstRow,
    // Without an upper bound: until a transaction ends, its rows have ids far beyond all others.
    test: `rowid >= ${firstRow} AND problem >= ${ROW_PROBLEM.timeUnreadable}`,
    problem: "problem",
    detail: "detail",
  });
}

/** Bad rows of a table that holds the source's rows in file order: `test`, `problem` and `detail` are SQL over it. */
export async function badRowsOf(
  database: WorkDatabase,
  source: TableSource,
  rows: {
    readonly table: string;
    readonly firstRow: number;
    readonly test: string;
    readonly problem: string;
    readonly detail: string;
  },
): Promise<BadRows> {
  const rejected = source.storesRejects ? await takeRejected(database) : [];
  const valueCount = await database.count(`SELECT count(*) FROM ${rows.table} WHERE ${rows.test}`);
  const values = await database.rows(
    `SELECT rowid AS row, ${rows.problem} AS problem, ${rows.detail} AS detail FROM ${rows.table}
     WHERE ${rows.test} ORDER BY rowid LIMIT ${SHOWN}`,
  );
  const rejectedLines = rejected.map(({ line }) => line);
  const { setAside } = source;
  const first = [
    ...(setAside?.first ?? []).map((bad) => ({ ...bad, text: printable(bad.text), file: source.file, row: null })),
    ...rejected.slice(0, SHOWN).map((reject) => ({ ...reject, file: source.file, row: null })),
    ...values.map((value): BadRow => {
      const index = Number(value.row) - rows.firstRow;
      const line = source.firstRowLine === null ? null : lineOfRow(index, source.firstRowLine, rejectedLines);
      const { reason, text } = valueProblem(Number(value.problem), value.detail);
      return { file: source.file, line, row: line === null ? index + 1 : null, reason, text };
    }),
  ];
  first.sort((a, b) => (a.line ?? a.row ?? 0) - (b.line ?? b.row ?? 0));
  const count = (setAside?.count ?? 0) + rejected.length + valueCount;
  return { count, isExact: rejected.length < MOST_REJECTS, first: first.slice(0, SHOWN) };
}

/** Throws when more than `mostShare` of all rows are bad; the message shows the first of them. */
export function checkBadRows(bad: readonly BadRows[], totalRows: number, mostShare: number): void {
  const count = bad.reduce((sum, { count }) => sum + count, 0);
  if (count <= mostShare * totalRows) return;
  const exactly = bad.every(({ isExact }) => isExact) ? "" : "at least ";
  const shown = bad.flatMap(({ first }) => first).slice(0, SHOWN);
  throw new DataError(
    [
      `${exactly}${count} of ${totalRows} rows are malformed (${percent(count / totalRows)}), more than --max-bad-rows ${mostShare} allows:`,
      ...shown.map((row) => `  ${describeBadRow(row)}`),
    ].join("\n"),
  );
}

export function describeBadRow({ file, line, row, reason, text }: BadRow): string {
  const position = line === null ? `${file}: row ${row}` : `${file}:${line}`;
  return `${position}: ${reason}${text === "" ? "" : `: "${text}"`}`;
}

/** The line of row `index` (from 0) of those accepted, given the lines that were set aside. */
export function lineOfRow(index: number, firstRowLine: number, rejectedLines: readonly number[]): number {
  let line = firstRowLine + index;
  for (const rejected of [...rejectedLines].sort((a, b) => a - b)) {
    if (rejected > line) break;
    line++;
  }
  return line;
}

/** What the reader has set aside since this was last asked for. */
export async function takeRejected(database: WorkDatabase): Promise<{ line: number; reason: string; text: string }[]> {
  // One line can have several complaints; the first says most.
  const rows = await database.rows(
    `SELECT line, first(error_type::VARCHAR ORDER BY column_idx) AS error, left(any_value(csv_line), ${SHOWN_CHARACTERS}) AS text
     FROM reject_errors GROUP BY line, line_byte_position ORDER BY line`,
  );
  await database.run("DELETE FROM reject_errors");
  return rows.map(({ line, error, text }) => ({
    line: Number(line),
    reason: REJECT_REASONS[String(error)] ?? String(error).toLowerCase(),
    text: printable(String(text ?? "")),
  }));
}

const EXPECTED: Readonly<Record<number, readonly [string, string]>> = {
  [ROW_PROBLEM.timeUnreadable]: ["time", "978300760 or 2001-01-01T10:12:40Z, or --date-format for others"],
  [ROW_PROBLEM.ratingUnreadable]: ["rating", "a number such as 3.5, or --rating-column none to leave ratings aside"],
  [ROW_PROBLEM.weightUnreadable]: ["weight", "a number from 0 such as 2.5"],
};

function valueProblem(problem: number, detail: unknown): { reason: string; text: string } {
  const text = printable(String(detail ?? "")).slice(0, SHOWN_CHARACTERS);
  if (problem === ROW_PROBLEM.userMissing) return { reason: "the user id is missing", text };
  if (problem === ROW_PROBLEM.itemMissing) return { reason: "the item id is missing", text };
  if (problem === ROW_PROBLEM.notARow) return { reason: "nothing readable in it", text: "" };
  if (problem === ROW_PROBLEM.eventMissing) return { reason: "the kind of event is missing", text };
  const [what, example] = EXPECTED[problem] ?? ["row", "a log's"];
  return text === ""
    ? { reason: `the ${what} is missing`, text: "" }
    : { reason: `the ${what} cannot be read, expected ${example}`, text };
}

function printable(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what must not reach a terminal
  return text.replaceAll(/[\u0000-\u001f\u007f]/g, "\ufffd");
}

function percent(share: number): string {
  return `${(100 * share).toPrecision(3)} %`;
}

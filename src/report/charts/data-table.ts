/**
 * A table as data: one declaration gives the sortable HTML, the CSV, the Markdown and the LaTeX, so
 * that they cannot disagree.
 */
import { type Markup, markup } from "../page/markup.ts";
import { ABSENT, fixedText } from "../words/number-text.ts";

/** What is sorted by and goes into the CSV, unrounded; null is "no value". */
export type Cell = number | string | null;

export interface Column<Row> {
  readonly name: string;
  /** Numbers are set flush right in figures of one width. */
  readonly kind: "text" | "number";
  readonly value: (row: Row) => Cell;
  /** As people read it; the value itself unless given. */
  readonly show?: (row: Row) => string;
  /** Set in the fixed-width face: settings, hashes. */
  readonly isCode?: boolean;
}

export interface DataTable<Row = unknown> {
  /** Names the table for screen readers and, made into a file name, its CSV. */
  readonly title: string;
  readonly columns: readonly Column<Row>[];
  readonly rows: readonly Row[];
  /** Rows to set apart, such as the subject of the report among its rivals. */
  readonly isMarked?: (row: Row) => boolean;
}

/** Numbers with as many decimals in every row. */
export function fixedColumn<Row>(name: string, of: (row: Row) => number | null): Column<Row> {
  return { name, kind: "number", value: of, show: (row) => fixedText(of(row)) };
}

/** A table of rows of one type, to stand among tables of others: nobody else needs the type of its rows. */
export function dataTable<Row>(table: DataTable<Row>): DataTable {
  return table as unknown as DataTable; // rows and columns only ever meet inside one table
}

/** `sortable` adds what the page's script looks for; without the script it is an ordinary table. */
export function tableMarkup(table: DataTable, options: { readonly sortable?: boolean } = {}): Markup {
  const { title, columns, rows } = table;
  const heads = columns.map(({ name, kind }) => markup`<th scope="col" class="${kind}">${name}</th>`);
  const lines = rows.map((row) => {
    const mark = table.isMarked?.(row) === true ? markup` class="marked"` : null;
    return markup`<tr${mark}>${columns.map((column, index) => cellMarkup(column, row, index === 0))}</tr>`;
  });
  // Focusable, so that a wide table can be scrolled by keyboard; named, so that screen readers say what it is.
  return markup`<div class="scroll" role="group" aria-label="${title}" tabindex="0"><table${options.sortable === true ? markup` data-sortable` : null}><caption class="unseen">${title}</caption><thead><tr>${heads}</tr></thead><tbody>${lines}</tbody></table></div>`;
}

export function shownText<Row>(column: Column<Row>, row: Row): string {
  if (column.show !== undefined) return column.show(row);
  const value = column.value(row);
  return value === null ? ABSENT : String(value);
}

function cellMarkup(column: Column<unknown>, row: unknown, isHead: boolean): Markup {
  const value = column.value(row);
  const shown = shownText(column, row);
  // What is shown is rounded; what is sorted by is not.
  const key = typeof value === "number" ? markup` data-value="${value}"` : null;
  const text = column.isCode === true ? markup`<code>${shown}</code>` : shown;
  return isHead
    ? markup`<th scope="row" class="${column.kind}"${key}>${text}</th>`
    : markup`<td class="${column.kind}"${key}>${text}</td>`;
}

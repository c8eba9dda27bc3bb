/** A chart with everything it needs beside it: title, words, legend, its numbers behind a toggle and as a CSV file. */

import { type Markup, type MarkupPart, markup } from "../page/markup.ts";
import { type DataTable, tableMarkup } from "./data-table.ts";
import { colourOf, type Series } from "./series-style.ts";
import { csvAddress, csvFileName } from "./table-text.ts";

export interface Figure {
  readonly title: string;
  /** What is drawn and how to read it. */
  readonly text: MarkupPart;
  /** The chart at this width in CSS pixels. */
  readonly draw: (width: number) => Markup;
  /** Left out where the chart names its own lines, as it does where there is room. */
  readonly legend?: readonly Series[];
  /** Everything drawn, unrounded. */
  readonly table: DataTable;
}

const WHOLE_PIXELS = 1056; // the page's column
const WIDE_PIXELS = 680; // of it, with a legend beside
const HALF_PIXELS = 514;
export const SMALL_PIXELS = 328; // a third of it, and a phone of 360 with its margins

/** Side by side in full rows, whatever their number; one alone goes across the column. Null where there is none. */
export function multiples(figures: readonly (Figure | null)[]): Markup | null {
  const there = figures.filter((figure) => figure !== null);
  if (there.length === 0) return null;
  if (there.length === 1) return wholeFigure(there[0]!);
  const sizes = rowSizes(there.length).flatMap((size) => new Array<2 | 3>(size).fill(size));
  return markup`<div class="multiples">${there.map((figure, index) => partFigure(figure, sizes[index]!))}</div>`;
}

/** Rows of three and two that add up to two or more figures: no row is left with a blank place. */
export function rowSizes(count: number): readonly (2 | 3)[] {
  const pairs = (3 - (count % 3)) % 3; // each takes one from a row of three
  const threes = (count - 2 * pairs) / 3;
  return [...new Array<3>(threes).fill(3), ...new Array<2>(pairs).fill(2)];
}

function partFigure(figure: Figure, inRow: 2 | 3): Markup {
  const chart = inRow === 3 ? chartOf(figure, SMALL_PIXELS, "chart") : twice(figure, HALF_PIXELS);
  // Four parts always: neighbours stand in the rows of one grid, so that charts line up under captions of any length.
  return markup`<figure class="${inRow === 3 ? "third" : "half"}">${captionOf(figure)}${legendOf(figure.legend) ?? markup`<div></div>`}<div>${chart}</div>${dataOf(figure.table)}</figure>`;
}

/** Across the column, its legend beside it where it has one. */
function wholeFigure(figure: Figure): Markup {
  const [name, width] = figure.legend === undefined ? ["whole", WHOLE_PIXELS] : ["beside", WIDE_PIXELS];
  return markup`<figure class="${name}">${captionOf(figure)}${twice(figure, width)}${legendOf(figure.legend)}${dataOf(figure.table)}</figure>`;
}

/** For screens and for phones, so that its text is never scaled down. */
function twice(figure: Figure, width: number): readonly Markup[] {
  return [chartOf(figure, width, "chart for-wide"), chartOf(figure, SMALL_PIXELS, "chart for-narrow")];
}

/** The toggle and the file of a table that stands behind a chart. */
export function dataOf(table: DataTable): Markup {
  return markup`<details><summary>Data<span class="unseen"> of ${table.title}</span></summary>${csvLink(table)}${tableMarkup(table)}</details>`;
}

export function csvLink(table: DataTable): Markup {
  return markup`<p class="actions"><a download="${csvFileName(table)}" href="${csvAddress(table)}">CSV<span class="unseen"> of ${table.title}</span></a></p>`;
}

function legendOf(series: readonly Series[] | undefined): Markup | null {
  if (series === undefined) return null;
  const entries = series.map(
    (entry) =>
      markup`<li><svg viewBox="0 0 26 12" aria-hidden="true"><path d="M0 6H26" stroke="${colourOf(entry.hue)}" stroke-width="2" stroke-dasharray="${entry.isDashed === true ? "5 4" : "none"}"/><circle cx="13" cy="6" r="3.2" stroke="${colourOf(entry.hue)}" stroke-width="1.6" fill="${entry.isDashed === true ? "var(--ground)" : colourOf(entry.hue)}"/></svg>${entry.name}</li>`,
  );
  return markup`<ul class="legend">${entries}</ul>`;
}

function captionOf({ title, text }: Figure): Markup {
  return markup`<figcaption><h3>${title}</h3><p>${text}</p></figcaption>`;
}

function chartOf({ draw }: Figure, width: number, className: string): Markup {
  return markup`<div class="${className}" style="--drawn:${width}px">${draw(width)}</div>`;
}

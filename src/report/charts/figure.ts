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
  /** Left out where there is one line or the chart names its own. */
  readonly legend?: readonly Series[];
  /** Everything drawn, unrounded. */
  readonly table: DataTable;
}

const WIDE_PIXELS = 680;
const SMALL_PIXELS = 328; // a phone of 360 with its margins

/** Across the column: drawn twice, for screens and for phones, so that its text is never scaled down. */
export function wideFigure(figure: Figure): Markup {
  return markup`<figure class="beside">${captionOf(figure)}${chartOf(figure, WIDE_PIXELS, "chart for-wide")}${chartOf(figure, SMALL_PIXELS, "chart for-narrow")}${legendOf(figure.legend)}${dataOf(figure.table)}</figure>`;
}

/** One of several side by side. */
export function smallFigure(figure: Figure): Markup {
  // Four parts always: neighbours stand in the rows of one grid, so that charts line up under captions of any length.
  return markup`<figure>${captionOf(figure)}${legendOf(figure.legend) ?? markup`<div></div>`}${chartOf(figure, SMALL_PIXELS, "chart")}${dataOf(figure.table)}</figure>`;
}

export function multiples(figures: readonly MarkupPart[]): Markup {
  return markup`<div class="multiples">${figures}</div>`;
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

/**
 * Charts as SVG text: Observable Plot draws into a document of linkedom, so that the page needs no
 * script and no network for them.
 */
import * as Plot from "@observablehq/plot";
import { parseHTML } from "linkedom";
import { type Markup, trustedMarkup } from "../page/markup.ts";

export interface ChartOptions {
  /** Of the viewport the chart is drawn for, in CSS pixels; it is shown at about this width. */
  readonly width: number;
  readonly height: number;
  /** What a reader who cannot see it is told. */
  readonly label: string;
}

/**
 * Marks, scales and margins are Plot's own options; sizes, typeface and the label are set here,
 * the same for every chart.
 */
export function drawChart(options: ChartOptions, plot: Plot.PlotOptions): Markup {
  const { document } = parseHTML("<!doctype html><html><body></body></html>");
  const svg = Plot.plot({
    marginLeft: 56,
    marginRight: 16,
    marginTop: 24,
    marginBottom: 36,
    ...plot,
    document,
    width: options.width,
    height: options.height,
    style: { fontSize: "12px", fontFamily: "inherit", background: "transparent" },
  });
  // An image is one thing to a screen reader; Plot's names of its marks would be stray ones inside it.
  for (const named of svg.querySelectorAll("[aria-label], [aria-hidden]")) {
    named.removeAttribute("aria-label");
    named.removeAttribute("aria-hidden");
  }
  svg.setAttribute("role", "img");
  svg.setAttribute("aria-label", options.label);
  return trustedMarkup(svg.outerHTML);
}

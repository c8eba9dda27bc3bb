/** Whether scores mean what they say: observed shares of positives against predicted probabilities. */
import * as Plot from "@observablehq/plot";
import type { Calibration } from "../../runs/metrics-document.ts";
import { drawChart } from "../charts/chart.ts";
import { dataTable, fixedColumn } from "../charts/data-table.ts";
import { type Figure, multiples } from "../charts/figure.ts";
import { colourOf } from "../charts/series-style.ts";
import { markup } from "../page/markup.ts";
import type { Section } from "../page/page.ts";
import type { RunContent } from "../run-content.ts";
import { fixedText, percentText } from "../words/number-text.ts";

type Bin = Calibration["bins"][number];

export function calibrationSection({ calibration }: RunContent): Section | null {
  if (calibration === null) return null;
  const { bins, ece, positiveShare } = calibration;
  const body = markup`<p>Expected calibration error ${fixedText(ece)}, over ${bins.length} bins, under the mixture that was trained on: ${percentText(positiveShare, 0)} positives.${gapWords(bins)}</p>${multiples([reliabilityFigure(bins), shareFigure(bins)])}`;
  return { id: "calibration", title: "Calibration", body };
}

/** Bins that touch, together: a line may join those, and must not bridge bins that no pair fell into. */
export function unbroken(bins: readonly Bin[]): readonly (readonly Bin[])[] {
  const stretches: Bin[][] = [];
  for (const bin of bins) {
    const before = stretches.at(-1);
    // Ends are multiples of one width in floating point: neighbours agree to far less than a width.
    if (before !== undefined && bin.from - before.at(-1)!.to < (bin.to - bin.from) / 2) before.push(bin);
    else stretches.push([bin]);
  }
  return stretches;
}

function gapWords(bins: readonly Bin[]): string {
  const empty = unbroken(bins)
    .slice(1)
    .map((stretch, k) => `${fixedText(unbroken(bins)[k]!.at(-1)!.to, 2)} to ${fixedText(stretch[0]!.from, 2)}`);
  return empty.length === 0 ? "" : ` No pair was given a probability from ${empty.join(", nor from ")}.`;
}

function reliabilityFigure(bins: readonly Bin[]): Figure {
  const title = "Reliability";
  const label = `Reliability curve: share of positives against predicted probability. ${bins.map((bin) => `${fixedText(bin.meanProbability, 2)}: ${fixedText(bin.positiveRate, 2)}`).join("; ")}.`;
  return {
    title,
    text: "Share of positives among pairs of a predicted probability. On the diagonal, scores mean what they say.",
    table: dataTable<Bin>({
      title,
      columns: [
        fixedColumn("from", ({ from }) => from),
        fixedColumn("to", ({ to }) => to),
        fixedColumn("share of pairs", ({ share }) => share),
        fixedColumn("mean probability", ({ meanProbability }) => meanProbability),
        fixedColumn("positives", ({ positiveRate }) => positiveRate),
      ],
      rows: bins,
    }),
    draw: (width) =>
      drawChart(
        { width, height: 300, label },
        {
          x: { label: "predicted probability", labelAnchor: "right", domain: [0, 1], ticks: 5 },
          y: { label: null, domain: [0, 1], ticks: 5 },
          marks: [
            Plot.gridY({ stroke: "var(--grid)", strokeOpacity: 1, ticks: 5 }),
            Plot.link([0], { x1: 0, y1: 0, x2: 1, y2: 1, stroke: "var(--soft)", strokeDasharray: "4 3" }),
            ...unbroken(bins).map((stretch) =>
              Plot.line(stretch, { ...PLACE, stroke: colourOf("blue"), strokeWidth: 1.8 }),
            ),
            Plot.dot(bins, { ...PLACE, r: 3.2, fill: colourOf("blue") }),
          ],
        },
      ),
  };
}

const PLACE = { x: "meanProbability", y: "positiveRate" } as const;

function shareFigure(bins: readonly Bin[]): Figure {
  const label = `Histogram of predicted probabilities. ${bins.map((bin) => `${fixedText(bin.from, 2)} to ${fixedText(bin.to, 2)}: ${percentText(bin.share)}`).join("; ")}.`;
  return {
    title: "Where the scores lie",
    text: "Share of pairs by predicted probability.",
    table: dataTable<Bin>({
      title: "Shares of pairs by predicted probability",
      columns: [
        fixedColumn("from", ({ from }) => from),
        fixedColumn("to", ({ to }) => to),
        fixedColumn("share of pairs", ({ share }) => share),
      ],
      rows: bins,
    }),
    draw: (width) =>
      drawChart(
        { width, height: 300, label },
        {
          x: { label: "predicted probability", labelAnchor: "right", domain: [0, 1], ticks: 5 },
          y: { label: null, ticks: 5, tickFormat: (share: number) => percentText(share, 0), nice: true },
          marks: [
            Plot.gridY({ stroke: "var(--grid)", strokeOpacity: 1, ticks: 5 }),
            Plot.rectY(bins, { x1: "from", x2: "to", y: "share", fill: colourOf("grey"), insetLeft: 1 }),
            Plot.ruleY([0], { stroke: "var(--soft)" }),
          ],
        },
      ),
  };
}

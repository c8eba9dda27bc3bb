/** Estimates with their intervals, a row each: who is better, and by more than chance? */
import * as Plot from "@observablehq/plot";
import type { Markup } from "../page/markup.ts";
import { axisText, fixedText, intervalText } from "../words/number-text.ts";
import { drawChart } from "./chart.ts";
import { rowAxis } from "./row-axis.ts";
import { colourOf, type Hue } from "./series-style.ts";

export interface IntervalRow {
  readonly name: string;
  readonly value: number;
  readonly interval: { readonly low: number; readonly high: number } | null;
  readonly hue: Hue;
}

export interface IntervalChart {
  readonly title: string;
  readonly rows: readonly IntervalRow[];
  readonly width: number;
  /** A line to compare with, such as 0 for differences. */
  readonly reference?: number;
}

export function intervalChart({ title, rows, width, reference }: IntervalChart): Markup {
  const axis = rowAxis(
    rows.map(({ name }) => name),
    { width, rowPixels: 30 },
  );
  const label = `${title}, dot plot with intervals. ${rows
    .map(
      ({ name, value, interval }) =>
        `${name} ${fixedText(value)}${interval === null ? "" : ` (${intervalText(interval)})`}`,
    )
    .join("; ")}.`;
  const ends = rows.filter(({ interval }) => interval !== null);
  return drawChart(
    { width, height: axis.height, label },
    {
      marginLeft: axis.marginLeft,
      marginTop: 8,
      marginRight: 20,
      x: { label: null, ticks: 3, nice: true, inset: 6, tickFormat: axisText },
      y: axis.y,
      marks: [
        ...axis.marks,
        Plot.gridX({ stroke: "var(--grid)", strokeOpacity: 1, ticks: 3 }),
        ...(reference === undefined ? [] : [Plot.ruleX([reference], { stroke: "var(--soft)" })]),
        ...ends.map((row) =>
          Plot.link([row], {
            x1: ({ interval }: IntervalRow) => interval!.low,
            x2: ({ interval }: IntervalRow) => interval!.high,
            y: "name",
            stroke: colourOf(row.hue),
            strokeWidth: 2,
            strokeLinecap: "butt",
          }),
        ),
        ...rows.map((row) =>
          Plot.dot([row], {
            x: "value",
            y: "name",
            r: 4.5,
            fill: colourOf(row.hue),
            title: () =>
              `${row.name}: ${fixedText(row.value)}${row.interval === null ? "" : `, ${intervalText(row.interval)}`}`,
          }),
        ),
      ],
    },
  );
}

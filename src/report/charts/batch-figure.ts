/** A figure against the batch size, a line with intervals for each arm: what a study of large batches is for. */
import * as Plot from "@observablehq/plot";
import type { MarkupPart } from "../page/markup.ts";
import { fixedText } from "../words/number-text.ts";
import { batchText } from "./batch-text.ts";
import { drawChart } from "./chart.ts";
import { dataTable, fixedColumn } from "./data-table.ts";
import type { Figure } from "./figure.ts";
import { colourOf, dashOf, type Series } from "./series-style.ts";

export interface BatchPoint {
  readonly batchSize: number;
  readonly value: number;
  /** Null where there is one value alone. */
  readonly interval: { readonly low: number; readonly high: number } | null;
}

export interface BatchLine extends Series {
  readonly points: readonly BatchPoint[];
}

export interface BatchFigure {
  readonly title: string;
  readonly text: MarkupPart;
  readonly lines: readonly BatchLine[];
  /** Such as [0, 1] for shares; what the values need unless given. */
  readonly domain?: readonly [number, number];
  readonly show?: (value: number) => string;
}

export function batchFigure(options: BatchFigure): Figure {
  const { title, text, lines } = options;
  return { title, text, legend: lines, draw: (width) => draw(options, width), table: tableOf(options) };
}

function draw({ title, lines, domain, show = axisShare }: BatchFigure, width: number) {
  const sizes = [...new Set(lines.flatMap(({ points }) => points.map(({ batchSize }) => batchSize)))].sort(
    (a, b) => a - b,
  );
  const marks: Plot.Markish[] = [Plot.gridY({ stroke: "var(--grid)", strokeOpacity: 1, ticks: 6 })];
  for (const [index, line] of lines.entries()) {
    const stroke = colourOf(line.hue);
    // A little to the side, each arm its own way, so that intervals do not cover one another.
    const aside = 2 ** (0.07 * (index - (lines.length - 1) / 2));
    const x = ({ batchSize }: BatchPoint): number => batchSize * aside;
    marks.push(
      Plot.line(line.points, { x, y: "value", stroke, strokeWidth: 1.8, strokeDasharray: dashOf(line) }),
      Plot.link(
        line.points.filter(({ interval }) => interval !== null),
        {
          x,
          y1: ({ interval }: BatchPoint) => interval!.low,
          y2: ({ interval }: BatchPoint) => interval!.high,
          stroke,
          strokeWidth: 1.4,
          strokeLinecap: "butt",
        },
      ),
      Plot.dot(line.points, {
        x,
        y: "value",
        r: 3.4,
        stroke,
        strokeWidth: 1.6,
        fill: line.isDashed === true ? "var(--ground)" : stroke,
        title: (point: BatchPoint) => `${line.name}, batch ${batchText(point.batchSize)}: ${fixedText(point.value)}`,
      }),
    );
  }
  const label = `${title}, line chart against the batch size. ${lines
    .map(
      ({ name, points }) =>
        `${name}: ${points.map(({ batchSize, value }) => `${fixedText(value, 3)} at ${batchText(batchSize)}`).join(", ") || "no values"}`,
    )
    .join("; ")}.`;
  return drawChart(
    { width, height: width > 400 ? 380 : 280, label },
    {
      x: {
        type: "log",
        base: 2,
        label: "batch size",
        labelAnchor: "right",
        ticks: sizes,
        tickFormat: batchText,
        domain: [sizes[0]! / 1.3, sizes.at(-1)! * 1.3],
      },
      y: { label: null, ticks: 6, nice: true, tickFormat: show, ...(domain === undefined ? {} : { domain }) },
      marks,
    },
  );
}

const axisShare = (value: number): string => String(Number(value.toPrecision(3)));

function tableOf({ title, lines }: BatchFigure) {
  const rows = lines.flatMap(({ name, points }) => points.map((point) => ({ name, ...point })));
  type Row = (typeof rows)[number];
  return dataTable<Row>({
    title,
    columns: [
      { name: "arm", kind: "text", value: ({ name }) => name },
      { name: "batch size", kind: "number", value: ({ batchSize }) => batchSize, show: (row) => String(row.batchSize) },
      fixedColumn("value", ({ value }) => value),
      fixedColumn("low", ({ interval }) => interval?.low ?? null),
      fixedColumn("high", ({ interval }) => interval?.high ?? null),
    ],
    rows,
  });
}

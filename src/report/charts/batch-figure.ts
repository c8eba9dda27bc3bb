/** A figure against the batch size, a line with intervals for each arm: what a study of large batches is for. */
import * as Plot from "@observablehq/plot";
import type { MarkupPart } from "../page/markup.ts";
import { fixedText } from "../words/number-text.ts";
import { batchText } from "./batch-text.ts";
import { drawChart } from "./chart.ts";
import { dataTable, fixedColumn } from "./data-table.ts";
import { fairScale, roundEnds } from "./fair-scale.ts";
import { type Figure, SMALL_PIXELS } from "./figure.ts";
import { type EndLabel, endLabels, endMargin } from "./label-marks.ts";
import { colourOf, dashOf, type Series } from "./series-style.ts";

export interface BatchPoint {
  readonly batchSize: number;
  readonly value: number;
  /** Null where there is one value alone. */
  readonly interval: { readonly low: number; readonly high: number } | null;
}

export interface BatchLine extends Series {
  /** Behind the others, unnamed: to compare with. */
  readonly isFaint?: boolean;
  readonly points: readonly BatchPoint[];
}

export interface BatchFigure {
  readonly title: string;
  readonly text: MarkupPart;
  /** At least one has a point. */
  readonly lines: readonly BatchLine[];
  /** Such as [0, 1] for shares; what the values need unless given. */
  readonly domain?: readonly [number, number];
  readonly show?: (value: number) => string;
}

/** Lines carry their names at their ends; a legend names them where the names are too long for that. */
export function batchFigure(options: BatchFigure): Figure {
  const { title, text, lines } = options;
  const isNamed = endMargin(namesOf(options), SMALL_PIXELS) !== null;
  const table = tableOf(options);
  return { title, text, ...(isNamed ? {} : { legend: lines }), draw: (width) => draw(options, width), table };
}

function namesOf({ lines }: BatchFigure): readonly string[] {
  return lines.filter(({ isFaint }) => isFaint !== true).map(({ name }) => name);
}

/** Where one point is far from all others, it is drawn at the edge with its value. */
function scaleOf({ lines, domain }: BatchFigure): readonly [number, number] {
  if (domain !== undefined) return domain;
  const points = lines.flatMap((line) => line.points);
  return roundEnds(fairScale(points.map(({ value, interval }) => interval ?? { low: value, high: value })).domain);
}

function draw(options: BatchFigure, width: number) {
  const { lines, show = axisShare } = options;
  const sizes = [...new Set(lines.flatMap(({ points }) => points.map(({ batchSize }) => batchSize)))].sort(
    (a, b) => a - b,
  );
  const [low, high] = scaleOf(options);
  const marks: Plot.Markish[] = [Plot.gridY({ stroke: "var(--grid)", strokeOpacity: 1, ticks: 6 })];
  const beyondAt = new Map<string, number>(); // how many values stand at an edge already
  const labels: EndLabel[] = [];
  for (const [index, line] of lines.entries()) {
    // A little to the side, each arm its own way, so that intervals do not cover one another.
    const aside = 2 ** (0.07 * (index - (lines.length - 1) / 2));
    const x = ({ batchSize }: BatchPoint): number => batchSize * aside;
    const clamped = (value: number): number => Math.max(low, Math.min(high, value));
    const isFaint = line.isFaint === true;
    const stroke = isFaint ? "var(--line)" : colourOf(line.hue);
    const y = ({ value }: BatchPoint) => clamped(value);
    const isBeyond = ({ value }: BatchPoint): boolean => value < low || value > high;
    const shown = isFaint ? line.points.filter((point) => !isBeyond(point)) : line.points;
    marks.push(Plot.line(shown, { x, y, stroke, strokeWidth: 1.8, strokeDasharray: dashOf(line) }));
    if (isFaint) continue;
    marks.push(
      Plot.link(
        line.points.filter((point) => point.interval !== null && !isBeyond(point)),
        {
          x,
          y1: ({ interval }: BatchPoint) => clamped(interval!.low),
          y2: ({ interval }: BatchPoint) => clamped(interval!.high),
          stroke,
          strokeWidth: 1.4,
          strokeLinecap: "butt",
        },
      ),
      Plot.dot(
        line.points.filter((point) => !isBeyond(point)),
        {
          x,
          y: "value",
          r: 3.4,
          stroke,
          strokeWidth: 1.6,
          fill: line.isDashed === true ? "var(--ground)" : stroke,
          title: (point: BatchPoint) => `${line.name}, batch ${batchText(point.batchSize)}: ${fixedText(point.value)}`,
        },
      ),
      ...line.points.filter(isBeyond).map((point) => {
        const isBelow = point.value < low;
        // Away from the axis and from the names at the lines' ends.
        const textAnchor = point.batchSize === sizes[0] ? "start" : point.batchSize === sizes.at(-1) ? "end" : "middle";
        const text = (): string => `${fixedText(point.value, 3)} ${isBelow ? "▾" : "▴"}`;
        const edge = `${point.batchSize} ${isBelow}`;
        const rows = (beyondAt.get(edge) ?? 0) + 1;
        beyondAt.set(edge, rows);
        return Plot.text([point], {
          x,
          y,
          dy: (isBelow ? -9 : 9) + (isBelow ? -12 : 12) * (rows - 1),
          text,
          textAnchor,
          fill: stroke,
        });
      }),
    );
    const last = line.points.at(-1);
    const { name: text, hue, isDashed = false } = line;
    if (last !== undefined) labels.push({ text, x: x(last), y: clamped(last.value), hue, isDashed });
  }
  const marginRight = endMargin(namesOf(options), width);
  if (marginRight !== null) marks.push(endLabels(labels));
  return drawChart(
    { width, height: width > 400 ? 360 : 280, label: labelOf(options) },
    {
      ...(marginRight === null ? {} : { marginRight }),
      x: {
        type: "log",
        base: 2,
        label: "batch size",
        labelAnchor: "right",
        ticks: sizes,
        tickFormat: batchText,
        domain: [sizes[0]! / 1.3, sizes.at(-1)! * 1.3],
      },
      y: { label: null, ticks: 6, tickFormat: show, domain: [low, high] },
      marks,
    },
  );
}

function labelOf({ title, lines }: BatchFigure): string {
  return `${title}, line chart against the batch size. ${lines
    .map(
      ({ name, points }) =>
        `${name}: ${points.map(({ batchSize, value }) => `${fixedText(value, 3)} at ${batchText(batchSize)}`).join(", ") || "no values"}`,
    )
    .join("; ")}.`;
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

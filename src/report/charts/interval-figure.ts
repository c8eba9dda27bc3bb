/** Estimates with their intervals, a row each: who is better, and by more than chance? */
import * as Plot from "@observablehq/plot";
import type { Markup } from "../page/markup.ts";
import { axisText, fixedText, intervalText, signedText } from "../words/number-text.ts";
import { drawChart } from "./chart.ts";
import { type Column, dataTable } from "./data-table.ts";
import { type FairScale, fairScale, roundEnds } from "./fair-scale.ts";
import type { Figure } from "./figure.ts";
import { rowAxis } from "./row-axis.ts";
import { colourOf, type Hue } from "./series-style.ts";

export interface IntervalRow {
  readonly name: string;
  readonly value: number;
  readonly interval: { readonly low: number; readonly high: number } | null;
  readonly hue: Hue;
}

export interface IntervalFigure {
  readonly title: string;
  readonly text: string;
  readonly rows: readonly IntervalRow[];
  /** Heads of the table's columns of names and values. */
  readonly heads: readonly [name: string, value: string];
  /** A line to compare with, always in sight: 0 for differences, whose numbers then carry their sign. */
  readonly reference?: number;
}

export function intervalFigure(options: IntervalFigure): Figure {
  const { title, rows, heads, reference } = options;
  const scale = scaleOf(options);
  const aside = [...scale.below, ...scale.above].map((index) => rows[index]!.name);
  const words = aside.length === 0 ? "" : ` Far from the others, at the edge with its value: ${aside.join(", ")}.`;
  const number = (name: string, of: (row: IntervalRow) => number | null): Column<IntervalRow> => ({
    name,
    kind: "number",
    value: of,
    show: (row) => (reference === undefined ? fixedText(of(row)) : signedText(of(row))),
  });
  return {
    title,
    text: `${options.text}${words}`,
    draw: (width) => draw(options, scale, width),
    table: dataTable<IntervalRow>({
      title,
      columns: [
        { name: heads[0], kind: "text", value: ({ name }) => name },
        number(heads[1], ({ value }) => value),
        number("low", ({ interval }) => interval?.low ?? null),
        number("high", ({ interval }) => interval?.high ?? null),
      ],
      rows,
    }),
  };
}

function scaleOf({ rows, reference }: IntervalFigure): FairScale {
  const spans = rows.map(({ value, interval }) => interval ?? { low: value, high: value });
  return fairScale(spans, { kept: reference === undefined ? [] : [reference] });
}

function draw({ title, rows, reference }: IntervalFigure, scale: FairScale, width: number): Markup {
  const names = rows.map(({ name }) => name);
  const axis = rowAxis(names, { width, rowPixels: 30 });
  const label = `${title}, dot plot with intervals. ${rows
    .map(
      ({ name, value, interval }) =>
        `${name} ${fixedText(value)}${interval === null ? "" : ` (${intervalText(interval)})`}`,
    )
    .join("; ")}.`;
  const { below, above, domain } = scale;
  const inside = rows.filter((_, index) => !below.includes(index) && !above.includes(index));
  return drawChart(
    { width, height: axis.height, label },
    {
      marginLeft: axis.marginLeft,
      marginTop: 8,
      marginRight: 20,
      x: { label: null, domain: roundEnds(domain), ticks: 3, inset: 6, tickFormat: axisText },
      y: axis.y,
      marks: [
        ...axis.marks,
        Plot.gridX({ stroke: "var(--grid)", strokeOpacity: 1, ticks: 3 }),
        ...(reference === undefined ? [] : [Plot.ruleX([reference], { stroke: "var(--soft)" })]),
        Plot.link(
          inside.filter(({ interval }) => interval !== null),
          {
            x1: ({ interval }: IntervalRow) => interval!.low,
            x2: ({ interval }: IntervalRow) => interval!.high,
            y: "name",
            stroke: strokeOf,
            strokeWidth: 2,
            strokeLinecap: "butt",
          },
        ),
        Plot.dot(inside, {
          x: "value",
          y: "name",
          r: 4.5,
          fill: strokeOf,
          title: ({ name, value, interval }: IntervalRow) =>
            `${name}: ${fixedText(value)}${interval === null ? "" : `, ${intervalText(interval)}`}`,
        }),
        edgeMark(below, rows, "left"),
        edgeMark(above, rows, "right"),
      ],
      color: { type: "identity" },
    },
  );
}

const strokeOf = ({ hue }: IntervalRow): string => colourOf(hue);

/** What lies beyond the scale, with an arrow that points there. */
function edgeMark(indices: readonly number[], rows: readonly IntervalRow[], side: "left" | "right"): Plot.Markish {
  return Plot.text(
    indices.map((index) => rows[index]!),
    {
      y: "name",
      text: ({ value }: IntervalRow) => (side === "left" ? `◂ ${fixedText(value, 3)}` : `${fixedText(value, 3)} ▸`),
      frameAnchor: side,
      textAnchor: side === "left" ? "start" : "end",
      dx: side === "left" ? 4 : -4,
      fill: strokeOf,
    },
  );
}

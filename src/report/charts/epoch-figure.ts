/**
 * Lines over epochs: every chart of training has the same axis, and the same marks for LAWN's
 * switch and the chosen epoch.
 */
import * as Plot from "@observablehq/plot";
import type { MarkupPart } from "../page/markup.ts";
import { axisText, significantText } from "../words/number-text.ts";
import { drawChart } from "./chart.ts";
import { type Column, dataTable } from "./data-table.ts";
import type { Figure } from "./figure.ts";
import { logScale } from "./log-scale.ts";
import { colourOf, dashOf, type Series } from "./series-style.ts";

export interface EpochLine extends Series {
  /** One for each epoch; null where there was none. */
  readonly values: readonly (number | null)[];
}

export interface EpochAxis {
  readonly epochs: readonly number[];
  /** The last epoch of the free phase, where a constrained one follows it. */
  readonly switchAfter: number | null;
  /** Whose parameters were kept. */
  readonly chosen: number | null;
}

export interface EpochFigure {
  readonly title: string;
  readonly text: MarkupPart;
  readonly axis: EpochAxis;
  readonly lines: readonly EpochLine[];
  /** Powers of ten, for what changes by factors; values of 0 and below are then left out. */
  readonly isLogarithmic?: boolean;
  /** Keep 0 in sight. */
  readonly isFromZero?: boolean;
}

interface Point {
  readonly epoch: number;
  readonly value: number;
}

export function epochFigure(options: EpochFigure): Figure {
  const { title, text, lines } = options;
  return {
    title,
    text,
    ...(lines.length > 1 ? { legend: lines } : {}),
    draw: (width) => draw(options, width),
    table: epochTable(options),
  };
}

/** Whether anything would be drawn. */
export function hasValues(lines: readonly EpochLine[]): boolean {
  return lines.some(({ values }) => values.some((value) => value !== null));
}

function draw({ title, axis, lines, isLogarithmic, isFromZero }: EpochFigure, width: number) {
  const { epochs, switchAfter, chosen } = axis;
  const scale = isLogarithmic === true ? logScale(lines.flatMap(({ values }) => values)) : { ticks: 5, nice: true };
  const marks: Plot.Markish[] = [Plot.gridY({ stroke: "var(--grid)", strokeOpacity: 1, ticks: scale.ticks })];
  if (isFromZero === true) marks.push(Plot.ruleY([0], { stroke: "var(--line)" }));
  if (switchAfter !== null) marks.push(...upright(switchAfter + 0.5, "LAWN holds norms", "4 3"));
  if (chosen !== null) marks.push(...upright(chosen, "kept", "1 3"));
  for (const line of lines) {
    const points = pointsOf(axis, line, isLogarithmic === true);
    const stroke = colourOf(line.hue);
    marks.push(
      Plot.line(points, { x: "epoch", y: "value", stroke, strokeWidth: 1.8, strokeDasharray: dashOf(line) }),
      Plot.dot(points, {
        x: "epoch",
        y: "value",
        r: epochs.length > 30 ? 1.2 : 2.4,
        fill: line.isDashed === true ? "var(--ground)" : stroke,
        stroke,
        title: (point: Point) => `${line.name}, epoch ${point.epoch}: ${significantText(point.value, 4)}`,
      }),
    );
  }
  return drawChart(
    { width, height: width > 400 ? 300 : 220, label: labelOf(title, lines) },
    {
      x: {
        label: "epoch",
        labelAnchor: "right",
        ticks: wholeTicks(epochs),
        tickFormat: String,
        domain: [epochs[0]!, Math.max(epochs[0]! + 1, epochs.at(-1)!)],
        inset: 4,
      },
      y: { label: null, tickFormat: axisText, ...scale },
      marks,
    },
  );
}

/** A line down the whole chart with its name at the top, on whichever side of it there is room. */
function upright(epoch: number, text: string, strokeDasharray: string): Plot.Markish[] {
  return [
    Plot.ruleX([epoch], { stroke: "var(--soft)", strokeDasharray }),
    Plot.text([epoch], { x: (x: number) => x, text: [text], frameAnchor: "top", dy: -14, fill: "var(--soft)" }),
  ];
}

function labelOf(title: string, lines: readonly EpochLine[]): string {
  const ends = lines.map(({ name, values }) => {
    const there = values.filter((value) => value !== null);
    return there.length === 0
      ? `${name}: no values`
      : `${name} from ${significantText(there[0]!)} to ${significantText(there.at(-1)!)}`;
  });
  return `${title}, line chart over epochs. ${ends.join("; ")}.`;
}

function pointsOf({ epochs }: EpochAxis, { values }: EpochLine, isLogarithmic: boolean): Point[] {
  return epochs.flatMap((epoch, index) => {
    const value = values[index] ?? null;
    return value === null || (isLogarithmic && value <= 0) ? [] : [{ epoch, value }];
  });
}

/** About six whole numbers, 1, 2 or 5 times a power of ten apart. */
function wholeTicks(epochs: readonly number[]): number[] {
  const last = epochs.at(-1) ?? 1;
  const step = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000].find((size) => last / size <= 7) ?? Math.ceil(last / 7);
  const ticks: number[] = step > 1 ? [1] : [];
  for (let epoch = step; epoch <= last; epoch += step) ticks.push(epoch);
  return ticks;
}

function epochTable({ title, axis, lines }: EpochFigure) {
  const columns: Column<number>[] = [
    { name: "epoch", kind: "number", value: (index) => axis.epochs[index]! },
    ...lines.map(
      (line): Column<number> => ({
        name: line.name,
        kind: "number",
        value: (index) => line.values[index] ?? null,
        show: (index) => significantText(line.values[index] ?? null, 4),
      }),
    ),
  ];
  return dataTable({ title, columns, rows: axis.epochs.map((_, index) => index) });
}

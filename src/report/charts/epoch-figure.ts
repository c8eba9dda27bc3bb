/**
 * Lines over epochs, or over the trials of a search: every chart of training has the same axis, and the same marks for
 * LAWN's switch and the chosen epoch.
 */
import * as Plot from "@observablehq/plot";
import type { MarkupPart } from "../page/markup.ts";
import { axisText, fixedText, significantText } from "../words/number-text.ts";
import { drawChart } from "./chart.ts";
import { type Column, dataTable } from "./data-table.ts";
import { fairScale, roundEnds } from "./fair-scale.ts";
import { type Figure, SMALL_PIXELS } from "./figure.ts";
import { type EndLabel, endLabels, endMargin, topLabels, topMargin } from "./label-marks.ts";
import { logScale } from "./log-scale.ts";
import { colourOf, dashOf, type Series } from "./series-style.ts";

export interface EpochLine extends Series {
  /** One for each epoch; null where there was none. */
  readonly values: readonly (number | null)[];
}

export interface EpochAxis {
  /** What is counted. */
  readonly unit: "epoch" | "trials";
  readonly epochs: readonly number[];
  /** The last epoch of the free phase, where a constrained one follows it. */
  readonly switchAfter: number | null;
  /** Whose parameters were kept. */
  readonly chosen: number | null;
}

/** A value that the lines are held against, such as a baseline's. */
export interface Reference {
  readonly name: string;
  readonly value: number;
}

export interface EpochFigure {
  readonly title: string;
  readonly text: MarkupPart;
  readonly axis: EpochAxis;
  readonly lines: readonly EpochLine[];
  readonly references?: readonly Reference[];
  /** Powers of ten, for what changes by factors; values of 0 and below are then left out. */
  readonly isLogarithmic?: boolean;
  /** Keep 0 in sight. */
  readonly isFromZero?: boolean;
}

interface Point {
  readonly epoch: number;
  readonly value: number;
}

/** Lines carry their names at their ends; a legend names them where the names are too long for that. */
export function epochFigure(options: EpochFigure): Figure {
  const { title, text, lines } = options;
  return {
    title,
    text,
    ...(isNamed(options) && endMargin(namesOf(options), SMALL_PIXELS) === null ? { legend: lines } : {}),
    draw: (width) => draw(options, width),
    table: epochTable(options),
  };
}

/** Whether anything would be drawn. */
export function hasValues(lines: readonly EpochLine[]): boolean {
  return lines.some(({ values }) => values.some((value) => value !== null));
}

function draw(options: EpochFigure, width: number) {
  const { axis, lines, isFromZero, references = [] } = options;
  const { epochs, switchAfter, chosen } = axis;
  const scale = scaleOf(options);
  const uprights = [
    ...(switchAfter === null ? [] : [{ x: switchAfter + 0.5, text: "LAWN holds norms", dashes: "4 3" }]),
    ...(chosen === null ? [] : [{ x: chosen, text: "kept", dashes: "1 3" }]),
  ];
  const marks: Plot.Markish[] = [Plot.gridY({ stroke: "var(--grid)", strokeOpacity: 1, ticks: scale.ticks })];
  if (isFromZero === true) marks.push(Plot.ruleY([0], { stroke: "var(--line)" }));
  for (const { x, dashes } of uprights) marks.push(Plot.ruleX([x], { stroke: "var(--soft)", strokeDasharray: dashes }));
  marks.push(topLabels(uprights));
  const inSight = references.filter(({ value }) => scale.domain[0] <= value && value <= scale.domain[1]);
  const grey = { stroke: colourOf("grey"), strokeDasharray: dashOf({ isDashed: true }) };
  marks.push(Plot.ruleY(inSight, { y: "value", ...grey }));
  for (const line of lines) {
    const points = pointsOf(axis, line, options.isLogarithmic === true);
    const stroke = colourOf(line.hue);
    marks.push(
      Plot.line(points, { x: "epoch", y: "value", stroke, strokeWidth: 1.8, strokeDasharray: dashOf(line) }),
      Plot.dot(points, {
        x: "epoch",
        y: "value",
        r: epochs.length > 30 ? 1.2 : 2.4,
        fill: line.isDashed === true ? "var(--ground)" : stroke,
        stroke,
        title: (point: Point) => `${line.name}, ${axis.unit} ${point.epoch}: ${significantText(point.value, 4)}`,
      }),
    );
  }
  const marginRight = isNamed(options) ? endMargin(namesOf(options), width) : null;
  if (marginRight !== null) marks.push(endLabels(endsOf(options, scale.domain)));
  return drawChart(
    { width, height: width > 400 ? 300 : 230, label: labelOf(options) },
    {
      ...(marginRight === null ? {} : { marginRight }),
      marginTop: topMargin(uprights.length),
      x: {
        label: axis.unit,
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

/** One line alone is named by the title. */
function isNamed({ lines, references = [] }: EpochFigure): boolean {
  return lines.length + references.length > 1;
}

function namesOf(options: EpochFigure): readonly string[] {
  return endsOf(options, scaleOf(options).domain).map(({ text }) => text);
}

/** The lines' own range; a reference far from it is named at the edge and does not press them flat. */
function scaleOf({ axis, lines, references = [], isLogarithmic, isFromZero }: EpochFigure) {
  const values = lines.flatMap((line) => pointsOf(axis, line, isLogarithmic === true).map(({ value }) => value));
  if (isLogarithmic === true) return logScale(values);
  const spans = references.map(({ value }) => ({ low: value, high: value }));
  const { domain } = fairScale(spans, { kept: isFromZero === true ? [0, ...values] : values, fewest: 0 });
  // Nothing but 0, such as dead units of a healthy tower: shares and counts have no room below it.
  if (isFromZero === true && domain[0] === 0 && domain[1] === 0) return { domain: [0, 1] as const, ticks: 5 };
  return { domain: roundEnds(domain), ticks: 5 };
}

function endsOf(options: EpochFigure, [low, high]: readonly [number, number]): readonly EndLabel[] {
  const { axis, lines, references = [] } = options;
  const ends = lines.flatMap((line): EndLabel[] => {
    const last = pointsOf(axis, line, options.isLogarithmic === true).at(-1);
    const { name: text, hue, isDashed = false } = line;
    return last === undefined ? [] : [{ text, x: last.epoch, y: last.value, hue, isDashed }];
  });
  const held = references.map(({ name, value }): EndLabel => {
    const arrow = value < low ? " ↓" : value > high ? " ↑" : "";
    const text = arrow === "" ? name : `${name} ${fixedText(value, 3)}${arrow}`;
    return { text, x: null, y: value, hue: "grey", isDashed: true };
  });
  return [...ends, ...held];
}

function labelOf({ title, axis, lines, references = [] }: EpochFigure): string {
  const ends = lines.map(({ name, values }) => {
    const there = values.filter((value) => value !== null);
    return there.length === 0
      ? `${name}: no values`
      : `${name} from ${significantText(there[0]!)} to ${significantText(there.at(-1)!)}`;
  });
  const held = references.map(({ name, value }) => `${name} at ${significantText(value)}`);
  return `${title}, line chart over ${axis.unit === "epoch" ? "epochs" : axis.unit}. ${[...ends, ...held].join("; ")}.`;
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

function epochTable({ title, axis, lines, references = [] }: EpochFigure) {
  const columns: Column<number>[] = [
    { name: axis.unit, kind: "number", value: (index) => axis.epochs[index]! },
    ...lines.map(
      (line): Column<number> => ({
        name: line.name,
        kind: "number",
        value: (index) => line.values[index] ?? null,
        show: (index) => significantText(line.values[index] ?? null, 4),
      }),
    ),
    ...references.map(({ name, value }): Column<number> => {
      const show = () => significantText(value, 4);
      return { name, kind: "number", value: () => value, show };
    }),
  ];
  return dataTable({ title, columns, rows: axis.epochs.map((_, index) => index) });
}

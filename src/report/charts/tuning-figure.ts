/** Every trial of a search as a dot, an arm a row: how much an arm depends on being tuned. */
import * as Plot from "@observablehq/plot";
import { axisText, fixedText } from "../words/number-text.ts";
import { drawChart } from "./chart.ts";
import { type Column, dataTable } from "./data-table.ts";
import { fairScale, roundEnds } from "./fair-scale.ts";
import type { Figure } from "./figure.ts";
import { rowAxis } from "./row-axis.ts";
import { colourOf } from "./series-style.ts";

export interface TunedArm {
  readonly arm: string;
  readonly tuning: { readonly diverged: number; readonly values: readonly (number | null)[] };
  readonly chosen: { readonly index: number } | null;
}

interface Trial {
  readonly arm: string;
  readonly trial: number;
  readonly value: number | null;
  readonly isChosen: boolean;
}

export function tuningFigure({
  title,
  text,
  arms,
}: {
  readonly title: string;
  readonly text: string;
  readonly arms: readonly TunedArm[];
}): Figure {
  const rows = arms.flatMap(({ arm, tuning, chosen }) =>
    tuning.values.map((value, index): Trial => ({ arm, trial: index + 1, value, isChosen: index === chosen?.index })),
  );
  const columns: Column<Trial>[] = [
    { name: "arm", kind: "text", value: ({ arm }) => arm },
    { name: "trial", kind: "number", value: ({ trial }) => trial },
    { name: "value", kind: "number", value: ({ value }) => value, show: ({ value }) => fixedText(value) },
    { name: "chosen", kind: "text", value: ({ isChosen }) => (isChosen ? "yes" : "no") },
  ];
  const there = rows.filter(({ value }) => value !== null);
  const label = `${title}, strip plot. ${arms
    .map(({ arm, tuning }) => {
      const values = tuning.values.filter((value) => value !== null);
      const range =
        values.length === 0
          ? "none finished"
          : `${fixedText(Math.min(...values))} to ${fixedText(Math.max(...values))}`;
      return `${arm}: ${range}${tuning.diverged === 0 ? "" : `, ${tuning.diverged} diverged`}`;
    })
    .join("; ")}.`;
  // Bad settings can be far from all others; they must not press the good ones into a point.
  const { domain, below, above } = fairScale(there.map(({ value }) => ({ low: value!, high: value! })));
  const [low, high] = roundEnds(domain);
  const beyond = below.length + above.length;
  const words = beyond === 0 ? "" : ` Arrows at the edge: ${beyond} of ${there.length} trials far from the others.`;
  const axis = (width: number) =>
    rowAxis(
      arms.map(({ arm }) => arm),
      { width, rowPixels: 26 },
    );
  return {
    title,
    text: `${text}${words}`,
    table: dataTable({ title, columns, rows }),
    draw: (width) => {
      const isBeyond = ({ value }: Trial): boolean => value! < low || value! > high;
      const { marginLeft, height, y, marks } = axis(width);
      return drawChart(
        { width, height, label },
        {
          marginLeft,
          marginTop: 8,
          marginRight: 20,
          x: { label: null, domain: [low, high], ticks: 3, tickFormat: axisText, inset: 6 },
          y,
          marks: [
            ...marks,
            Plot.gridX({ stroke: "var(--grid)", strokeOpacity: 1, ticks: 3 }),
            Plot.text(there.filter(isBeyond), {
              y: "arm",
              x: ({ value }: Trial) => Math.max(low, Math.min(high, value!)),
              text: ({ value }: Trial) => (value! < low ? "◂" : "▸"),
              fill: colourOf("grey"),
              title: titleOf,
            }),
            Plot.dot(
              there.filter((trial) => !isBeyond(trial)),
              {
                x: "value",
                y: "arm",
                r: 3,
                fill: colourOf("grey"),
                fillOpacity: 0.6,
                title: titleOf,
              },
            ),
            Plot.dot(
              there.filter((trial) => trial.isChosen && !isBeyond(trial)),
              { x: "value", y: "arm", r: 5.5, stroke: colourOf("blue"), strokeWidth: 2 },
            ),
          ],
        },
      );
    },
  };
}

const titleOf = ({ arm, trial, value }: Trial): string => `${arm}, trial ${trial}: ${fixedText(value)}`;

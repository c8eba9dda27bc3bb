/** Every trial of a search as a dot, an arm a row: how much an arm depends on being tuned. */
import * as Plot from "@observablehq/plot";
import { drawChart } from "./chart.ts";
import { type Column, dataTable } from "./data-table.ts";
import type { Figure } from "./figure.ts";
import { axisText, fixedText } from "./number-text.ts";
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
  const longest = Math.max(...arms.map(({ arm }) => arm.length));
  return {
    title,
    text,
    table: dataTable({ title, columns, rows }),
    draw: (width) =>
      drawChart(
        { width, height: 52 + 26 * arms.length, label },
        {
          marginLeft: Math.min(width * 0.42, 16 + 6.6 * longest),
          marginTop: 8,
          marginRight: 20,
          x: { label: null, ticks: 3, nice: true, tickFormat: axisText, inset: 6 },
          y: { label: null, domain: arms.map(({ arm }) => arm), tickSize: 0, padding: 0.4 },
          marks: [
            Plot.gridX({ stroke: "var(--grid)", strokeOpacity: 1, ticks: 3 }),
            Plot.dot(there, {
              x: "value",
              y: "arm",
              r: 3,
              fill: colourOf("grey"),
              fillOpacity: 0.6,
              title: ({ arm, trial, value }: Trial) => `${arm}, trial ${trial}: ${fixedText(value)}`,
            }),
            Plot.dot(
              there.filter(({ isChosen }) => isChosen),
              { x: "value", y: "arm", r: 5.5, stroke: colourOf("blue"), strokeWidth: 2 },
            ),
          ],
        },
      ),
  };
}

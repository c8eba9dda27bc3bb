/** Whom the run serves: how often it is right for users by how active they are, and for items by how many had them. */
import * as Plot from "@observablehq/plot";
import { drawChart } from "../charts/chart.ts";
import { type Column, dataTable, fixedColumn } from "../charts/data-table.ts";
import { type Figure, multiples } from "../charts/figure.ts";
import { colourOf } from "../charts/series-style.ts";
import { markup } from "../page/markup.ts";
import type { Section } from "../page/page.ts";
import type { DecileContent, RunContent } from "../run-content.ts";
import { countText, fixedText, intervalText, percentText } from "../words/number-text.ts";

const TENTHS = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10];

export function decilesSection({ rankers, interval }: RunContent): Section | null {
  const deciles = rankers[0]?.deciles ?? null;
  if (deciles === null) return null;
  const { k, userActivity, itemPopularity } = deciles;
  const [rival] = rankers.slice(1).filter((ranker) => ranker.deciles !== null); // the best of them
  const figures = [
    decileFigure(
      `HR@${k} by user activity`,
      "Tenths of the tested users by their training interactions, fewest first.",
      userActivity,
      rival === undefined ? null : { name: rival.name, rows: rival.deciles!.userActivity },
    ),
    decileFigure(
      `HR@${k} by item popularity`,
      "Tenths of the held-out items by their training interactions, rarest first.",
      itemPopularity,
      rival === undefined ? null : { name: rival.name, rows: rival.deciles!.itemPopularity },
    ),
  ];
  const dots = rival === undefined ? "" : ` The hollow dots are ${rival.name}.`;
  const body = markup`<p>An average hides whom it fails: new users, and items that few have met. Whiskers are ${percentText(interval.level, 0)} intervals (Wilson).${dots}</p>${multiples(figures)}`;
  return { id: "deciles", title: "Deciles", body };
}

/** Why a place is empty, in words: equal counts are never parted, so a tenth may have no case of its own. */
export function missingWords(rows: readonly DecileContent[]): string {
  const missing = TENTHS.filter((tenth) => rows.every(({ decile }) => decile !== tenth));
  if (missing.length === 0) return "";
  const named = missing.length === 1 ? `Tenth ${missing[0]} is` : `Tenths ${missing.join(", ")} are`;
  return ` ${named} empty: those with equally many interactions stay together, in the tenth of their middle.`;
}

interface DecileBaseline {
  readonly name: string;
  readonly rows: readonly DecileContent[];
}

function decileFigure(
  title: string,
  text: string,
  rows: readonly DecileContent[],
  baseline: DecileBaseline | null,
): Figure {
  const label = `${title}, bar chart with intervals. ${rows.map(({ decile, HR, interval }) => `decile ${decile}: ${fixedText(HR, 3)} (${intervalText(interval, 3)})`).join("; ")}.${missingWords(rows)}`;
  return {
    title,
    text: `${text}${missingWords(rows)}`,
    table: decileTable(title, rows, baseline),
    draw: (width) => drawChart({ width, height: 230, label }, plotOf(rows, baseline)),
  };
}

function plotOf(rows: readonly DecileContent[], baseline: DecileBaseline | null): Plot.PlotOptions {
  const highest = Math.max(
    0.1,
    ...rows.map(({ interval }) => interval.high),
    ...(baseline?.rows ?? []).map(({ HR }) => HR),
  );
  const missing = TENTHS.filter((tenth) => rows.every(({ decile }) => decile !== tenth));
  return {
    x: { label: "decile", labelAnchor: "right", domain: TENTHS, padding: 0.25, tickSize: 0 },
    y: { label: null, ticks: 5, nice: true, domain: [0, highest] },
    marks: [
      Plot.gridY({ stroke: "var(--grid)", strokeOpacity: 1, ticks: 5 }),
      Plot.barY(rows, {
        x: "decile",
        y: "HR",
        fill: colourOf("blue"),
        fillOpacity: 0.75,
        title: ({ decile, trainFrom, trainTo, HR, cases, interval }: DecileContent) =>
          `decile ${decile}, ${trainFrom} to ${trainTo} interactions: ${fixedText(HR)} of ${cases}, ${intervalText(interval)}`,
      }),
      Plot.ruleX(rows, {
        x: "decile",
        y1: ({ interval }: DecileContent) => interval.low,
        y2: ({ interval }: DecileContent) => interval.high,
        stroke: "var(--ink)",
        strokeWidth: 1.4,
      }),
      Plot.text(missing, {
        x: (tenth: number) => tenth,
        y: 0,
        text: () => "empty",
        rotate: -90,
        textAnchor: "start",
        dx: 0,
        dy: -6,
        fill: "var(--soft)",
      }),
      ...(baseline === null
        ? []
        : [
            Plot.dot(baseline.rows, {
              x: "decile",
              y: "HR",
              r: 4,
              stroke: "var(--ink)",
              strokeWidth: 1.6,
              fill: "var(--ground)",
            }),
          ]),
      Plot.ruleY([0], { stroke: "var(--soft)" }),
    ],
  };
}

function decileTable(title: string, rows: readonly DecileContent[], baseline: DecileBaseline | null) {
  const count = (name: string, of: (row: DecileContent) => number): Column<DecileContent> => ({
    name,
    kind: "number",
    value: of,
    show: (row) => countText(of(row)),
  });
  const columns: Column<DecileContent>[] = [
    { name: "decile", kind: "number", value: ({ decile }) => decile },
    count("interactions from", ({ trainFrom }) => trainFrom),
    count("to", ({ trainTo }) => trainTo),
    count("cases", ({ cases }) => cases),
    fixedColumn("HR", ({ HR }) => HR),
    fixedColumn("low", ({ interval }) => interval.low),
    fixedColumn("high", ({ interval }) => interval.high),
    fixedColumn("NDCG", ({ NDCG }) => NDCG),
  ];
  if (baseline !== null) {
    const of = (row: DecileContent) => baseline.rows.find(({ decile }) => decile === row.decile)?.HR ?? null;
    columns.push(fixedColumn(`HR of ${baseline.name}`, of));
  }
  return dataTable({ title, columns, rows });
}

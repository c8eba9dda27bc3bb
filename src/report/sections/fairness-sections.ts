/** Whom the run serves and whether its scores are honest: deciles, lists beyond accuracy, calibration. */
import * as Plot from "@observablehq/plot";
import type { Deciles } from "../../runs/metrics-document.ts";
import { drawChart } from "../charts/chart.ts";
import { type Column, dataTable, fixedColumn, tableMarkup } from "../charts/data-table.ts";
import { csvLink, type Figure, smallFigure } from "../charts/figure.ts";
import { colourOf } from "../charts/series-style.ts";
import { markup } from "../page/markup.ts";
import type { Section } from "../page/page.ts";
import type { RankerOutcome, RunContent } from "../run-content.ts";
import { countText, fixedText, percentText } from "../words/number-text.ts";

type DecileRows = Deciles["userActivity"];

export function decilesSection(content: RunContent): Section | null {
  const deciles = content.rankers[0]?.deciles ?? null;
  if (deciles === null) return null;
  const { k, userActivity, itemPopularity } = deciles;
  const popularity = content.rankers.find(({ name }) => name === "popularity")?.deciles ?? null;
  const figures = [
    decileFigure(
      `HR@${k} by user activity`,
      "Tenths of the tested users by their training interactions, fewest first.",
      userActivity,
      popularity?.userActivity ?? null,
    ),
    decileFigure(
      `HR@${k} by item popularity`,
      "Tenths of the held-out items by their training interactions, rarest first.",
      itemPopularity,
      popularity?.itemPopularity ?? null,
    ),
  ];
  const body = markup`<p>An average hides whom it fails: new users, and items that few have met.${popularity === null ? "" : " The hollow dots are the popularity baseline."}</p><div class="multiples">${figures.map(smallFigure)}</div>`;
  return { id: "deciles", title: "Deciles", body };
}

function decileFigure(title: string, text: string, rows: DecileRows, baseline: DecileRows | null): Figure {
  const columns: Column<DecileRows[number]>[] = [
    { name: "decile", kind: "number", value: ({ decile }) => decile },
    {
      name: "interactions from",
      kind: "number",
      value: ({ trainFrom }) => trainFrom,
      show: (row) => countText(row.trainFrom),
    },
    { name: "to", kind: "number", value: ({ trainTo }) => trainTo, show: (row) => countText(row.trainTo) },
    { name: "cases", kind: "number", value: ({ cases }) => cases, show: (row) => countText(row.cases) },
    fixedColumn("HR", ({ HR }) => HR),
    fixedColumn("NDCG", ({ NDCG }) => NDCG),
  ];
  if (baseline !== null) {
    const of = (row: DecileRows[number]) => baseline.find(({ decile }) => decile === row.decile)?.HR ?? null;
    columns.push(fixedColumn("HR of popularity", of));
  }
  const label = `${title}, bar chart. ${rows.map(({ decile, HR }) => `decile ${decile}: ${fixedText(HR, 3)}`).join("; ")}.`;
  return {
    title,
    text,
    table: dataTable({ title, columns, rows }),
    draw: (width) =>
      drawChart(
        { width, height: 220, label },
        {
          x: {
            label: "decile",
            labelAnchor: "right",
            domain: [1, 2, 3, 4, 5, 6, 7, 8, 9, 10],
            padding: 0.25,
            tickSize: 0,
          },
          y: {
            label: null,
            ticks: 5,
            nice: true,
            domain: [0, Math.max(0.1, ...rows.map(({ HR }) => HR), ...(baseline ?? []).map(({ HR }) => HR))],
          },
          marks: [
            Plot.gridY({ stroke: "var(--grid)", strokeOpacity: 1, ticks: 5 }),
            Plot.barY(rows, {
              x: "decile",
              y: "HR",
              fill: colourOf("blue"),
              title: (row: DecileRows[number]) =>
                `decile ${row.decile}, ${row.trainFrom} to ${row.trainTo} interactions: ${fixedText(row.HR)} of ${row.cases}`,
            }),
            ...(baseline === null
              ? []
              : [
                  Plot.dot(baseline, {
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
        },
      ),
  };
}

export function calibrationSection({ calibration }: RunContent): Section | null {
  if (calibration === null) return null;
  const { bins, ece, positiveShare } = calibration;
  type Bin = (typeof bins)[number];
  const title = "Reliability";
  const label = `Reliability curve: share of positives against predicted probability. ${bins.map((bin) => `${fixedText(bin.meanProbability, 2)}: ${fixedText(bin.positiveRate, 2)}`).join("; ")}.`;
  const reliability = smallFigure({
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
            Plot.line(bins, { x: "meanProbability", y: "positiveRate", stroke: colourOf("blue"), strokeWidth: 1.8 }),
            Plot.dot(bins, { x: "meanProbability", y: "positiveRate", r: 3.2, fill: colourOf("blue") }),
          ],
        },
      ),
  });
  const shares = smallFigure({
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
        {
          width,
          height: 300,
          label: `Histogram of predicted probabilities. ${bins.map((bin) => `${fixedText(bin.from, 2)} to ${fixedText(bin.to, 2)}: ${percentText(bin.share)}`).join("; ")}.`,
        },
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
  });
  const body = markup`<p>Expected calibration error ${fixedText(ece)}, over ${bins.length} bins, under the mixture that was trained on: ${percentText(positiveShare, 0)} positives.</p><div class="multiples">${reliability}${shares}</div>`;
  return { id: "calibration", title: "Calibration", body };
}

export function listsSection({ rankers }: RunContent): Section | null {
  const rows = rankers.filter(({ beyondAccuracy }) => beyondAccuracy !== null);
  const first = rows[0]?.beyondAccuracy ?? null;
  if (first === null) return null;
  const column = (
    name: string,
    of: (b: NonNullable<RankerOutcome["beyondAccuracy"]>) => number | null,
    show: (value: number | null) => string,
  ): Column<RankerOutcome> => ({
    name,
    kind: "number",
    value: (ranker) => of(ranker.beyondAccuracy!),
    show: (ranker) => show(of(ranker.beyondAccuracy!)),
  });
  const columns: Column<RankerOutcome>[] = [
    { name: "ranker", kind: "text", value: ({ name }) => name },
    column(
      "coverage",
      (b) => b.catalogueCoverage,
      (value) => percentText(value),
    ),
    column(
      "Gini",
      (b) => b.gini,
      (value) => fixedText(value, 3),
    ),
    column(
      "novelty, bits",
      (b) => b.novelty,
      (value) => fixedText(value, 2),
    ),
    column(
      "mean popularity",
      (b) => b.meanPopularity,
      (value) => fixedText(value, 1),
    ),
  ];
  if (rows.some(({ beyondAccuracy }) => beyondAccuracy!.intraListDiversity !== null)) {
    columns.push(
      column(
        "diversity",
        (b) => b.intraListDiversity,
        (value) => fixedText(value, 3),
      ),
    );
  }
  const table = dataTable({ title: `Lists of ${first.k}`, columns, rows, isMarked: (row) => row === rankers[0] });
  const body = markup`<p>Lists of the best ${first.k} for each of ${countText(first.users)} users, from ${first.lists}. Coverage is the share of the catalogue that any list shows; Gini is 0 when all items are shown alike and 1 when one is shown alone; novelty is higher for items that fewer have.</p>${tableMarkup(table, { sortable: true })}${csvLink(table)}`;
  return { id: "lists", title: "Beyond accuracy", body };
}

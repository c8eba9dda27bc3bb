/**
 * How good the run is, compared with what it must beat: the main table, charts of estimates with intervals,
 * and the one-line verdict.
 */

import { copyableText } from "../charts/copyable-text.ts";
import { type Column, type DataTable, dataTable, tableMarkup } from "../charts/data-table.ts";
import { csvLink, dataOf, type Figure, multiples } from "../charts/figure.ts";
import { intervalFigure } from "../charts/interval-figure.ts";
import { latexText, markdownText } from "../charts/table-text.ts";
import { type Markup, markup } from "../page/markup.ts";
import type { Section } from "../page/page.ts";
import type { Difference, RankerOutcome, RunContent } from "../run-content.ts";
import { headlineMetrics } from "../words/headline-metrics.ts";
import { fixedText, intervalText, percentText, signedText } from "../words/number-text.ts";

export function rankingSection(content: RunContent): Section {
  const { rankers, protocol, interval } = content;
  const table = mainTable(content);
  const charts = headlineMetrics(content.metricNames).map((metric) =>
    intervalFigure({
      title: metric,
      text: "Larger is better.",
      heads: ["ranker", metric],
      rows: rankers
        .filter((ranker) => metric in ranker.metrics)
        .map((ranker, index) => ({
          name: ranker.name,
          ...ranker.metrics[metric]!,
          hue: index === 0 ? "blue" : "grey",
        })),
    }),
  );
  const body = markup`<p>Protocol: ${protocol}. Intervals: percentile bootstrap over users, ${percentText(interval.level, 0)}, ${interval.resamples} resamples, seed ${interval.seed}; leads are paired by user.</p>
${multiples([...charts, leadFigure(content)])}
${tableMarkup(table, { sortable: true })}<div class="tools">${csvLink(table)}
${copyableText({ id: "main-markdown", title: "Markdown", of: table.title, text: markdownText(table) })}
${copyableText({ id: "main-latex", title: "LaTeX", of: table.title, text: latexText(table) })}</div>
${choicesOf(rankers)}`;
  return { id: "ranking", title: "Ranking against baselines", body };
}

/** The run less each baseline in the last headline metric: right of 0, the run is ahead. */
function leadFigure({ metricNames, rankers }: RunContent): Figure | null {
  const metric = headlineMetrics(metricNames).at(-1)!;
  const rows = rankers
    .map(({ name, lead }) => ({ name, lead: lead?.[metric] ?? null }))
    .filter((row): row is { name: string; lead: Difference } => row.lead !== null)
    .map(({ name, lead }) => ({ name: `over ${name}`, ...lead, hue: "blue" as const }));
  if (rows.length === 0) return null;
  const title = `Lead in ${metric}`;
  const text = "The run less each baseline, paired by user. Right of 0 it is ahead.";
  return intervalFigure({ title, text, rows, heads: ["baseline", "lead"], reference: 0 });
}

function mainTable({ metricNames, rankers, split }: RunContent): DataTable {
  const [head] = headlineMetrics(metricNames).slice(-1);
  const columns: Column<RankerOutcome>[] = [{ name: "ranker", kind: "text", value: ({ name }) => name }];
  for (const metric of metricNames) {
    const estimate = (ranker: RankerOutcome) => ranker.metrics[metric] ?? null;
    columns.push({
      name: metric,
      kind: "number",
      value: (ranker) => estimate(ranker)?.value ?? null,
      show: (ranker) => fixedText(estimate(ranker)?.value ?? null),
    });
  }
  columns.push({
    name: "AUC",
    kind: "number",
    value: ({ auc }) => auc,
    show: ({ auc }) => fixedText(auc),
  });
  columns.push({
    name: `lead in ${head}`,
    kind: "number",
    value: ({ lead }) => lead?.[head!]?.value ?? null,
    show: ({ lead }) => signedText(lead?.[head!]?.value ?? null),
  });
  columns.push({
    name: "its interval",
    kind: "number",
    value: ({ lead }) => lead?.[head!]?.interval.low ?? null,
    show: ({ lead }) => intervalText(lead?.[head!]?.interval ?? null),
  });
  return dataTable({
    title: `Rankers on ${split}`,
    columns,
    rows: rankers,
    isMarked: (ranker) => ranker === rankers[0],
  });
}

/** What validation chose for each tuned baseline. */
function choicesOf(rankers: readonly RankerOutcome[]): Markup | null {
  const tuned = rankers.filter(({ choice }) => choice !== null);
  if (tuned.length === 0) return null;
  const table = dataTable<RankerOutcome>({
    title: "Settings of the baselines",
    columns: [
      { name: "baseline", kind: "text", value: ({ name }) => name },
      {
        name: "settings",
        kind: "text",
        isCode: true,
        value: ({ choice }) =>
          Object.entries(choice!.parameters)
            .map(([name, value]) => `${name} ${value}`)
            .join(", "),
      },
      { name: "chosen by", kind: "text", value: ({ choice }) => choice!.chosenBy },
      { name: "trials", kind: "number", value: ({ choice }) => choice!.trials.length },
      { name: "fitted on", kind: "text", value: ({ choice }) => choice!.fittedOn.join(" and ") },
      {
        name: "fit seconds",
        kind: "number",
        value: ({ choice }) => choice!.fitSeconds,
        show: ({ choice }) => fixedText(choice!.fitSeconds, 1),
      },
    ],
    rows: tuned,
  });
  return markup`<h3>Settings of the baselines</h3>${tableMarkup(table)}${dataOf(table)}`;
}

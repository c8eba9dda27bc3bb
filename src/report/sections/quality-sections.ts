/** How good the arms of a study are: quality against batch size, and all arms side by side at each. */
import { armSeries } from "../charts/arm-style.ts";
import { type BatchLine, batchFigure } from "../charts/batch-figure.ts";
import { batchText } from "../charts/batch-text.ts";
import { copyableText } from "../charts/copyable-text.ts";
import { type Column, type DataTable, dataTable, fixedColumn, tableMarkup } from "../charts/data-table.ts";
import { csvLink, multiples, smallFigure, wideFigure } from "../charts/figure.ts";
import { intervalChart } from "../charts/interval-chart.ts";
import { latexText, markdownText } from "../charts/table-text.ts";
import { markup } from "../page/markup.ts";
import type { Section } from "../page/page.ts";
import type { StudyContent } from "../study-content.ts";
import { countText, fixedText, intervalText, percentText } from "../words/number-text.ts";

type ArmSummary = StudyContent["summary"]["arms"][number];

/** Absent for a study of one batch size, which has nothing to draw it against. */
export function largeBatchSection({ summary }: StudyContent): Section | null {
  const figures = summary.subjects.flatMap((subject, index) => {
    const arms = summary.arms.filter((arm) => arm.subject === index);
    if (new Set(arms.map(({ batchSize }) => batchSize)).size < 2) return [];
    return summary.metrics.map((metric) => {
      const failed = arms.filter(({ test }) => test === null);
      const lost =
        failed.length === 0
          ? ""
          : ` No seed finished: ${failed.map(({ arm, batchSize }) => `${arm} at ${batchText(batchSize)}`).join(", ")}.`;
      return wideFigure(
        batchFigure({
          title: `${metric} on ${subject.dataset} (${subject.model})`,
          text: `Mean over seeds with its interval, on test. Solid: with LAWN; dashed: without. 1k is 1,024.${lost}`,
          lines: linesOf(arms, ({ test }) => {
            const spread = test?.[metric];
            return spread === undefined ? null : { value: spread.mean, interval: spread };
          }),
        }),
      );
    });
  });
  if (figures.length === 0) return null;
  return {
    id: "large-batch",
    title: "Quality against batch size",
    body: markup`<p>Every arm had the same tuning budget at every batch size: ${summary.search.trials} trials (${summary.search.method}), then ${summary.seeds.length} fresh seeds.</p>${figures}`,
  };
}

/** One line for each arm, in the look that the arm has everywhere. */
export function linesOf(
  arms: readonly ArmSummary[],
  of: (arm: ArmSummary) => { readonly value: number; readonly interval: { low: number; high: number } | null } | null,
): readonly BatchLine[] {
  return [...armSeries(arms)].map(([name, series]) => ({
    ...series,
    points: arms
      .filter(({ arm }) => arm === name)
      .sort((a, b) => a.batchSize - b.batchSize)
      .flatMap((arm) => {
        const point = of(arm);
        return point === null ? [] : [{ batchSize: arm.batchSize, ...point }];
      }),
  }));
}

/** The ablation figures: every arm of a batch size in one chart, with the main table behind them. */
export function armsSection(content: StudyContent): Section {
  const { summary } = content;
  const metric = summary.metrics.includes(summary.metric) ? summary.metric : summary.metrics[0]!;
  const charts = summary.subjects.flatMap((subject, index) => {
    const arms = summary.arms.filter((arm) => arm.subject === index && arm.test?.[metric] !== undefined);
    const series = armSeries(summary.arms);
    return [...new Set(arms.map(({ batchSize }) => batchSize))].map((batchSize) => {
      const rows = arms
        .filter((arm) => arm.batchSize === batchSize)
        .map(({ arm, test }) => ({
          name: arm,
          value: test![metric]!.mean,
          interval: test![metric]!,
          hue: series.get(arm)!.hue,
        }));
      const title = `${metric} at batch ${batchText(batchSize)}${summary.subjects.length === 1 ? "" : `, ${subject.dataset} ${subject.model}`}`;
      return smallFigure({
        title,
        text: "Mean over seeds with its interval, on test.",
        draw: (width) => intervalChart({ title, width, rows }),
        table: rowTable(title, rows),
      });
    });
  });
  const table = mainTable(content);
  const body = markup`${multiples(charts)}${tableMarkup(table, { sortable: true })}<div class="tools">${csvLink(table)}${copyableText({ id: "main-markdown", title: "Markdown", of: table.title, text: markdownText(table) })}${copyableText({ id: "main-latex", title: "LaTeX", of: table.title, text: latexText(table) })}</div>`;
  return { id: "arms", title: "Arms side by side", body };
}

function rowTable(
  title: string,
  rows: readonly { readonly name: string; readonly value: number; readonly interval: { low: number; high: number } }[],
): DataTable {
  type Row = (typeof rows)[number];
  return dataTable<Row>({
    title,
    columns: [
      { name: "arm", kind: "text", value: ({ name }) => name },
      fixedColumn("mean", ({ value }) => value),
      fixedColumn("low", ({ interval }) => interval.low),
      fixedColumn("high", ({ interval }) => interval.high),
    ],
    rows,
  });
}

function mainTable({ summary }: StudyContent): DataTable {
  const columns: Column<ArmSummary>[] = [];
  if (summary.subjects.length > 1) {
    const subjectOf = ({ subject }: ArmSummary) => summary.subjects[subject]!;
    columns.push({ name: "dataset", kind: "text", value: (arm) => subjectOf(arm).dataset });
    columns.push({ name: "model", kind: "text", value: (arm) => subjectOf(arm).model });
  }
  columns.push(
    { name: "arm", kind: "text", value: ({ arm }) => arm },
    { name: "batch size", kind: "number", value: (arm) => arm.batchSize, show: (arm) => countText(arm.batchSize) },
  );
  for (const metric of summary.metrics) {
    const spread = ({ test }: ArmSummary) => test?.[metric] ?? null;
    columns.push(
      {
        name: metric,
        kind: "number",
        value: (arm) => spread(arm)?.mean ?? null,
        show: (arm) => fixedText(spread(arm)?.mean ?? null),
      },
      {
        name: "interval",
        kind: "number",
        value: (arm) => spread(arm)?.low ?? null,
        show: (arm) => intervalText(spread(arm)),
      },
      {
        name: "sd of seeds",
        kind: "number",
        value: (arm) => spread(arm)?.deviation ?? null,
        show: (arm) => fixedText(spread(arm)?.deviation ?? null),
      },
    );
  }
  columns.push({
    name: "reached target",
    kind: "number",
    value: ({ success }) => success.rate,
    show: ({ success }) => `${success.successes} of ${success.of} (${percentText(success.rate, 0)})`,
  });
  columns.push({ name: "diverged", kind: "number", value: ({ diverged }) => diverged });
  return dataTable({ title: `Arms of ${summary.name} on test`, columns, rows: summary.arms });
}

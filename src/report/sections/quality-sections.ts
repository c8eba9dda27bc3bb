/** How good the arms of a study are: quality against batch size, and all arms side by side at each. */
import { armSeries, familyOf } from "../charts/arm-style.ts";
import { type BatchLine, batchFigure } from "../charts/batch-figure.ts";
import { batchText } from "../charts/batch-text.ts";
import { copyableText } from "../charts/copyable-text.ts";
import { type Column, type DataTable, dataTable, tableMarkup } from "../charts/data-table.ts";
import { csvLink, multiples } from "../charts/figure.ts";
import { intervalFigure } from "../charts/interval-figure.ts";
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
    const failed = arms.filter(({ test }) => test === null);
    const names = failed.map(({ arm, batchSize }) => `${arm} at ${batchText(batchSize)}`);
    const lost = names.length === 0 ? "" : ` No seed finished: ${names.join(", ")}.`;
    const text = `Mean over seeds with its interval, on test. Solid: with LAWN; dashed: without. 1k is 1,024.${lost}`;
    const charts = summary.metrics.map((metric) => {
      const lines = linesOf(arms, ({ test }) => {
        const spread = test?.[metric];
        return spread === undefined ? null : { value: spread.mean, interval: spread };
      });
      return { title: `${metric} on ${subject.dataset} (${subject.model})`, text, lines };
    });
    if (charts.every(({ lines }) => lines.length <= MOST_LINES)) return [multiples(charts.map(batchFigure))];
    return charts.map(({ title, lines }) => {
      const families = byFamily(lines).map((family) => batchFigure({ ...family, text: "" }));
      return markup`<h3>${title}</h3><p>${text} All others in grey.</p>${multiples(families)}`;
    });
  });
  if (figures.length === 0) return null;
  return {
    id: "large-batch",
    title: "Quality against batch size",
    body: markup`<p>Every arm had the same tuning budget at every batch size: ${summary.search.trials} trials (${summary.search.method}), then ${summary.seeds.length} fresh seeds.</p>${figures}`,
  };
}

/** Beyond these, lines of one chart cannot be followed: each family then has a chart of its own. */
const MOST_LINES = 5;

/** Each family's arms before all others in grey, on the same scale since all lines are in every chart. */
function byFamily(
  lines: readonly BatchLine[],
): readonly { readonly title: string; readonly lines: readonly BatchLine[] }[] {
  const families = [...new Set(lines.map(({ name }) => familyOf(name)))];
  return families.map((title) => {
    const isFaint = ({ name }: BatchLine): boolean => familyOf(name) !== title;
    const others = lines.filter(isFaint).map((line) => ({ ...line, isFaint: true }));
    return { title, lines: [...others, ...lines.filter((line) => !isFaint(line))] };
  });
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
      const text = "Mean over seeds with its interval, on test.";
      return intervalFigure({ title, text, rows, heads: ["arm", "mean"] });
    });
  });
  const table = mainTable(content);
  const body = markup`${multiples(charts)}${tableMarkup(table, { sortable: true })}<div class="tools">${csvLink(table)}${copyableText({ id: "main-markdown", title: "Markdown", of: table.title, text: markdownText(table) })}${copyableText({ id: "main-latex", title: "LaTeX", of: table.title, text: latexText(table) })}</div>`;
  return { id: "arms", title: "Arms side by side", body };
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

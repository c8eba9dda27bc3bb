/** The baselines that a study's arms stand beside: what no training at all reaches on the same test split. */
import { parametersText } from "../../config/baseline-settings.ts";
import { copyableText } from "../charts/copyable-text.ts";
import { type Column, dataTable, tableMarkup } from "../charts/data-table.ts";
import { csvLink } from "../charts/figure.ts";
import { markdownText } from "../charts/table-text.ts";
import { markup } from "../page/markup.ts";
import type { Section } from "../page/page.ts";
import type { StudyContent } from "../study-content.ts";
import { fixedText, intervalText } from "../words/number-text.ts";

type Subject = StudyContent["summary"]["subjects"][number];
interface Row {
  readonly subject: Subject;
  readonly baseline: Subject["baselines"][number];
}

/** Null for a study without baselines. */
export function studyBaselinesSection({ summary }: StudyContent): Section | null {
  const rows = summary.subjects.flatMap((subject) => subject.baselines.map((baseline) => ({ subject, baseline })));
  if (rows.length === 0) return null;
  const metrics = summary.metrics.flatMap((metric): Column<Row>[] => {
    const spread = ({ baseline }: Row) => baseline.test[metric] ?? null;
    return [
      {
        name: metric,
        kind: "number",
        value: (row) => spread(row)?.mean ?? null,
        show: (row) => fixedText(spread(row)?.mean ?? null),
      },
      {
        name: "interval",
        kind: "number",
        value: (row) => spread(row)?.low ?? null,
        show: (row) => intervalText(spread(row)),
      },
    ];
  });
  const table = dataTable<Row>({
    title: `Baselines of ${summary.name} on test`,
    columns: [
      ...(summary.subjects.length === 1
        ? []
        : [{ name: "dataset", kind: "text" as const, value: ({ subject }: Row) => subject.dataset }]),
      { name: "baseline", kind: "text", value: ({ baseline }) => baseline.name },
      ...metrics,
      { name: "chosen on validation", kind: "text", value: ({ baseline }) => parametersText(baseline.parameters) },
    ],
    rows,
  });
  const body = markup`<p>Fitted on train, as the arms are trained; parameters chosen on validation, test ranked when every arm was done. Intervals resample users alone.</p>${tableMarkup(table, { sortable: true })}<div class="tools">${csvLink(table)}${copyableText({ id: "baselines-markdown", title: "Markdown", of: table.title, text: markdownText(table) })}</div>`;
  return { id: "baselines", title: "Baselines beside the arms", body };
}

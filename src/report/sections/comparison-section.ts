/** The paired tests of a study: each treatment less its baseline, with what speaks for it being real. */
import { batchText } from "../charts/batch-text.ts";
import { copyableText } from "../charts/copyable-text.ts";
import { type Column, type DataTable, dataTable, fixedColumn, tableMarkup } from "../charts/data-table.ts";
import { csvLink, multiples } from "../charts/figure.ts";
import { intervalFigure } from "../charts/interval-figure.ts";
import type { Hue } from "../charts/series-style.ts";
import { latexText, markdownText } from "../charts/table-text.ts";
import { markup } from "../page/markup.ts";
import type { Section } from "../page/page.ts";
import type { StudyContent } from "../study-content.ts";
import {
  boundText,
  countText,
  fixedText,
  intervalText,
  percentText,
  probabilityText,
  signedText,
} from "../words/number-text.ts";

type Comparison = StudyContent["summary"]["comparisons"][number];

/** Sign and word beside the hue: none of them is told by colour alone. */
const VERDICT_HUES: Readonly<Record<Comparison["verdict"], Hue>> = {
  better: "blue",
  worse: "vermilion",
  equivalent: "sky",
  undecided: "grey",
};

export function comparisonSection({ summary }: StudyContent): Section | null {
  const { comparisons, subjects, metrics } = summary;
  if (comparisons.length === 0) return null;
  const charts = subjects.flatMap((subject, index) =>
    metrics.flatMap((metric) => {
      const rows = comparisons
        .filter((comparison) => comparison.subject === index && comparison.metric === metric)
        .map((comparison) => ({
          name: nameOf(comparison),
          value: comparison.difference,
          interval: comparison.interval,
          hue: VERDICT_HUES[comparison.verdict],
        }));
      if (rows.length === 0) return [];
      const title = `Difference in ${metric}${subjects.length === 1 ? "" : `, ${subject.dataset} ${subject.model}`}`;
      const text =
        "Right of 0 the first named is ahead. Blue: better; vermilion: worse; sky: equivalent; grey: undecided.";
      return [intervalFigure({ title, text, rows, heads: ["comparison", "difference"], reference: 0 })];
    }),
  );
  const table = comparisonTable(summary);
  const level = comparisons[0]!.interval.level;
  const body = markup`<p>Paired by user and seed on the test split. ${percentText(level, 0)} bootstrap intervals resample users and seeds; p-values are two-sided, corrected over all comparisons of a metric (Holm). “Better” and “worse” need the interval, the permutation test of users, and the test of users and seeds as crossed samples to say so. “Equivalent” needs two one-sided tests against a margin that the study stated beforehand. Luck is how far independent searches of one arm came apart: a smaller difference may be tuning. Effect is the mean of the users' differences over their standard deviation; won–lost counts users. The p of seeds cannot be below 2 / 2ⁿ for n seeds.</p>
${multiples(charts)}${tableMarkup(table, { sortable: true })}<div class="tools">${csvLink(table)}${copyableText({ id: "tests-markdown", title: "Markdown", of: table.title, text: markdownText(table) })}${copyableText({ id: "tests-latex", title: "LaTeX", of: table.title, text: latexText(table) })}</div>`;
  return { id: "tests", title: "Paired tests", body };
}

/** An arm beside another, or beside itself at the smaller batch. */
function pairName({ treatment, baseline, batchSize, baselineBatchSize }: Comparison): string {
  return `${treatment} − ${batchSize === baselineBatchSize ? baseline : `at ${batchText(baselineBatchSize)}`}`;
}

function nameOf(comparison: Comparison): string {
  return `${pairName(comparison)}, ${batchText(comparison.batchSize)}`;
}

function comparisonTable({ comparisons, subjects }: StudyContent["summary"]): DataTable {
  const columns: Column<Comparison>[] = [];
  if (subjects.length > 1) {
    const subjectOf = ({ subject }: Comparison) => subjects[subject]!;
    columns.push({
      name: "dataset",
      kind: "text",
      value: (row) => `${subjectOf(row).dataset} ${subjectOf(row).model}`,
    });
  }
  const probability = (name: string, of: (row: Comparison) => number | null): Column<Comparison> => ({
    name,
    kind: "number",
    value: of,
    show: (row) => probabilityText(of(row)),
  });
  columns.push(
    { name: "comparison", kind: "text", value: pairName },
    { name: "batch size", kind: "number", value: (row) => row.batchSize, show: (row) => countText(row.batchSize) },
    { name: "metric", kind: "text", value: ({ metric }) => metric },
    { name: "difference", kind: "number", value: (row) => row.difference, show: (row) => signedText(row.difference) },
    { name: "interval", kind: "number", value: (row) => row.interval.low, show: (row) => intervalText(row.interval) },
    { name: "verdict", kind: "text", value: ({ verdict }) => verdict },
    {
      name: "p, permutation",
      kind: "number",
      value: ({ users }) => users.permutation.adjusted,
      show: ({ users }) => boundText(users.permutation.adjusted, users.permutation.isAtMost),
    },
    probability("p, users and seeds", ({ crossed }) => crossed.adjusted),
    probability("p, Wilcoxon", ({ users }) => users.wilcoxon.adjusted),
    probability("p, seeds", ({ seeds }) => seeds.permutationP),
    ...(comparisons.some(({ equivalence }) => equivalence !== null)
      ? [probability("p, equivalence", ({ equivalence }) => equivalence?.adjusted ?? null)]
      : []),
    ...(comparisons.some(({ luck }) => luck !== null) ? [fixedColumn<Comparison>("luck", ({ luck }) => luck)] : []),
    {
      name: "effect",
      kind: "number",
      value: (row) => row.users.effectSize,
      show: (row) => fixedText(row.users.effectSize, 3),
    },
    {
      name: "won–lost",
      kind: "number",
      value: ({ users }) => users.wins - users.losses,
      show: ({ users }) => `${countText(users.wins)}–${countText(users.losses)}`,
    },
  );
  return dataTable({ title: "Paired tests", columns, rows: comparisons });
}

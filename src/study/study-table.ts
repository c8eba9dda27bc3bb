/** The main table of a study, once as rows of text, and in Markdown and LaTeX. */
import { parametersText } from "../config/baseline-settings.ts";
import { leadText } from "../runs/estimate-text.ts";
import type { ArmSummary, BaselineSummary, Comparison, StudySummary } from "../runs/study-summary.ts";

/** Of the prose; a row of a table cannot be broken. */
const MOST_COLUMNS = 118;

interface TableText {
  readonly title: string;
  readonly heads: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

export function markdownTables(summary: StudySummary): string {
  const { search, seeds } = summary;
  const intro = [
    summary.question,
    `Each arm: ${search.trials} tuning trials (${search.method}, seed ${search.seed}${search.halving === undefined ? "" : `; the best 1/${search.halving.eta} went on from each rung of successive halving`}), setting and epoch chosen by validation ${summary.metric}; then ${seeds.length} fresh seeds, whose test split was ranked once. Intervals: 95 %, bootstrap over users and seeds. p: paired permutation test over users, and test of users and seeds as crossed samples, each with Holm over all comparisons of the metric; a verdict needs both and the interval. Luck: how far independent searches of one arm came apart.${marginText(summary)}`,
    ...summary.subjects.map(
      ({ dataset, model, protocol, users, target }) =>
        `${model} on ${dataset}: ${protocol}, ${users} users; target: validation ${target.metric} ${target.value.toFixed(4)} (${target.source}).`,
    ),
  ];
  const open = summary.undecided.map((sentence) => wrapped(sentence, "- ")).join("\n");
  const parts = [`# ${summary.title}`, ...intro.map((text) => wrapped(text)), ...tablesOf(summary).map(markdownTable)];
  if (open !== "") parts.push(`## What stayed open\n\n${open}`);
  return `${parts.filter((part) => part !== "").join("\n\n")}\n`;
}

function marginText({ comparisons }: StudySummary): string {
  const margins = new Map(
    comparisons.flatMap((of) => (of.equivalence === null ? [] : [[of.metric, of.equivalence.margin]])),
  );
  const list = [...margins].map(([metric, margin]) => `${margin} of ${metric}`).join(", ");
  return list === "" ? "" : ` Equivalent: two one-sided tests within ${list}, Holm alike.`;
}

/** One paragraph, or one item where `mark` begins it, in lines that stay within MOST_COLUMNS. */
function wrapped(text: string, mark = ""): string {
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(" ")) {
    if (line !== "" && mark.length + line.length + 1 + word.length > MOST_COLUMNS) {
      lines.push(line);
      line = word;
    } else line = line === "" ? word : `${line} ${word}`;
  }
  return mark + [...lines, line].join(`\n${" ".repeat(mark.length)}`);
}

export function latexTables(summary: StudySummary): string {
  return `${tablesOf(summary).map(latexTable).join("\n\n")}\n`;
}

function tablesOf(summary: StudySummary): readonly TableText[] {
  return summary.subjects.flatMap(({ dataset, model, baselines }, subject) => {
    const arms = summary.arms.filter((arm) => arm.subject === subject);
    const comparisons = summary.comparisons.filter((comparison) => comparison.subject === subject);
    const tables: TableText[] = [
      {
        title: `${model} on ${dataset}: arms`,
        heads: [
          "batch",
          "arm",
          ...summary.metrics.map((metric) => `test ${metric}`),
          `validation ${summary.metric}`,
          "to target",
          "epochs to it",
          "s per epoch",
          "chosen",
        ],
        rows: [
          ...arms.map((arm) => armRow(arm, summary)),
          ...baselines.map((baseline) => baselineRow(baseline, summary)),
        ],
      },
    ];
    if (comparisons.length > 0) {
      tables.push({
        title: `${model} on ${dataset}: comparisons`,
        heads: [
          "batch",
          "arm",
          "against",
          "metric",
          "difference",
          "p (Holm)",
          "p with seeds (Holm)",
          "Wilcoxon (Holm)",
          "d_z",
          "seeds won",
          "luck",
          "verdict",
        ],
        rows: comparisons.map(comparisonRow),
      });
    }
    return tables;
  });
}

function armRow(arm: ArmSummary, { metrics, metric }: StudySummary): readonly string[] {
  const reached = arm.epochsToTarget.filter((epochs) => epochs !== null).sort((a, b) => a - b);
  return [
    arm.batchSize.toLocaleString("en"),
    arm.arm,
    ...metrics.map((name) => {
      const spread = arm.test?.[name];
      return spread === undefined ? "diverged" : estimateText(spread);
    }),
    arm.validation?.[metric]?.toFixed(4) ?? "diverged",
    `${arm.success.successes} of ${arm.success.of}`,
    reached.length === 0 ? "-" : String(reached[Math.floor((reached.length - 1) / 2)]),
    arm.cost.secondsPerEpoch.toFixed(2),
    Object.entries(arm.chosen?.point ?? {})
      .map(([name, value]) => `${name.split(".").at(-1)} ${String(value)}`)
      .join(", "),
  ];
}

/** Of a batch, epochs and a target it knows nothing. */
function baselineRow({ name, parameters, validation, test }: BaselineSummary, { metrics, metric }: StudySummary) {
  return [
    "-",
    name,
    ...metrics.map((of) => estimateText(test[of]!)),
    validation?.[metric]?.toFixed(4) ?? "-",
    ...["-", "-", "-"],
    parametersText(parameters),
  ];
}

function estimateText({ mean, low, high }: { readonly mean: number; readonly low: number; readonly high: number }) {
  return `${mean.toFixed(4)} (${low.toFixed(4)} to ${high.toFixed(4)})`;
}

function comparisonRow(comparison: Comparison): readonly string[] {
  const { batchSize, treatment, baseline, baselineBatchSize, metric, ...of } = comparison;
  return [
    batchSize.toLocaleString("en"),
    treatment,
    batchSize === baselineBatchSize ? baseline : `at ${baselineBatchSize.toLocaleString("en")}`,
    metric,
    leadText({ value: of.difference, ...of.interval }),
    of.users.permutation.isAtMost
      ? `at most ${of.users.permutation.adjusted.toFixed(4)}`
      : pText(of.users.permutation.adjusted),
    pText(of.crossed.adjusted),
    pText(of.users.wilcoxon.adjusted),
    of.users.effectSize.toFixed(3),
    `${of.seeds.differences.filter((difference) => difference > 0).length} of ${of.seeds.count}`,
    of.luck === null ? "-" : of.luck.toFixed(4),
    of.verdict,
  ];
}

function pText(p: number): string {
  return p < 0.0005 ? "<0.0005" : p.toFixed(3);
}

function markdownTable({ title, heads, rows }: TableText): string {
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`;
  return [`## ${title}`, "", line(heads), line(heads.map(() => "---")), ...rows.map(line)].join("\n");
}

function latexTable({ title, heads, rows }: TableText): string {
  const line = (cells: readonly string[]): string => `${cells.map(latexText).join(" & ")} \\\\`;
  return [
    "\\begin{table}",
    `\\caption{${latexText(title)}}`,
    `\\begin{tabular}{${"l".repeat(heads.length)}}`,
    "\\hline",
    line(heads),
    "\\hline",
    ...rows.map(line),
    "\\hline",
    "\\end{tabular}",
    "\\end{table}",
  ].join("\n");
}

function latexText(text: string): string {
  return text
    .replace(/[\\{}$&#%_]/g, (mark) => (mark === "\\" ? "\\textbackslash{}" : `\\${mark}`))
    .replaceAll("<", "$<$")
    .replaceAll("~", "\\textasciitilde{}")
    .replaceAll("^", "\\textasciicircum{}");
}

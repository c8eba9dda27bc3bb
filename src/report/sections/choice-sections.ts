/** What the search of a study chose, how much choosing mattered, how the chosen learned, and what stayed open. */
import { armSeries } from "../charts/arm-style.ts";
import { batchText } from "../charts/batch-text.ts";
import { type Column, dataTable, tableMarkup } from "../charts/data-table.ts";
import { epochFigure } from "../charts/epoch-figure.ts";
import { csvLink, multiples } from "../charts/figure.ts";
import { tuningFigure } from "../charts/tuning-figure.ts";
import { markup } from "../page/markup.ts";
import type { Section } from "../page/page.ts";
import type { StudyContent } from "../study-content.ts";
import { fixedText, significantText } from "../words/number-text.ts";
import { armColumns } from "./cost-sections.ts";

type ArmSummary = StudyContent["summary"]["arms"][number];
type PointValue = NonNullable<ArmSummary["chosen"]>["point"][string];

export function choiceSection({ summary }: StudyContent): Section {
  const { arms, search, metric, subjects } = summary;
  const dimensions = [...new Set(arms.flatMap(({ chosen }) => Object.keys(chosen?.point ?? {})))];
  const columns: Column<ArmSummary>[] = [
    ...armColumns(summary),
    ...dimensions.map(
      (dimension): Column<ArmSummary> => ({
        name: shortName(dimension),
        kind: "number",
        value: ({ chosen }) => cellOf(chosen?.point[dimension]),
        show: ({ chosen }) =>
          `${pointText(chosen?.point[dimension])}${chosen?.atEdge.includes(dimension) === true ? " (edge)" : ""}`,
      }),
    ),
    {
      name: `${metric}, validation`,
      kind: "number",
      value: ({ chosen }) => chosen?.validation[metric] ?? null,
      show: ({ chosen }) => fixedText(chosen?.validation[metric] ?? null),
    },
    { name: "epoch", kind: "number", value: ({ chosen }) => chosen?.epoch ?? null },
  ];
  const table = dataTable({ title: "Chosen settings", columns, rows: arms });
  const figures = subjects.flatMap((subject, index) =>
    batchSizesOf(summary, index).map((batchSize) =>
      tuningFigure({
        title: `Trials at batch ${batchText(batchSize)}${nameOf(summary, index)}`,
        text: `${metric} on validation of each trial of ${subject.dataset}; the ring is the chosen one.`,
        arms: arms.filter((arm) => arm.subject === index && arm.batchSize === batchSize),
      }),
    ),
  );
  const body = markup`<p>Chosen on validation among ${search.trials} trials of each arm (${search.method}, seed ${search.seed}). “edge” marks a value at the end of its range: a wider range might do better.</p>${tableMarkup(table, { sortable: true })}${csvLink(table)}${multiples(figures)}${multiples(search.trials < 2 ? [] : bestFigures(summary))}`;
  return { id: "settings", title: "Settings that every arm chose", body };
}

/** How far a smaller budget would have come: arms whose lines cross are ranked by the budget. */
function bestFigures(summary: StudyContent["summary"]) {
  const series = armSeries(summary.arms);
  const epochs = Array.from({ length: summary.search.trials }, (_, index) => index + 1);
  return summary.subjects.flatMap((_, index) =>
    batchSizesOf(summary, index).map((batchSize) =>
      epochFigure({
        title: `Best of n trials at batch ${batchText(batchSize)}${nameOf(summary, index)}`,
        text: `The best ${summary.metric} on validation that n of the trials can be expected to find.`,
        axis: { unit: "trials", epochs, switchAfter: null, chosen: null },
        lines: summary.arms
          .filter((arm) => arm.subject === index && arm.batchSize === batchSize)
          .map(({ arm, tuning }) => ({ ...series.get(arm)!, values: tuning.expectedBest })),
      }),
    ),
  );
}

export function curvesSection({ summary, curves }: StudyContent): Section | null {
  const series = armSeries(summary.arms);
  const figures = summary.subjects.flatMap((_, index) =>
    batchSizesOf(summary, index).flatMap((batchSize) => {
      const mine = curves.filter((curve) => curve.subject === index && curve.batchSize === batchSize);
      const last = Math.max(0, ...mine.map(({ values }) => values.length));
      if (last === 0) return [];
      return [
        epochFigure({
          title: `Batch ${batchText(batchSize)}${nameOf(summary, index)}`,
          text: `${summary.metric} on validation, mean over the seeds still training.`,
          axis: {
            unit: "epoch",
            epochs: Array.from({ length: last }, (__, k) => k + 1),
            switchAfter: null,
            chosen: null,
          },
          lines: mine.map(({ arm, values }) => ({ ...series.get(arm)!, values })),
        }),
      ];
    }),
  );
  const body = multiples(figures);
  return body === null ? null : { id: "curves", title: "Learning curves of the final seeds", body };
}

export function undecidedSection({ summary }: StudyContent): Section {
  const body =
    summary.undecided.length === 0
      ? markup`<p>Every question of the study has an answer at its level.</p>`
      : markup`<ul class="notes">${summary.undecided.map((sentence) => markup`<li>${sentence}</li>`)}</ul>`;
  return { id: "undecided", title: "What could not be decided", body };
}

/** In ascending order. */
function batchSizesOf({ arms }: StudyContent["summary"], subject: number): readonly number[] {
  const sizes = arms.filter((arm) => arm.subject === subject).map(({ batchSize }) => batchSize);
  return [...new Set(sizes)].sort((a, b) => a - b);
}

function nameOf({ subjects }: StudyContent["summary"], index: number): string {
  return subjects.length === 1 ? "" : `, ${subjects[index]!.dataset} ${subjects[index]!.model}`;
}

/** The last part of a dotted setting: "learningRate" of "optimizer.learningRate", in words. */
function shortName(dimension: string): string {
  return dimension
    .split(".")
    .at(-1)!
    .replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
}

function cellOf(value: PointValue | undefined): number | string | null {
  return typeof value === "boolean" ? String(value) : (value ?? null);
}

function pointText(value: PointValue | undefined): string {
  return typeof value === "number" ? significantText(value) : value === undefined ? "–" : String(value);
}

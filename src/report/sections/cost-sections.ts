/** Whether arms get there at all, and what it costs them. */
import { batchFigure } from "../charts/batch-figure.ts";
import { type Column, dataTable, tableMarkup } from "../charts/data-table.ts";
import { csvLink, type Figure, multiples } from "../charts/figure.ts";
import { type Markup, markup } from "../page/markup.ts";
import type { Section } from "../page/page.ts";
import type { StudyContent } from "../study-content.ts";
import { axisText, countText, durationText, fixedText, intervalText, percentText } from "../words/number-text.ts";
import { linesOf } from "./quality-sections.ts";

type ArmSummary = StudyContent["summary"]["arms"][number];

export function successSection({ summary }: StudyContent): Section {
  const { arms, subjects } = summary;
  const targets = subjects.map(
    ({ dataset, model, target }) =>
      `${subjects.length === 1 ? "" : `${dataset} ${model}: `}${target.metric} of ${fixedText(target.value)} on validation (${target.source})`,
  );
  const figures = chartsBySubject(summary, (mine, name) => ({
    title: `Success rate${name}`,
    text: "Share of seeds that reached the target, with Wilson's 95 % interval.",
    lines: linesOf(mine, ({ success }) => ({ value: success.rate, interval: success })),
    domain: [0, 1] as const,
    show: (share: number) => percentText(share, 0),
  }));
  const table = dataTable<ArmSummary>({
    title: "Success and time to target",
    columns: [
      ...armColumns(summary),
      {
        name: "reached",
        kind: "number",
        value: ({ success }) => success.successes,
        show: ({ success }) => `${success.successes} of ${success.of}`,
      },
      {
        name: "rate",
        kind: "number",
        value: ({ success }) => success.rate,
        show: ({ success }) => percentText(success.rate, 0),
      },
      {
        name: "interval",
        kind: "number",
        value: ({ success }) => success.low,
        show: ({ success }) => intervalText(success, 2),
      },
      {
        name: "epochs to target",
        kind: "number",
        value: ({ epochsToTarget }) => median(epochsToTarget),
        show: ({ epochsToTarget }) => fixedText(median(epochsToTarget), 1),
      },
      {
        name: "seconds to target",
        kind: "number",
        value: ({ secondsToTarget }) => median(secondsToTarget),
        show: ({ secondsToTarget }) => fixedText(median(secondsToTarget), 2),
      },
    ],
    rows: arms,
  });
  const body = markup`<p>Target: ${targets.join("; ")}. Epochs and seconds are the median of the seeds that reached it.</p>${figures}${tableMarkup(table, { sortable: true })}${csvLink(table)}`;
  return { id: "success", title: "Success rates", body };
}

export function costSection({ summary }: StudyContent): Section {
  const figures = chartsBySubject(summary, (mine, name) => ({
    title: `Samples a second${name}`,
    text: "Median over the trials of an arm, training steps alone; trials ran side by side.",
    lines: linesOf(mine, ({ cost }) => ({ value: cost.samplesPerSecond, interval: null })),
    show: axisText,
  }));
  const table = dataTable<ArmSummary>({
    title: "Cost",
    columns: [
      ...armColumns(summary),
      {
        name: "seconds an epoch",
        kind: "number",
        value: ({ cost }) => cost.secondsPerEpoch,
        show: ({ cost }) => fixedText(cost.secondsPerEpoch, 2),
      },
      {
        name: "samples a second",
        kind: "number",
        value: ({ cost }) => cost.samplesPerSecond,
        show: ({ cost }) => countText(cost.samplesPerSecond),
      },
      {
        name: "tuning",
        kind: "number",
        value: ({ cost }) => cost.tuningSeconds,
        show: ({ cost }) => durationText(cost.tuningSeconds),
      },
      {
        name: "final seeds",
        kind: "number",
        value: ({ cost }) => cost.finalSeconds,
        show: ({ cost }) => durationText(cost.finalSeconds),
      },
    ],
    rows: summary.arms,
  });
  const body = markup`${figures}${tableMarkup(table, { sortable: true })}${csvLink(table)}`;
  return { id: "cost", title: "Cost", body };
}

/** Dataset and model where there are several, arm, batch size: what names a row everywhere. */
export function armColumns({ subjects }: StudyContent["summary"]): Column<ArmSummary>[] {
  const subject: Column<ArmSummary> = {
    name: "dataset",
    kind: "text",
    value: (arm) => `${subjects[arm.subject]!.dataset} ${subjects[arm.subject]!.model}`,
  };
  return [
    ...(subjects.length > 1 ? [subject] : []),
    { name: "arm", kind: "text", value: ({ arm }) => arm },
    { name: "batch size", kind: "number", value: (arm) => arm.batchSize, show: (arm) => countText(arm.batchSize) },
  ];
}

/** The middle of the values that are there, the mean of the middle two; null where there are none. */
export function median(values: readonly (number | null)[]): number | null {
  const there = values.filter((value) => value !== null).sort((a, b) => a - b);
  if (there.length === 0) return null;
  const middle = there.length >> 1;
  return there.length % 2 === 1 ? there[middle]! : (there[middle - 1]! + there[middle]!) / 2;
}

/** A chart for each subject with several batch sizes: across the column if alone, else side by side. */
function chartsBySubject(
  { subjects, arms }: StudyContent["summary"],
  of: (arms: readonly ArmSummary[], name: string) => Parameters<typeof batchFigure>[0],
): Markup | null {
  const figures: Figure[] = [];
  for (const [index, { dataset, model }] of subjects.entries()) {
    const mine = arms.filter(({ subject }) => subject === index);
    if (new Set(mine.map(({ batchSize }) => batchSize)).size < 2) continue;
    figures.push(batchFigure(of(mine, subjects.length === 1 ? "" : `, ${dataset} ${model}`)));
  }
  if (figures.length === 0) return null;
  return multiples(figures);
}

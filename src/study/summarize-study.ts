/** A study's records become its conclusions: arms, comparisons over the whole table, and what stayed open. */
import type { StoredStudy } from "../runs/stored-study.ts";
import type { ArmSummary, Comparison, StudySummary } from "../runs/study-summary.ts";
import { type BootstrapInterval, bootstrapIntervals } from "../statistics/bootstrap.ts";
import { comparePair, pairsOf } from "./compare-arms.ts";
import { openQuestions } from "./open-questions.ts";
import type { BaselineEvidence, CellEvidence } from "./study-evidence.ts";
import { LEVEL, withVerdicts } from "./study-verdicts.ts";
import { meanValidation, summarizeArm } from "./summarize-arm.ts";
import { summarizeBaseline } from "./summarize-baseline.ts";
import { tuningLuck } from "./tuning-luck.ts";

/** `baselines`: of each subject, in their order. */
export function summarizeStudy(
  stored: StoredStudy,
  evidence: readonly CellEvidence[],
  baselines: readonly (readonly BaselineEvidence[])[],
): StudySummary {
  const { study } = stored;
  const parts = study.subjects.map((subject, index) => {
    const cells = evidence.filter(({ cell }) => cell.subject === index);
    const target = targetOf(stored, cells);
    const first = cells.flatMap(({ outcomes }) => outcomes)[0];
    return {
      ...conclusions(stored, cells, target.value),
      subject: {
        dataset: subject.dataset,
        model: subject.model,
        contentHash: stored.datasets[index]!.contentHash,
        protocol: first?.record.test?.protocol ?? "",
        users: first?.record.test?.users ?? 0,
        target,
        baselines: baselines[index]!.map((baseline) => summarizeBaseline(baseline, study)),
      },
    };
  });
  const arms = parts.flatMap((part) => part.arms);
  const comparisons = withVerdicts(parts.flatMap((part) => part.comparisons));
  return {
    name: study.name,
    title: study.title,
    question: study.question,
    metric: study.metric,
    metrics: study.metrics,
    search: study.search,
    seeds: Array.from({ length: study.seeds.count }, (_, index) => study.seeds.first + index),
    subjects: parts.map(({ subject }) => subject),
    arms,
    comparisons: [...comparisons],
    undecided: [...openQuestions(arms, comparisons, study.metrics[0]!), ...programText(evidence)],
  };
}

function targetOf({ study }: StoredStudy, cells: readonly CellEvidence[]): StudySummary["subjects"][number]["target"] {
  const { metric, target } = study;
  if ("value" in target) return { metric, value: target.value, source: "given by the study" };
  let [best, name] = [0, "no arm"];
  for (const { cell, outcomes } of cells) {
    const value = outcomes.length === 0 ? 0 : (meanValidation(outcomes.map(({ record }) => record))[metric] ?? 0);
    if (value > best) [best, name] = [value, `${cell.arm.name} at ${cell.batch.size}`];
  }
  return { metric, value: target.ofBest * best, source: `${target.ofBest} of the best arm's mean, ${name}` };
}

function conclusions(
  { study }: StoredStudy,
  cells: readonly CellEvidence[],
  target: number,
): { readonly arms: readonly ArmSummary[]; readonly comparisons: readonly Comparison[] } {
  const measured = cells.filter(({ outcomes }) => outcomes.length > 0);
  const pairs = pairsOf(study, measured);
  // One call for everything, so that every interval stands on the same draws.
  const means = measured.flatMap((cell) =>
    study.metrics.map((metric) => cell.outcomes.map(({ values }) => values[metric]!)),
  );
  const series = [...means, ...pairs.map(({ differences }) => differences)];
  const intervals =
    series.length === 0
      ? []
      : bootstrapIntervals(series, { level: 1 - LEVEL, resamples: study.resamples, seed: study.search.seed });
  return {
    arms: cells.map((cell) => {
      const at = measured.indexOf(cell) * study.metrics.length;
      const own: [string, BootstrapInterval][] =
        at < 0 ? [] : study.metrics.map((metric, index) => [metric, intervals[at + index]!]);
      return summarizeArm(cell, { study, target, intervals: new Map(own) });
    }),
    comparisons: pairs.map((pair, index) => {
      const beside = measured.filter(({ cell }) => cell.batch === pair.treatment.cell.batch);
      const luck = tuningLuck(beside, pair.metric);
      return comparePair(pair, { study, interval: intervals[means.length + index]!, luck });
    }),
  };
}

/** The same version may have been built from several commits while the study went on. */
function programText(evidence: readonly CellEvidence[]): string[] {
  const records = evidence.flatMap(({ tuning, finals }) => [...tuning, ...finals]);
  const commits = [...new Set(records.map(({ gitCommit }) => gitCommit ?? "no checkout"))];
  return commits.length < 2 ? [] : [`Trials were run by the program at different commits: ${commits.join(", ")}.`];
}

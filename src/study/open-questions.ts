/** What a study leaves open, a sentence each. */
import { leadText, signed } from "../runs/estimate-text.ts";
import type { ArmSummary, Comparison } from "../runs/study-summary.ts";

/** `metric` is the one whose comparisons are told. */
export function openQuestions(
  arms: readonly ArmSummary[],
  comparisons: readonly Comparison[],
  metric: string,
): readonly string[] {
  const told = comparisons.filter((comparison) => comparison.metric === metric);
  return [
    ...told.filter(({ verdict }) => verdict === "undecided").map(undecidedText),
    ...told.filter(isWithinLuck).map(luckText),
    ...arms
      .filter(({ chosen }) => (chosen?.atEdge.length ?? 0) > 0)
      .map(
        ({ arm, batchSize, chosen }) =>
          `${arm} at batch ${batchSize} chose ${chosen!.atEdge.join(", ")} near the edge of its range; a wider one might do better.`,
      ),
    ...arms
      .filter(({ diverged }) => diverged > 0)
      .map(
        ({ arm, batchSize, diverged, seeds }) =>
          `${arm} at batch ${batchSize}: ${diverged} of ${seeds} seeds diverged.`,
      ),
    ...arms
      .filter(({ chosen }) => chosen === null)
      .map(({ arm, batchSize }) => `${arm} at batch ${batchSize}: every tuning trial diverged.`),
  ];
}

/** "lawn-adam against adam at batch 64", or "lawn-adam at batch 4096 against batch 64". */
function pairText({ treatment, baseline, batchSize, baselineBatchSize }: Comparison): string {
  return batchSize === baselineBatchSize
    ? `${treatment} against ${baseline} at batch ${batchSize}`
    : `${treatment} at batch ${batchSize} against batch ${baselineBatchSize}`;
}

function undecidedText(comparison: Comparison): string {
  const { metric, difference, interval, users, crossed } = comparison;
  const p = Math.max(users.permutation.adjusted, crossed.adjusted);
  return `${pairText(comparison)}: ${metric} ${leadText({ value: difference, ...interval })}, adjusted p ${p.toFixed(3)}.`;
}

/** Seeds and users say that it is real; another search might not. */
function isWithinLuck({ verdict, luck, difference }: Comparison): boolean {
  return (verdict === "better" || verdict === "worse") && luck !== null && Math.abs(difference) <= luck;
}

function luckText(comparison: Comparison): string {
  const { verdict, metric, difference, luck, batchSize } = comparison;
  return `${pairText(comparison)} is ${verdict} by ${metric} ${signed(difference)}, but independent searches of one arm at batch ${batchSize} came apart by ${luck!.toFixed(4)}: the difference may be luck in tuning.`;
}

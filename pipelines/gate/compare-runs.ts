/**
 * Two runs on the same questions: the held-out items of the users that both know, against the same candidates. The
 * other run may be of other data; it is carried over by ids, and what it does not know is counted.
 */
import { isHeadlineMetric, metricCut } from "../../src/config/metric-names.ts";
import type { EvaluationCandidates } from "../../src/dataset/evaluation-candidates.ts";
import type { Engine } from "../../src/engine/engine.ts";
import { DataError } from "../../src/errors.ts";
import { NO_ROW } from "../../src/ranker/carry-rows.ts";
import type { ComparedRuns } from "../../src/runs/gate-record.ts";
import { bootstrapIntervals } from "../../src/statistics/bootstrap.ts";
import { pairedTests } from "../../src/statistics/paired-tests.ts";
import { intervalFor } from "../../src/statistics/usual-interval.ts";
import type { LoadedDataset } from "../dataset/stored-dataset.ts";
import { type CandidateProtocol, casesOf, type EvaluatedSplit, evaluateSplit } from "../measures/evaluate-split.ts";
import { type RunOnDataset, runOnDataset, withCases, withScorerOf } from "../measures/run-on-dataset.ts";
import type { LoadedRun } from "../runs/stored-run.ts";
import { standingOf } from "./verdict.ts";

export interface GateQuestion {
  readonly dataset: LoadedDataset;
  readonly split: EvaluatedSplit;
  readonly candidates: CandidateProtocol;
  readonly metric: string;
  readonly engine: Engine;
  readonly signal: AbortSignal;
}

export interface GateComparison {
  readonly compared: ComparedRuns;
  readonly protocol: string;
}

const PERMUTATIONS = 10_000;
/** Of a metric that has none. */
const USUAL_CUT = 10;

/** Throws DataError where nobody is tested whom both know, or the run was trained on other data. */
export async function compareRuns(run: LoadedRun, against: LoadedRun, question: GateQuestion): Promise<GateComparison> {
  const { dataset, split, metric } = question;
  const other = await runOnDataset(against, dataset);
  if (casesOf(other.dataset, split, null).candidates.users.length === 0) {
    throw new DataError(
      `${against.directory}: knows no user of ${dataset.directory} who has ${split} items, so there is nobody to compare it for; --against none promotes without a comparison`,
    );
  }
  const common = await ranked(await runOnDataset(run, other.dataset), question);
  const theirs = await ranked(other, question);
  const bootstrap = intervalFor(common.users);
  const [ours, others] = [common.perUser.metrics[metric]!, theirs.perUser.metrics[metric]!];
  const differences = Float64Array.from(ours, (value, user) => value - others[user]!);
  const [interval] = bootstrapIntervals([[differences]], bootstrap);
  const tests = pairedTests(differences, { permutations: PERMUTATIONS, seed: bootstrap.seed });
  const { wins, losses, ties, permutationP, permutationIsAtMost, wilcoxonP } = tests;
  const own = { low: interval!.low, high: interval!.high };
  const allKnown = { known: dataset.description.users, new: 0, gone: 0 };
  const allItems = { known: dataset.description.items, new: 0, gone: 0 };
  return {
    compared: {
      cases: common.users,
      casesOfUnknownItems:
        other.rows === null ? 0 : unknownCases(casesOf(other.dataset, split, null).candidates, other.rows.items),
      run: headlines(common.metrics, metric),
      against: headlines(theirs.metrics, metric),
      difference: differences.reduce((sum, value) => sum + value, 0) / differences.length,
      interval: own,
      bootstrap: { ...bootstrap },
      permutationP,
      permutationIsAtMost,
      wilcoxonP,
      wins,
      losses,
      ties,
      standing: standingOf({ permutationP, interval: own }),
      users: { ...(other.rows?.counts.users ?? allKnown) },
      items: { ...(other.rows?.counts.items ?? allItems) },
      newcomers: other.rows === null ? null : await newcomersOf(run, other.rows.users, question),
    },
    protocol: common.protocol,
  };
}

/** On the cases of the users that the run knows. */
function ranked(asked: RunOnDataset, { engine, split, candidates, metric, signal }: GateQuestion) {
  const cut = metricCut(metric);
  return withScorerOf(engine, asked, { split, signal }, (scorer) =>
    evaluateSplit({
      scorer,
      dataset: asked.dataset,
      split,
      candidates,
      ks: [cut ?? USUAL_CUT],
      usersSample: null,
    }),
  );
}

/** What the run reaches where the other one knows nobody: users without a row of its own. Null where none is tested. */
async function newcomersOf(
  run: LoadedRun,
  otherRows: Uint32Array,
  question: GateQuestion,
): Promise<ComparedRuns["newcomers"]> {
  const { split, metric } = question;
  const asked = await runOnDataset(
    run,
    withCases(question.dataset, (user) => otherRows[user] === NO_ROW),
  );
  if (casesOf(asked.dataset, split, null).candidates.users.length === 0) return null;
  const { users, metrics } = await ranked(asked, question);
  return { cases: users, value: metrics[metric]! };
}

function unknownCases({ users, positives, positiveOffsets }: EvaluationCandidates, items: Uint32Array): number {
  let found = 0;
  for (const index of users.keys()) {
    const own = positives.subarray(positiveOffsets[index], positiveOffsets[index + 1]);
    if (own.some((item) => items[item] === NO_ROW)) found++;
  }
  return found;
}

function headlines(metrics: Readonly<Record<string, number>>, metric: string): Record<string, number> {
  return Object.fromEntries(Object.entries(metrics).filter(([name]) => name === metric || isHeadlineMetric(name)));
}

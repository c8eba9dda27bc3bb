/**
 * What stands beside a run in its report: outcomes user by user, of the run's folder, of baselines'
 * folders, or measured here.
 */

import path from "node:path";
import { readColumns } from "../../src/arrow/read-columns.ts";
import { popularityScorer } from "../../src/baselines/popularity.ts";
import { randomScorer } from "../../src/baselines/random.ts";
import { shellCommand } from "../../src/config/shell-command.ts";
import { DataError } from "../../src/errors.ts";
import type { Scorer } from "../../src/ranker/scorer.ts";
import type { MetricsDocument } from "../../src/runs/metrics-document.ts";
import { perUserFileName, runFiles } from "../../src/runs/run-directory.ts";
import { rowsOfRefit } from "../dataset/held-out-users.ts";
import { evaluateSplit, metricsDocument } from "../measures/evaluate-split.ts";
import { besidesOf, measureBeyond } from "../measures/measure-beyond.ts";
import { readMetrics } from "../runs/metrics-file.ts";
import type { EvaluationRequest } from "./evaluation-request.ts";

export interface RankerResults {
  readonly name: string;
  /** Indices, in the order of the columns. */
  readonly users: Uint32Array;
  /** By metric name, a value for each user. */
  readonly perUser: Readonly<Record<string, Float32Array>>;
  readonly document: MetricsDocument;
  /** Likewise among all items; null where that was not measured, or is what the document says already. */
  readonly catalogue: CatalogueResults | null;
}

export interface CatalogueResults {
  readonly perUser: Readonly<Record<string, Float32Array>>;
  readonly metrics: Readonly<Record<string, number>>;
}

/**
 * A folder with metrics.json and the per-user file beside it. Throws DataError where either is
 * missing or they disagree.
 */
export async function readRankerResults(folder: string, name: string): Promise<RankerResults> {
  const document = await readMetrics(folder);
  if (document === null) {
    throw new DataError(
      `${folder}: no ${runFiles.metrics} there, so it is no evaluation; write one: lawn-ranker evaluate --baseline NAME --dataset NAME ${shellCommand("--output", folder)}`,
    );
  }
  const file = path.join(folder, perUserFileName(document.split));
  const columns = await readColumns(file);
  const users = columns.uint32("user");
  if (users.length !== document.users) {
    throw new DataError(`${file}: ${users.length} users, but ${runFiles.metrics} says ${document.users}`);
  }
  const perUser = Object.fromEntries(Object.keys(document.metrics).map((metric) => [metric, columns.float32(metric)]));
  return { name, users, perUser, document, catalogue: null };
}

/** Baselines that an evaluation wrote. Throws DataError for one that answers other questions than the run did. */
export async function readBaselines(
  folders: readonly string[],
  subject: RankerResults,
): Promise<readonly RankerResults[]> {
  const rankers: RankerResults[] = [];
  for (const folder of folders) {
    const ranker = await readRankerResults(folder, path.basename(folder));
    if (ranker.document.protocol !== subject.document.protocol || ranker.document.split !== subject.document.split) {
      throw new DataError(
        `${folder}: answers "${ranker.document.split}: ${ranker.document.protocol}", but the run "${subject.document.split}: ${subject.document.protocol}"; evaluate it under the same protocol`,
      );
    }
    if (!sameUsers(ranker.users, subject.users)) {
      throw new DataError(
        `${folder}: other users than the run's; evaluate it on the dataset that the run was trained on`,
      );
    }
    rankers.push(ranker);
  }
  return rankers;
}

/** Popularity and random need no tuning and no file. Popularity knows what the run knows: validation too, if refit. */
export async function baselinesAtHand(
  questions: EvaluationRequest,
  { seed, isRefit }: { readonly seed: number; readonly isRefit: boolean },
): Promise<readonly RankerResults[]> {
  const { train } = questions.dataset;
  const known = isRefit ? rowsOfRefit(questions.dataset, false) : train;
  return [
    await measureRanker("popularity", popularityScorer(known), questions),
    await measureRanker("random", randomScorer({ users: train.users, items: train.items, seed }), questions),
  ];
}

/** Among all items, at the first cut; null where the questions are asked among all items anyway. */
export async function measureCatalogue(scorer: Scorer, questions: EvaluationRequest): Promise<CatalogueResults | null> {
  if (questions.candidates === "full") return null;
  const whole = { ...questions, candidates: "full" as const, ks: questions.ks.slice(0, 1) };
  const { perUser, metrics } = await evaluateSplit({ scorer, ...whole, usersSample: null });
  return { perUser: perUser.metrics, metrics };
}

/** On the questions of the run, user by user, and among all items. */
export async function measureRanker(
  name: string,
  scorer: Scorer,
  questions: EvaluationRequest,
): Promise<RankerResults> {
  const asked = { k: questions.ks[0]!, negativesPerPositive: null };
  const evaluation = await evaluateSplit({
    scorer,
    ...questions,
    usersSample: null,
    besides: besidesOf(asked),
  });
  const beyond = await measureBeyond({ scorer, ...questions, evaluation, ...asked });
  const { users, metrics } = evaluation.perUser;
  const document = { ...metricsDocument({ evaluation, validationSample: null }), ...beyond };
  return { name, users, perUser: metrics, document, catalogue: await measureCatalogue(scorer, questions) };
}

function sameUsers(left: Uint32Array, right: Uint32Array): boolean {
  return left.length === right.length && left.every((user, index) => user === right[index]);
}

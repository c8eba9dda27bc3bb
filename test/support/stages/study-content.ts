/** What the report of a study shows, made by hand: small, complete, and with names that are long. */
import type { StudyContent } from "../../../src/report/study-content.ts";
import type { ArmSummary, Comparison } from "../../../src/runs/study-summary.ts";
import { hash } from "./report-content.ts";

export function studyContent(): StudyContent {
  const sizes = [1024, 16_384, 1_048_576];
  const names = ["adam", "lawn-adam", "sgd", "lawn-sgd-with-a-name-that-is-long-and-longer"];
  return {
    summary: {
      name: "large",
      title: "Does LAWN help at large batches?",
      question: "Two optimizers, each with LAWN and without.",
      metric: "NDCG@10",
      metrics: ["HR@10", "NDCG@10"],
      search: { method: "sobol", trials: 4, seed: 1 },
      seeds: [101, 102, 103],
      subjects: [
        {
          dataset: "shop",
          model: "mf",
          contentHash: hash("a"),
          protocol: "leave-last-out, 1+99 sampled candidates (seed 42), ties against",
          users: 1000,
          target: { metric: "NDCG@10", value: 0.4768, source: "0.98 of the best arm's mean" },
          baselines: [
            { name: "popularity", parameters: {}, validation: null, test: spreads(0.21) },
            { name: "ease", parameters: { regularization: 200 }, validation: { "NDCG@10": 0.47 }, test: spreads(0.46) },
          ],
        },
      ],
      arms: sizes.flatMap((size, s) => names.map((name, n) => armSummary(name, size, 0.5 - 0.05 * s - 0.02 * n))),
      comparisons: sizes.flatMap((size, s) =>
        ["HR@10", "NDCG@10"].map((metric) => comparison(size, metric, 0.02 * (s - 1))),
      ),
      undecided: ["lawn-adam against adam at batch 16384: NDCG@10 +0.0000 (-0.0100 to +0.0100), adjusted p 0.900."],
    },
    manifest: {
      stage: "compare",
      status: "done",
      reason: null,
      study: "large-shop",
      studyHash: hash("e"),
      datasets: [{ name: "shop", contentHash: hash("a") }],
      engine: { name: "native", description: "native: AVX2+FMA, float32" },
      workers: 2,
      packageVersion: "0.1.0",
      gitCommit: null,
      node: "v20.0.0",
      platform: "linux-x64",
      startedAt: "2026-01-01T00:00:00.000Z",
      resumptions: 1,
      seconds: 7300,
      trials: { planned: 84, finished: 84, diverged: 3 },
      files: { "summary.json": { bytes: 10_000, sha256: hash("f") }, "trials/a.json": { bytes: 9, sha256: hash("0") } },
    },
    curves: sizes.flatMap((batchSize) =>
      names.map((arm, n) => ({ subject: 0, arm, batchSize, values: [0.3, 0.4, 0.45].map((value) => value - n / 50) })),
    ),
    reportVersion: "0.1.0",
  };
}

function armSummary(arm: string, batchSize: number, value: number): ArmSummary {
  const isLost = arm === "sgd" && batchSize > 1e6;
  const spread = {
    mean: value,
    deviation: 0.004,
    minimum: value - 0.01,
    maximum: value + 0.01,
    low: value - 0.02,
    high: value + 0.02,
  };
  return {
    subject: 0,
    arm,
    searchOf: null,
    optimizer: arm,
    batchSize,
    epochs: 8,
    tuning: {
      trials: 4,
      diverged: 1,
      values: [value - 0.1, null, value, value - 0.02],
      expectedBest: [0.3, 0.4, value - 0.01, value],
    },
    chosen: isLost
      ? null
      : {
          trial: "t-3",
          index: 2,
          point: { "optimizer.learningRate": 0.0123, "initialize.embedding": "normal:0.05" },
          atEdge: ["optimizer.learningRate"],
          validation: { "NDCG@10": value },
          epoch: 7,
        },
    seeds: 3,
    diverged: isLost ? 3 : 0,
    test: isLost ? null : { "HR@10": spread, "NDCG@10": spread },
    validation: isLost ? null : { "NDCG@10": value },
    success: { successes: isLost ? 0 : 2, of: 3, rate: isLost ? 0 : 2 / 3, low: 0.1, high: 0.9 },
    epochsToTarget: isLost ? [null, null, null] : [5, 7, null],
    secondsToTarget: isLost ? [null, null, null] : [1.5, 2.5, null],
    cost: { tuningSeconds: 20, finalSeconds: 12, secondsPerEpoch: 0.4, samplesPerSecond: 1_200_000 },
  };
}

function comparison(batchSize: number, metric: string, difference: number): Comparison {
  return {
    subject: 0,
    batchSize,
    treatment: "lawn-adam-with-few-free-epochs",
    baseline: "adam-with-low-betas",
    baselineBatchSize: batchSize,
    metric,
    difference,
    interval: { low: difference - 0.01, high: difference + 0.01, level: 0.95 },
    users: {
      count: 1000,
      wins: 300,
      losses: 280,
      ties: 420,
      permutation: { p: 0.0001, adjusted: 0.0002, isAtMost: true },
      wilcoxon: { p: 0.2, adjusted: 0.4 },
      effectSize: 0.05,
    },
    seeds: { count: 3, differences: [0.01, 0.02, -0.01], permutationP: 0.25 },
    crossed: { p: 0.01, adjusted: 0.02, standardError: 0.005, degreesOfFreedom: 2.4 },
    equivalence: { p: 0.4, adjusted: 0.8, margin: 0.005 },
    luck: 0.003,
    verdict: difference > 0 ? "better" : difference < 0 ? "worse" : "undecided",
  };
}

function spreads(mean: number) {
  const spread = { mean, low: mean - 0.02, high: mean + 0.02 };
  return { "HR@10": spread, "NDCG@10": spread };
}

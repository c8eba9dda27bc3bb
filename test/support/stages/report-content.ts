/** What the report of a run shows, made by hand: small, complete, and with text that would break a careless page. */
import type { EpochContent, RankerOutcome, RunContent } from "../../../src/report/run-content.ts";
import type { DiagnosticsRecord } from "../../../src/runs/diagnostics-record.ts";
import type { GateRecord } from "../../../src/runs/gate-record.ts";

/** A SHA-256 that is known again. */
export const hash = (digit: string): string => digit.repeat(64);

export const hostileTitle = `<script>alert("x")</script> & 'Co' ${"Unbreakable".repeat(8)}`;

/** Beside yesterday's run, which does not know everybody. */
export function gateRecord(changes: Partial<GateRecord> = {}): GateRecord {
  const counts = { known: 980, new: 20, gone: 3 };
  return {
    stage: "gate",
    verdict: "promote",
    reason: "no worse: NDCG@10 0.4831 against 0.4790, +0.0041 (-0.0020 to +0.0102), p 0.1900, 980 users",
    run: "neumf-lawn-adam-b1024-s1-00000000",
    against: { run: "neumf-lawn-adam-b1024-s1-11111111", directory: "models/shop/x", checkpoint: hash("e") },
    dataset: { name: "shop", contentHash: hash("a") },
    protocol: "leave-last-out, 1+99 sampled candidates (seed 42), ties against",
    metric: "NDCG@10",
    margin: 0.002,
    strict: false,
    compared: {
      cases: 980,
      casesOfUnknownItems: 12,
      run: { "HR@10": 0.771, "NDCG@10": 0.4831 },
      against: { "HR@10": 0.765, "NDCG@10": 0.479 },
      difference: 0.0041,
      interval: { low: -0.002, high: 0.0102 },
      bootstrap: { level: 0.95, resamples: 2000, seed: 1 },
      permutationP: 0.19,
      permutationIsAtMost: false,
      wilcoxonP: 0.21,
      wins: 210,
      losses: 190,
      ties: 580,
      standing: "level",
      users: counts,
      items: { known: 790, new: 8, gone: 0 },
      newcomers: { cases: 20, value: 0.31 },
    },
    packageVersion: "0.1.0",
    ...changes,
  };
}

export function runContent(changes: Partial<RunContent> = {}): RunContent {
  return {
    manifest: {
      stage: "train",
      status: "done",
      reason: null,
      run: "neumf-lawn-adam-b1024-s1-00000000",
      dataset: { name: "shop", contentHash: hash("a") },
      configHash: hash("b"),
      recommendations: [],
      choices: [],
      seed: 1,
      engine: { name: "native", description: "native: AVX2+FMA, 2 threads, float32" },
      packageVersion: "0.1.0",
      gitCommit: null,
      node: "v20.0.0",
      platform: "linux-x64",
      startedAt: "2026-01-01T00:00:00.000Z",
      resumptions: 0,
      seconds: 83,
      peakMemoryBytes: 135_000_000,
      outcome: { epoch: 5, epochsTrained: 6, stoppedEarly: true, refit: false },
      files: { "config.json": { bytes: 1140, sha256: hash("c") } },
    },
    config: {
      model: "neumf",
      ranker: { dot: 0, gmf: 8, embedding: 32, tower: [32, 16], idBiases: false },
      loss: "bce",
      negatives: 4,
      batchSize: 1024,
      optimizer: { name: "lawn-adam", learningRate: 0.004, weightDecay: 0 },
      lawn: { freeEpochs: 3 },
    },
    data: {
      name: "shop",
      users: 1000,
      items: 798,
      isOrdered: true,
      interactions: { train: 57_999, validation: 1000, test: 1000 },
      weights: null,
      knownPairs: 0,
      split: "the newest row of each user is test",
      candidates: { validation: "1+99 sampled candidates (seed 42)", test: "1+99 sampled candidates (seed 42)" },
      sources: [{ path: "log.csv", bytes: 828_235, sha256: hash("d") }],
      warnings: ["the split leaks the future: 48 % of train rows are newer than the median test row"],
    },
    protocol: "leave-last-out, 1+99 sampled candidates (seed 42), ties against",
    split: "test",
    users: 1000,
    tieRate: 0.001,
    metricNames: ["HR@10", "NDCG@10", "MRR"],
    rankers: [
      ranker("this run", 0.771, null),
      ranker("popularity", 0.61, 0.161),
      ranker("random", 0.1, 0.671),
      { ...ranker("item-KNN", 0.76, 0.011), auc: null, beyondAccuracy: null, deciles: null, catalogue: null },
    ],
    gate: null,
    missingBaselines: { names: ["iALS (about 45 s)"], commands: ["lawn-ranker evaluate", "lawn-ranker report"] },
    advice: null,
    interval: { level: 0.95, resamples: 2000, seed: 1 },
    epochs: [1, 2, 3, 4, 5, 6].map(epochContent),
    validationMetric: "NDCG@10",
    calibration: {
      positiveShare: 0.2,
      positives: 1000,
      negatives: 99_000,
      ece: 0.04,
      bins: [
        { from: 0, to: 0.5, share: 0.7, meanProbability: 0.1, positiveRate: 0.12 },
        { from: 0.5, to: 1, share: 0.3, meanProbability: 0.8, positiveRate: 0.7 },
      ],
    },
    people: ["anna", hostileTitle, "c", "d", "e", "f", "g", "h", "i", "j"].map((id, person) => {
      const title = person < 2 ? hostileTitle : "Linen blanket";
      return {
        id,
        trainInteractions: 12,
        recent: [{ id: "7", title }],
        recommended: Array.from({ length: 10 }, (_, k) => ({ id: String(k), title: k === 3 ? title : null })),
        heldOut: [{ id: "3", title, rank: 4 }],
      };
    }),
    peopleChoice: "Drawn from the tested users.",
    absent: [],
    reportVersion: "0.1.0",
    ...changes,
  };
}

function ranker(name: string, value: number, lead: number | null): RankerOutcome {
  const estimate = { value, interval: { low: value - 0.02, high: value + 0.02 } };
  const ahead = lead === null ? null : { value: lead, interval: { low: lead - 0.03, high: lead + 0.03 } };
  const deciles = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10].map((decile) => ({
    decile,
    cases: 100,
    trainFrom: decile * 5,
    trainTo: decile * 5 + 4,
    HR: value - decile / 100,
    NDCG: value / 2,
    interval: { low: value - decile / 100 - 0.09, high: Math.min(1, value - decile / 100 + 0.09) },
  }));
  return {
    name,
    metrics: { "HR@10": estimate, "NDCG@10": estimate, MRR: { value: value / 2, interval: null } },
    lead: ahead === null ? null : { "HR@10": ahead, "NDCG@10": ahead },
    catalogue: {
      "HR@10": { value: value / 3, interval: estimate.interval },
      "NDCG@10": { value: value / 4, interval: null },
    },
    validation: lead === null ? null : { "HR@10": value, "NDCG@10": value / 2 },
    auc: 0.9,
    beyondAccuracy: {
      k: 10,
      users: 1000,
      lists: "the catalogue without train and validation items",
      catalogueCoverage: 0.31,
      gini: 0.9,
      novelty: 2.5,
      meanPopularity: 150.2,
      intraListDiversity: 0.8,
    },
    deciles: { k: 10, userActivity: deciles, itemPopularity: deciles },
    choice: null,
  };
}

function epochContent(epoch: number): EpochContent {
  return {
    pass: "train",
    epoch,
    step: 100 * epoch,
    loss: 0.4 / epoch,
    learningRate: 0.004 - epoch * 0.0005,
    samplesPerSecond: 1_000_000 + epoch * 1000,
    seconds: 0.3,
    measuringSeconds: 0.05,
    validation: { "HR@10": 0.5 + epoch / 30, "NDCG@10": 0.3 + epoch / 40 },
    diagnostics: diagnostics(epoch),
    phase: epoch > 3 ? "constrained" : "free",
    lawn: { constrainedBlocks: epoch > 3 ? 4 : 0, blocks: 4, zeroBlocks: 0, keptBlocks: 0 },
  };
}

function diagnostics(epoch: number): DiagnosticsRecord {
  const tensors = (size: number) => ({
    userGmf: 3 * size,
    itemGmf: 4 * size,
    "tower.0.weight": size,
    "tower.0.bias": 0.1 * size,
    "head.weight": size,
    "head.bias": 0.01 * size,
  });
  const rows = { p10: 0.1 * epoch, p50: 0.2 * epoch, p90: 0.3 * epoch, byPopularity: new Array<number>(10).fill(0.2) };
  return {
    loss: 0.35 / epoch,
    logitAbsP50: epoch / 2,
    logitAbsP99: epoch,
    slopeP10: 0.01 / epoch,
    slopeP50: 0.1 / epoch,
    slopeP90: 0.2,
    meanError: 0.3 / epoch,
    fadedShare: 0.1 * epoch,
    margins: {
      scale: epoch,
      smallest: -0.1 + 0.02 * epoch,
      p10: 0.05 * epoch,
      p50: 0.1 * epoch,
      p90: 0.15 * epoch,
      wrongShare: epoch < 5 ? 0.2 / epoch : 0,
    },
    norms: tensors(epoch),
    gradientNorms: tensors(0.1),
    gradientNormsOverLoss: tensors(0.2),
    tangentGradientNorms: tensors(0.05),
    tangentGradientNormsOverLoss: tensors(0.1),
    moved: epoch === 1 ? null : { relative: tensors(0.1), angle: tensors(0.01) },
    movedSinceSwitch: null,
    rowNorms: { userGmf: rows, itemGmf: rows },
    deadUnits: [0, 0.0625],
  };
}

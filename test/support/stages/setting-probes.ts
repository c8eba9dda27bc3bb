/**
 * For every setting of `train`, by dotted path: another value than the tiny config has, and the
 * company in which it matters.
 */

export type Values = Readonly<Record<string, unknown>>;

export interface SettingProbe {
  readonly value: unknown;
  /** Settings without which this one is refused or has nothing to act on. */
  readonly among?: Values;
}

/** Trains in milliseconds, and every kind of tensor takes part. */
export const tinySettings = {
  ranker: { gmf: 2, embedding: 4, tower: [4] },
  initialize: { embedding: "normal:0.1" },
  negatives: 2,
  optimizer: { name: "adam", learningRate: 0.02 },
} as const;

const under = (name: string, others: Values = {}): Values => ({ optimizer: { name }, ...others });
const contrastive = (ccl: Values = {}): Values => ({
  loss: "ccl",
  ranker: { dot: 2, gmf: 0, embedding: 0, tower: [], idBiases: false },
  ccl,
});
const lawn = under("lawn-adam", { lawn: { freeEpochs: 1 } });

/** What a study may set, for all arms at least. */
export const variableProbes: Readonly<Record<string, SettingProbe>> = {
  "ranker.dot": { value: 2 },
  "ranker.gmf": { value: 3 },
  "ranker.embedding": { value: 5 },
  "ranker.tower": { value: [5, 4] },
  "ranker.idBiases": { value: true },
  "ranker.similarity": { value: "cosine", among: { ranker: { dot: 2 } } },
  "ranker.temperature": { value: 0.5, among: { ranker: { dot: 2, similarity: "cosine" } } },
  "initialize.embedding": { value: "uniform:0.2" },
  "initialize.dense": { value: "he-normal" },
  "initialize.head": { value: "glorot-normal" },
  "initialize.bias": { value: "normal:0.1" },
  loss: { value: "bpr" },
  negatives: { value: 3 },
  negativesFrom: { value: "popularity" },
  negativesPower: { value: 2, among: { negativesFrom: "popularity" } },
  "ccl.margin": { value: 0.1, among: contrastive() },
  "ccl.negativeWeight": { value: 2, among: contrastive({ margin: -1 }) },
  recencyPower: { value: 1 },
  embeddingDecay: { value: 0.5 },
  features: { value: "none" },
  idDropout: { value: 0.5 },
  "optimizer.learningRate": { value: 0.01 },
  "optimizer.weightDecay": { value: 0.1 },
  "optimizer.beta1": { value: 0.5 },
  "optimizer.beta2": { value: 0.9 },
  "optimizer.epsilon": { value: 0.01 },
  "optimizer.momentum": { value: 0.5, among: under("nesterov") },
  "optimizer.decay": { value: 0.5, among: under("rmsprop") },
  "optimizer.trustCoefficient": { value: 0.1, among: under("lars") },
  "schedule.name": { value: "cosine" },
  "schedule.warmupEpochs": { value: 1 },
  "schedule.finalRate": { value: 0.5 },
  "lawn.freeEpochs": { value: 1, among: under("lawn-adam") },
  "lawn.freeSteps": { value: 1, among: under("lawn-adam") },
  "lawn.switchNorm": { value: 0.1, among: under("lawn-adam") },
  "lawn.scope": { value: "head", among: lawn },
  "lawn.granularity": { value: "row", among: lawn },
  "lawn.project": { value: "none", among: lawn },
  "lawn.state": { value: "reset", among: lawn },
  "lawn.constrainBiases": { value: true, among: lawn },
  candidates: { value: "full" },
};

/** What changes a run's result too, and is refused in a study. */
export const controlledProbes: Readonly<Record<string, SettingProbe>> = {
  dataset: { value: "other" },
  model: { value: "mf" },
  "optimizer.name": { value: "adamw" },
  batchSize: { value: 16 },
  epochs: { value: 4 },
  seed: { value: 2 },
  "validation.metric": { value: "MRR" },
  "validation.usersSample": { value: 1 },
  "validation.patience": { value: 1, among: { epochs: 12, optimizer: { learningRate: 0.2 } } },
  k: { value: [2] },
  refit: { value: true },
  "start.from": { value: "begun" },
  "start.optimizer": { value: "keep", among: { start: { from: "begun" } } },
  "lawn.targets": {
    value: "start",
    among: under("lawn-adam", { lawn: { granularity: "row", switchNorm: 9 }, start: { from: "begun" } }),
  },
};

/** What decides others before training begins, and is refused in a study. */
export const planningProbes: Readonly<Record<string, SettingProbe>> = {
  budget: { value: "0.001s" }, // spent before it is looked at: a single epoch
  tune: { value: 4 },
  hold: { value: ["optimizer.learningRate", "initialize.embedding"], among: { tune: 4 } },
};

/** Likewise, but their effect needs another engine than the plain one, which refuses most of them. */
export const engineProbes: Readonly<Record<string, SettingProbe>> = {
  engine: { value: "native" },
  tfjsBackend: { value: "cpu" },
  allowSoftwareAdapter: { value: true },
  halfPrecision: { value: true },
};

/** What leaves every bit of a run's result, and is refused in a study. */
export const operationalProbes: Readonly<Record<string, SettingProbe>> = {
  dataRoot: { value: "elsewhere" },
  modelsRoot: { value: "elsewhere" },
  threads: { value: 2, among: { engine: "native" } },
  diagnostics: { value: false },
  tensorboard: { value: true },
  baselines: { value: "fast" },
  "checkpoint.everyEpochs": { value: 2 },
  "checkpoint.everySteps": { value: 2 },
  saveOptimizer: { value: true },
  run: { value: "named" },
  resume: { value: true },
  force: { value: true },
};

export const settingProbes: Readonly<Record<string, SettingProbe>> = {
  ...variableProbes,
  ...controlledProbes,
  ...planningProbes,
  ...engineProbes,
  ...operationalProbes,
};

/** The value at a dotted path, nested as in a config file. */
export function nestedAt(path: string, value: unknown): Values {
  return path.split(".").reduceRight<unknown>((inner, key) => ({ [key]: inner }), value) as Values; // a path has a key
}

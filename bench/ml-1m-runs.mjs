/**
 * Full training runs on MovieLens 1M: adam, adam with L2 and lawn-adam, each at four batch sizes, for MF and the small
 * NeuMF. Wants data/ml-1m ingested from the NCF split. Validation item held out, no refit. Appends a JSON line a run
 * and skips what is there already.
 *
 *   node bench/ml-1m-runs.mjs OUTPUT.jsonl [--seeds 1,2,3] [--models mf,neumf]
 *   node bench/ml-1m-runs.mjs OUTPUT.jsonl --table        the Markdown of what is there
 */
import { spawnSync } from "node:child_process";
import { appendFileSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { parseArgs } from "node:util";
import { rankerPresets } from "../dist/src/ranker/ranker-presets.js";

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    seeds: { type: "string", default: "1,2,3" },
    models: { type: "string", default: "mf,neumf" },
    table: { type: "boolean", default: false },
  },
});
const [output] = positionals;
if (output === undefined) throw new Error("give the file to append to: node bench/ml-1m-runs.mjs OUTPUT.jsonl");

/**
 * Rate, warm-up and epochs by model and batch size; what LAWN adds; the initialiser's scale of each arm. Chosen on
 * validation in a few trials, not with equal budgets: a guide, not evidence.
 */
const nvidiaBetas = { beta1: 0.25, beta2: 0.5 };
const recipes = {
  mf: {
    2048: { rate: 0.004, warmup: 0, epochs: 24, free: 2, granularity: "row", lawnScale: 0.1 },
    16384: { rate: 0.006, warmup: 1, epochs: 30, free: 4, granularity: "layer", lawnScale: 0.01 },
    131072: { rate: 0.01, warmup: 1, epochs: 40, free: 6, granularity: "layer", lawnScale: 0.01 },
    1048576: { rate: 0.04, warmup: 2, epochs: 50, free: 10, granularity: "row", lawnScale: 0.01, betas: nvidiaBetas },
  },
  neumf: {
    2048: { rate: 0.004, warmup: 0, epochs: 14, free: 2, lawnScale: 0.01 },
    16384: { rate: 0.016, warmup: 1, epochs: 24, free: 2, lawnScale: 0.01 },
    131072: { rate: 0.02, warmup: 1, epochs: 30, free: 5, lawnScale: 0.01 },
    1048576: { rate: 0.04, warmup: 2, epochs: 40, free: 8, lawnScale: 0.1, betas: nvidiaBetas },
  },
};
const arms = {
  adam: ({ rate }) => ({ optimizer: { name: "adam", learningRate: rate / 2 }, scale: 0.01 }),
  // The best on validation of 3e-7, 1e-6, 3e-6 and 1e-5 at 131,072 (mf) and 16,384 (neumf), seed 1.
  "adam + L2": ({ rate }, model) => ({
    optimizer: { name: "adam", learningRate: rate, weightDecay: model === "mf" ? 1e-6 : 1e-5 },
    scale: 0.1,
  }),
  "lawn-adam": ({ rate, free, granularity = "layer", lawnScale }, model) => ({
    optimizer: { name: "lawn-adam", learningRate: rate },
    lawn: { freeEpochs: free, granularity, scope: model === "neumf" ? "embeddings" : "all" },
    scale: lawnScale,
  }),
};

const done = existsSync(output)
  ? readFileSync(output, "utf8")
      .trim()
      .split("\n")
      .filter(Boolean)
      .map((line) => JSON.parse(line))
  : [];
if (values.table) printTable(done);
else
  for (const seed of values.seeds.split(",").map(Number))
    for (const model of values.models.split(",")) runAll(model, seed);

function runAll(model, seed) {
  for (const [batchSize, recipe] of Object.entries(recipes[model])) {
    for (const [arm, settingsOf] of Object.entries(arms)) {
      const key = { model, batchSize: Number(batchSize), arm, seed };
      if (done.some((run) => Object.entries(key).every(([name, value]) => run[name] === value))) continue;
      appendFileSync(output, `${JSON.stringify({ ...key, ...train(key, recipe, settingsOf(recipe, model)) })}\n`);
    }
  }
}

function train({ model, batchSize, seed }, { warmup, epochs, betas = {} }, { optimizer, lawn = {}, scale }) {
  const folder = mkdtempSync(path.join(tmpdir(), "ml-1m-runs-"));
  const config = path.join(folder, "config.json");
  writeFileSync(
    config,
    JSON.stringify({
      model,
      ranker: rankerPresets[model],
      negatives: 4,
      embeddingDecay: 0,
      initialize: { embedding: `normal:${scale}` },
      optimizer: { ...optimizer, ...betas },
      lawn,
      schedule: { name: "linear", warmupEpochs: warmup },
      batchSize,
      epochs,
      seed,
      refit: false,
      diagnostics: false,
      validation: { patience: null },
    }),
  );
  const args = [
    "train",
    "--dataset",
    "ml-1m",
    "--config",
    config,
    "--run",
    path.join(folder, "run"),
    "--quiet",
    "--json",
  ];
  const began = process.hrtime.bigint();
  const { status, stdout, stderr } = spawnSync(process.execPath, ["dist/pipelines/cli.js", ...args], {
    encoding: "utf8",
  });
  const seconds = Number(process.hrtime.bigint() - began) / 1e9;
  try {
    if (status !== 0) throw new Error(`training failed: ${stderr}`);
    const { metrics, validation, epoch } = JSON.parse(stdout.trim().split("\n").at(-1));
    const lines = readFileSync(path.join(folder, "run/training.jsonl"), "utf8")
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line));
    const secondsPerEpoch = lines.map((line) => line.seconds).sort((a, b) => a - b)[Math.floor(lines.length / 2)];
    return {
      test: pick(metrics),
      validation: pick(validation),
      epoch,
      seconds,
      secondsPerEpoch,
      settings: { optimizer, lawn, scale, betas, warmup, epochs },
    };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function pick(metrics) {
  return { hr: metrics["HR@10"], ndcg: metrics["NDCG@10"] };
}

function printTable(runs) {
  console.log("| model | batch | arm | seeds | test HR@10 | test NDCG@10 | validation NDCG@10 | s per epoch |");
  console.log("|---|---|---|---|---|---|---|---|");
  const groups = grouped(runs);
  for (const [name, group] of groups) {
    const spread = (of) => {
      const numbers = group.map(of);
      const mean = numbers.reduce((sum, value) => sum + value, 0) / numbers.length;
      return `${mean.toFixed(4)} (${Math.min(...numbers).toFixed(3)} to ${Math.max(...numbers).toFixed(3)})`;
    };
    const perEpoch = group.map((run) => run.secondsPerEpoch).sort((a, b) => a - b)[Math.floor(group.length / 2)];
    console.log(
      `| ${name} | ${group.length} | ${spread((run) => run.test.hr)} | ${spread((run) => run.test.ndcg)} | ${spread((run) => run.validation.ndcg)} | ${perEpoch.toFixed(2)} |`,
    );
  }
}

function groupOf({ model, batchSize, arm }) {
  return `${model} | ${batchSize.toLocaleString("en")} | ${arm}`;
}

function grouped(runs) {
  const groups = new Map();
  for (const run of runs) groups.set(groupOf(run), [...(groups.get(groupOf(run)) ?? []), run]);
  return groups;
}

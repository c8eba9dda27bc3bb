/**
 * Seconds from the start of the process until validation HR@10 first reaches a target on MovieLens 1M: ours and
 * PyTorch's, the same NeuMF, batches, rate, initialiser, number of negatives and validation candidates, validated after
 * every epoch. Wants data/ml-1m ingested.
 *
 *   PEER_PYTHON=venv/bin/python node bench/time-to-quality.mjs [--data-root data] [--target 0.68]
 *       [--seeds 1,2,3] [--threads 2] [--engine webgpu]
 *
 * With --engine webgpu PyTorch runs on cuda, and --threads is its alone.
 *
 * One JSON line a run, then the medians. Both read their data on the clock: ours the Arrow files, the peer plain
 * columns written beforehand.
 */
import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { parseArgs } from "node:util";
import { readColumns } from "../dist/src/arrow/read-columns.js";
import { rankerPresets } from "../dist/src/ranker/ranker-presets.js";
import { spreadOf } from "./peers/summary.mjs";

const { values } = parseArgs({
  options: {
    "data-root": { type: "string", default: "data" },
    target: { type: "string", default: "0.68" },
    seeds: { type: "string", default: "1,2,3" },
    threads: { type: "string", default: "2" },
    engine: { type: "string", default: "native" },
  },
});
const root = path.join(import.meta.dirname, "..");
const dataset = path.resolve(values["data-root"], "ml-1m");
const target = Number(values.target);
const settings = { batchSize: 8192, learningRate: 0.004, epochs: 12 };
const folder = mkdtempSync(path.join(tmpdir(), "time-to-quality-"));
let running = null;
for (const signal of ["SIGINT", "SIGTERM"]) {
  process.on(signal, () => {
    running?.kill();
    rmSync(folder, { recursive: true, force: true });
    process.exit(1);
  });
}

try {
  const extents = await writeColumns();
  const contenders = { [`lawn-ranker ${values.engine}`]: ours, "PyTorch eager": (seed) => peer(seed, extents) };
  const seconds = Object.fromEntries(Object.keys(contenders).map((name) => [name, []]));
  for (const seed of values.seeds.split(",").map(Number)) {
    for (const [name, runOf] of Object.entries(contenders)) {
      const reached = await untilTarget(runOf(seed));
      console.log(JSON.stringify({ contender: name, seed, target, ...reached }));
      if (reached.seconds !== null) seconds[name].push(reached.seconds);
    }
  }
  for (const [name, reached] of Object.entries(seconds)) {
    if (reached.length > 0)
      console.log(JSON.stringify({ contender: name, runs: reached.length, ...spreadOf(reached) }));
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}

function ours(seed) {
  const config = path.join(folder, `config-${seed}.json`);
  writeFileSync(
    config,
    JSON.stringify({
      model: "neumf",
      ranker: rankerPresets.neumf,
      negatives: 4,
      initialize: { embedding: "normal:0.01" },
      optimizer: { name: "adam", learningRate: settings.learningRate },
      schedule: { name: "constant" },
      batchSize: settings.batchSize,
      epochs: settings.epochs,
      seed,
      refit: false,
      diagnostics: false,
      validation: { patience: null },
    }),
  );
  const run = path.join(folder, `run-${seed}`);
  const words = ["dist/pipelines/cli.js", "train", "--dataset", "ml-1m", "--data-root", path.dirname(dataset)];
  words.push("--config", config, "--run", run, "--engine", values.engine, "--quiet");
  if (values.engine === "native") words.push("--threads", values.threads);
  return {
    program: process.execPath,
    words,
    /** HR@10 by epoch so far. */
    progress: () =>
      linesOf(path.join(run, "training.jsonl")).map(({ epoch, validation }) => [epoch, validation["HR@10"]]),
  };
}

function peer(seed, { users, items }) {
  let printed = "";
  const words = ["bench/peers/torch-time-to-quality.py", "--data", folder, "--users", users, "--items", items];
  words.push("--device", values.engine === "webgpu" ? "cuda" : "cpu");
  words.push("--seed", seed, "--threads", values.threads, "--batch-size", settings.batchSize);
  words.push("--learning-rate", settings.learningRate, "--epochs", settings.epochs);
  return {
    program: process.env.PEER_PYTHON ?? "python3",
    words: words.map(String),
    hear: (text) => {
      printed += text;
    },
    progress: () => parsed(printed).map(({ epoch, hitRateAt10 }) => [epoch, hitRateAt10]),
  };
}

/** Starts the run, looks at its progress until the target is reached or it ends, and ends it. */
function untilTarget({ program, words, hear, progress }) {
  return new Promise((resolve, reject) => {
    const began = performance.now();
    const child = spawn(program, words, { cwd: root, stdio: ["ignore", "pipe", "pipe"] });
    running = child;
    let complaint = "";
    let best = null;
    const look = () => {
      const epochs = progress();
      const found = epochs.find(([, hitRate]) => hitRate >= target);
      if (found === undefined) {
        best = epochs.reduce((most, [, hitRate]) => Math.max(most, hitRate), 0);
        return null;
      }
      return {
        seconds: Number(((performance.now() - began) / 1000).toFixed(2)),
        epoch: found[0],
        hitRateAt10: found[1],
      };
    };
    const finish = (settle, value) => {
      clearInterval(timer);
      child.removeAllListeners();
      child.kill();
      settle(value);
    };
    const timer = setInterval(() => {
      const reached = look();
      if (reached !== null) finish(resolve, reached);
    }, 20);
    child.stdout.on("data", (text) => hear?.(String(text)));
    child.stderr.on("data", (text) => {
      complaint += text;
    });
    child.on("error", (failure) => finish(reject, failure));
    child.on("close", (status) => {
      if (status !== 0) return finish(reject, new Error(`${program} ${words[0]} failed: ${complaint.trim()}`));
      finish(resolve, look() ?? { seconds: null, best });
    });
  });
}

/** The peer's columns. */
async function writeColumns() {
  const train = await readColumns(path.join(dataset, "train.arrow"), ["user", "item"]);
  const cases = await readColumns(path.join(dataset, "candidates-validation.arrow"), ["user", "item", "is_positive"]);
  const { users, items } = JSON.parse(readFileSync(path.join(dataset, "dataset.json"), "utf8"));
  const isPositive = cases.booleans("is_positive");
  writeFileSync(path.join(folder, "train-users"), train.uint32("user"));
  writeFileSync(path.join(folder, "train-items"), train.uint32("item"));
  writeFileSync(
    path.join(folder, "validation-users"),
    cases.uint32("user").filter((_, row) => isPositive[row] === 1),
  );
  writeFileSync(path.join(folder, "validation-items"), cases.uint32("item"));
  return { users, items };
}

/** The whole lines so far; none before there is a file. */
function linesOf(file) {
  try {
    return parsed(readFileSync(file, "utf8"));
  } catch (failure) {
    if (failure.code === "ENOENT") return [];
    throw failure;
  }
}

function parsed(text) {
  return text
    .split("\n")
    .slice(0, -1)
    .filter((line) => line.startsWith("{"))
    .map((line) => JSON.parse(line));
}

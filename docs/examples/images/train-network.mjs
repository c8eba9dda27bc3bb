/** One network trained with one setting, on batches that depend on the seed alone, and measured. */
import * as tf from "@tensorflow/tfjs-core";
import { foldIn, makePermutation, permute, streamKey } from "lawn-ranker/random";
import { makeOptimizer } from "./arms.mjs";
import { buildModel } from "./models.mjs";

const MEASURED_AT_ONCE = 2000;

/**
 * { trainLoss, trainError, testError, testLoss, logit, seconds }: errors are shares of wrong answers, logit the mean
 * size of a logit of the test images less their image's mean. `train` and `test` are { images, labels }. The rate
 * falls on a line from the setting's to 0.
 */
export async function trainNetwork({ modelName, arm, setting, train, test, inputShape, classes, ...rest }) {
  const { batchSize, epochs, seed, now } = rest;
  const started = now();
  const model = buildModel(modelName, { inputShape, classes, seed });
  const variables = model.trainableWeights.map((weight) => weight.val);
  const data = toTensors(train, { inputShape, classes });
  const size = train.labels.length;
  const stepsPerEpoch = Math.ceil(size / batchSize);
  const steps = epochs * stepsPerEpoch;
  const { optimizer, setRate, decay } = makeOptimizer(arm, setting, { model, steps });
  const order = streamKey(seed, "order");
  for (let step = 0; step < steps; step++) {
    const rate = setting.rate * (1 - step / steps);
    setRate(rate);
    const batch = drawBatch(data, { size, batchSize, order, step, stepsPerEpoch });
    decay(variables, rate);
    optimizer.minimize(
      () => tf.losses.softmaxCrossEntropy(batch.y, model.apply(batch.x, { training: true })),
      false,
      variables,
    );
    if (batch !== data) tf.dispose(batch);
    if (step % 16 === 0) await tf.nextFrame(); // signals and lines of progress come through
  }
  const own = measure(model, train, { inputShape });
  const other = measure(model, test, { inputShape });
  tf.dispose(data);
  optimizer.dispose();
  model.dispose();
  return {
    trainLoss: own.loss,
    trainError: own.error,
    testLoss: other.loss,
    testError: other.error,
    logit: other.logit,
    seconds: (now() - started) / 1000,
  };
}

/** The whole set as it is, where that is a batch: its order says nothing. */
function drawBatch(data, { size, batchSize, order, step, stepsPerEpoch }) {
  if (stepsPerEpoch === 1) return data;
  const permutation = makePermutation(foldIn(order, Math.floor(step / stepsPerEpoch)), size);
  const first = (step % stepsPerEpoch) * batchSize;
  const length = Math.min(batchSize, size - first);
  const chosen = Int32Array.from({ length }, (_, i) => permute(permutation, first + i));
  return tf.tidy(() => {
    const indices = tf.tensor1d(chosen, "int32");
    return { x: tf.gather(data.x, indices), y: tf.gather(data.y, indices) };
  });
}

function measure(model, { images, labels }, { inputShape }) {
  const pixels = images.length / labels.length;
  let [wrong, loss, size] = [0, 0, 0];
  for (let first = 0; first < labels.length; first += MEASURED_AT_ONCE) {
    const length = Math.min(MEASURED_AT_ONCE, labels.length - first);
    const part = images.subarray(first * pixels, (first + length) * pixels);
    const logits = tf.tidy(() => model.apply(tf.tensor(part, [length, ...inputShape]), { training: false }));
    const values = logits.dataSync();
    const classes = values.length / length;
    for (let n = 0; n < length; n++) {
      const row = Array.from(values.subarray(n * classes, (n + 1) * classes));
      const most = Math.max(...row);
      const own = row[labels[first + n]];
      const mean = row.reduce((sum, value) => sum + value, 0) / classes;
      if (!(row.indexOf(most) === labels[first + n])) wrong++;
      loss += most - own + Math.log(row.reduce((sum, value) => sum + Math.exp(value - most), 0));
      size += row.reduce((sum, value) => sum + Math.abs(value - mean), 0) / classes;
    }
    logits.dispose();
  }
  return { error: wrong / labels.length, loss: loss / labels.length, logit: size / labels.length };
}

function toTensors({ images, labels }, { inputShape, classes }) {
  return {
    x: tf.tensor(images, [labels.length, ...inputShape]),
    y: tf.tidy(() => tf.cast(tf.oneHot(tf.tensor1d(labels, "int32"), classes), "float32")),
  };
}

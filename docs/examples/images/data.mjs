/** The two sets of images, parted for a search and for its last runs. */

import * as mnist from "./mnist/read-mnist.mjs";
import * as oneDimensional from "./mnist-1d.mjs";

const DATA_SEED = 42;

/**
 * Epochs are as many as the smallest batch needs; larger batches get more, up to `leastSteps` steps. `held`: the last
 * training images, on which a search is decided.
 */
const sets = {
  "mnist-1d": {
    ...oneDimensional,
    epochs: 20,
    leastSteps: 80,
    held: 800,
    read: () => ({
      train: oneDimensional.mnist1d({ length: 4000, seed: DATA_SEED, name: "train" }),
      test: oneDimensional.mnist1d({ length: 1000, seed: DATA_SEED, name: "test" }),
    }),
  },
  mnist: {
    ...mnist,
    epochs: 3,
    leastSteps: 40,
    held: 10_000,
    read: () => ({ train: mnist.readMnist("train"), test: mnist.readMnist("test") }),
  },
};
export const dataNames = Object.keys(sets);

/** { inputShape, classes, final: { train, test }, search: { train, test }, epochsAt(batchSize, size) }. */
export function openData(name) {
  const { read, held, epochs, leastSteps, inputShape, classes } = sets[name];
  const final = read();
  const size = final.train.labels.length;
  return {
    inputShape,
    classes,
    final,
    search: { train: part(final.train, 0, size - held), test: part(final.train, size - held, size) },
    epochsAt: (batchSize, images) => Math.max(epochs, Math.ceil(leastSteps / Math.ceil(images / batchSize))),
  };
}

function part({ images, labels }, from, to) {
  const pixels = images.length / labels.length;
  return { images: images.subarray(from * pixels, to * pixels), labels: labels.subarray(from, to) };
}

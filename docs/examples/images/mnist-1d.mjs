/**
 * MNIST-1D (Greydanus & Kobak 2024, arXiv:2011.14439): ten strokes of twelve points, each sample padded, stretched,
 * scaled, shifted, sheared and set in noise, 40 points in the end. The published recipe with its numbers, on random
 * streams of this project: the same kind of data, not the same samples as the authors' file.
 */
import { boundedInteger, foldIn, standardNormal, streamKey, threefry, unitInterval } from "lawn-ranker/random";

export const inputShape = [40, 1];
export const classes = 10;

/** Heights of the digits' strokes, as the paper draws them. */
const strokes = [
  [5, 6, 6.5, 6.75, 7, 7, 7, 7, 6.75, 6.5, 6, 5],
  [5, 3, 3, 3.4, 3.8, 4.2, 4.6, 5, 5.4, 5.8, 5, 5],
  [5, 6, 6.5, 6.5, 6, 5.25, 4.75, 4, 3.5, 3.5, 4, 5],
  [5, 6, 6.5, 6.5, 6, 5, 5, 6, 6.5, 6.5, 6, 5],
  [5, 4.4, 3.8, 3.2, 2.6, 2.6, 5, 5, 5, 5, 5, 5],
  [5, 3, 3, 3, 3, 5, 6, 6.5, 6.5, 6, 4.5, 5],
  [5, 4, 3.5, 3.25, 3, 3, 3, 3, 3.25, 3.5, 4, 5],
  [5, 7, 7, 6.6, 6.2, 5.8, 5.4, 5, 4.6, 4.2, 5, 5],
  [5, 4, 3.5, 3.5, 4, 5, 5, 4, 3.5, 3.5, 4, 5],
  [5, 4, 3.5, 3.5, 4, 5, 5, 5, 5, 4.7, 4.3, 5],
];
const padding = { least: 36, most: 60 };
const scaleSpread = 0.4;
const shifts = 48;
const shearSpread = 0.75;
const correlatedNoise = { size: 0.25, sigma: 2 };
const whiteNoise = 0.02;
const points = inputShape[0];

/** { images [length, 40, 1], labels [length] }, ten classes in turn; the same for the same seed and name. */
export function mnist1d({ length, seed, name }) {
  const key = streamKey(seed, `mnist-1d/${name}`);
  const images = new Float32Array(length * points);
  const labels = new Int32Array(length);
  for (let n = 0; n < length; n++) {
    labels[n] = n % classes;
    images.set(sample(strokeOf(labels[n]), drawsOf(foldIn(key, n))), n * points);
  }
  return { images, labels };
}

/** Of mean 0 and standard deviation 1 before it is moved to begin at 0 and divided by 6. */
export function strokeOf(digit) {
  const stroke = strokes[digit];
  const mean = stroke.reduce((sum, value) => sum + value, 0) / stroke.length;
  const variance = stroke.reduce((sum, value) => sum + (value - mean) ** 2, 0) / stroke.length;
  return stroke.map((value) => (value - stroke[0]) / Math.sqrt(variance) / 6);
}

function sample(stroke, draws) {
  const padded = new Array(stroke.length + padding.least + draws.below(padding.most - padding.least + 1)).fill(0);
  // Not 0, so that the stroke's own zeros are told from what noise fills.
  for (const [i, value] of stroke.entries()) padded[i] = value + 1e-8;
  const scale = 1 + scaleSpread * (draws.unit() - 0.5);
  const stretched = resampled(padded, stroke.length + padding.most).map((value) => value * scale);
  const shift = draws.below(shifts);
  const shifted = stretched.map((_, i) => stretched[(i - shift + stretched.length) % stretched.length]);
  const noise = smoothed(
    shifted.map(() => correlatedNoise.size * draws.normal()),
    correlatedNoise.sigma,
  );
  const noisy = shifted.map((value, i) => (value === 0 ? noise[i] : value) + whiteNoise * draws.normal());
  const shear = shearSpread * (draws.unit() - 0.5);
  return resampled(
    noisy.map((value, i) => value - shear * (i / (noisy.length - 1) - 0.5)),
    points,
  );
}

/** Linear between neighbours, first and last kept. */
export function resampled(values, length) {
  return Array.from({ length }, (_, i) => {
    const position = (i * (values.length - 1)) / (length - 1);
    const below = Math.min(Math.floor(position), values.length - 2);
    return values[below] + (position - below) * (values[below + 1] - values[below]);
  });
}

/** By a Gaussian that is cut at four sigmas, the ends mirrored. */
export function smoothed(values, sigma) {
  const radius = 4 * sigma;
  const weights = Array.from({ length: 2 * radius + 1 }, (_, i) => Math.exp(-0.5 * ((i - radius) / sigma) ** 2));
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  const mirrored = (i) => (i < 0 ? -1 - i : i >= values.length ? 2 * values.length - 1 - i : i);
  return values.map((_, at) =>
    weights.reduce((sum, weight, i) => sum + (weight / total) * values[mirrored(at + i - radius)], 0),
  );
}

/** Numbers of one sample, one after the other. */
function drawsOf(key) {
  const block = { first: 0, second: 0 };
  let drawn = 0;
  const next = () => {
    threefry(key, drawn++, 0, block);
    return block;
  };
  return {
    unit: () => unitInterval(next().first),
    below: (bound) => boundedInteger(next().first, bound),
    normal: () => standardNormal(next()),
  };
}

/**
 * A small image set made from a seed: 12 x 12 grey images of six strokes (bars, diagonals, a cross, a frame),
 * shifted, in noise, a tenth of the training labels wrong. Small enough for plain JavaScript, hard enough that an
 * over-trained network shows it.
 */
import { foldIn, standardNormal, streamKey, threefry, unitInterval } from "lawn-ranker/random";

export const imageSize = 12;
export const classes = ["horizontal", "vertical", "falling", "rising", "cross", "frame"];

/** { images [length, 12, 12, 1], labels [length] } as typed arrays; the same for the same seed and name. */
export function syntheticImages({ length, seed, name, noise = 0.7, wrongLabels = 0 }) {
  const key = streamKey(seed, `images/${name}`);
  const block = { first: 0, second: 0 };
  const images = new Float32Array(length * imageSize ** 2);
  const labels = new Int32Array(length);
  for (let n = 0; n < length; n++) {
    const imageKey = foldIn(key, n);
    const draw = (index) => {
      threefry(imageKey, index, 0, block);
      return unitInterval(block.first);
    };
    const shape = Math.floor(draw(0) * classes.length);
    const shift = [Math.floor(draw(1) * 5) - 2, Math.floor(draw(2) * 5) - 2];
    labels[n] = draw(3) < wrongLabels ? Math.floor(draw(4) * classes.length) : shape;
    for (let y = 0; y < imageSize; y++) {
      for (let x = 0; x < imageSize; x++) {
        const index = y * imageSize + x;
        threefry(imageKey, 100 + index, 0, block);
        images[n * imageSize ** 2 + index] =
          (isInked(shape, x - 5 - shift[0], y - 5 - shift[1]) ? 1 : 0) + noise * standardNormal(block);
      }
    }
  }
  return { images, labels };
}

/** Whether the stroke covers the point, seen from its centre. */
function isInked(shape, x, y) {
  const isNear = Math.max(Math.abs(x), Math.abs(y)) <= 3;
  switch (classes[shape]) {
    case "horizontal":
      return isNear && y === 0;
    case "vertical":
      return isNear && x === 0;
    case "falling":
      return isNear && x === y;
    case "rising":
      return isNear && x === -y;
    case "cross":
      return isNear && (x === 0 || y === 0);
    default:
      return Math.max(Math.abs(x), Math.abs(y)) === 3;
  }
}

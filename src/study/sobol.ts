/**
 * Sobol's low-discrepancy sequence (Sobol 1967; direction numbers of Joe & Kuo 2008, "new-joe-kuo-6", the first ten
 * dimensions), moved by a digital shift: each dimension is xor-ed with a random word of its own, which keeps every net
 * property and spreads the zeros.
 */
import { streamKey, threefry } from "../random.ts";

/**
 * Degree and inner coefficients of the primitive polynomial, then the first direction integers; the
 * first dimension needs none.
 */
const POLYNOMIALS: readonly { readonly degree: number; readonly inner: number; readonly first: readonly number[] }[] = [
  { degree: 1, inner: 0, first: [1] },
  { degree: 2, inner: 1, first: [1, 3] },
  { degree: 3, inner: 1, first: [1, 3, 1] },
  { degree: 3, inner: 2, first: [1, 1, 1] },
  { degree: 4, inner: 1, first: [1, 1, 3, 3] },
  { degree: 4, inner: 4, first: [1, 3, 5, 13] },
  { degree: 5, inner: 2, first: [1, 1, 5, 5, 17] },
  { degree: 5, inner: 4, first: [1, 1, 5, 5, 5] },
  { degree: 5, inner: 7, first: [1, 1, 7, 11, 19] },
];

export const MOST_SOBOL_DIMENSIONS = POLYNOMIALS.length + 1;

/**
 * Coordinate `dimension` of point `index` (from 0) without a shift, in [0, 1): 0, 1/2, 3/4, 1/4,
 * ... in the first dimension.
 */
export function sobolCoordinate(dimension: number, index: number): number {
  return sobolWord(dimension, index) / 2 ** 32;
}

/** The same under the shift named by `seed` and `name`: uniform over seeds, in (0, 1). */
export function shiftedSobolCoordinate(
  point: { readonly dimension: number; readonly index: number },
  shift: { readonly seed: number; readonly name: string },
): number {
  const block = { first: 0, second: 0 };
  threefry(streamKey(shift.seed, `sobol/${shift.name}`), 0, 0, block);
  return ((sobolWord(point.dimension, point.index) ^ block.first) >>> 0) / 2 ** 32 + 2 ** -33;
}

/** Point by Gray code (Antonov & Saleev 1979): the xor of the direction numbers of its bits. */
function sobolWord(dimension: number, index: number): number {
  const directions = directionNumbers(dimension);
  let [word, bits] = [0, index ^ (index >>> 1)];
  for (let bit = 0; bits !== 0; bit++, bits >>>= 1) if (bits & 1) word ^= directions[bit]!;
  return word >>> 0;
}

/** 32 words; the k-th has its highest bit at position 31 - k. */
function directionNumbers(dimension: number): Uint32Array {
  const words = new Uint32Array(32);
  const polynomial = dimension === 0 ? null : POLYNOMIALS[dimension - 1];
  if (polynomial === undefined) {
    throw new RangeError(`Sobol: dimension ${dimension}, expected below ${MOST_SOBOL_DIMENSIONS}`);
  }
  for (let k = 0; k < 32; k++) {
    if (polynomial === null) words[k] = 1 << (31 - k);
    else if (k < polynomial.degree) words[k] = polynomial.first[k]! << (31 - k);
    else {
      const { degree, inner } = polynomial;
      let word = words[k - degree]! ^ (words[k - degree]! >>> degree);
      for (let j = 1; j < degree; j++) if ((inner >>> (degree - 1 - j)) & 1) word ^= words[k - j]!;
      words[k] = word;
    }
  }
  return words;
}

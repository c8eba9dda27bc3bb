/**
 * Products with a matrix of items' features, [items, width], row-major: where fold-in spends its time. Eight items
 * stand side by side, so that a person's row is read once for them and eight sums wait for no other. Plain twins: the
 * definitions in test/fold-in/item-rows.test.ts.
 */

const AT_ONCE = 8;

/** out[k] = constants[k] + features[k] row, added up from the first entry to the last. */
export function products(features: Float32Array, row: Float64Array, constants: Float64Array, out: Float64Array): void {
  const width = row.length;
  const whole = out.length - (out.length % AT_ONCE);
  let k = 0;
  for (; k < whole; k += AT_ONCE) {
    let a = constants[k]!;
    let b = constants[k + 1]!;
    let c = constants[k + 2]!;
    let d = constants[k + 3]!;
    let e = constants[k + 4]!;
    let f = constants[k + 5]!;
    let g = constants[k + 6]!;
    let h = constants[k + 7]!;
    const first = k * width;
    for (let i = 0; i < width; i++) {
      const x = row[i]!;
      let at = first + i;
      a += features[at]! * x;
      at += width;
      b += features[at]! * x;
      at += width;
      c += features[at]! * x;
      at += width;
      d += features[at]! * x;
      at += width;
      e += features[at]! * x;
      at += width;
      f += features[at]! * x;
      at += width;
      g += features[at]! * x;
      at += width;
      h += features[at]! * x;
    }
    out[k] = a;
    out[k + 1] = b;
    out[k + 2] = c;
    out[k + 3] = d;
    out[k + 4] = e;
    out[k + 5] = f;
    out[k + 6] = g;
    out[k + 7] = h;
  }
  for (; k < out.length; k++) {
    let sum = constants[k]!;
    for (let i = 0, at = k * width; i < width; i++, at++) sum += features[at]! * row[i]!;
    out[k] = sum;
  }
}

/** gradient += the sum of slopes[k] features[k]. */
export function addTransposed(features: Float32Array, slopes: Float64Array, gradient: Float64Array): void {
  const width = gradient.length;
  const whole = slopes.length - (slopes.length % AT_ONCE);
  let k = 0;
  for (; k < whole; k += AT_ONCE) {
    const a = slopes[k]!;
    const b = slopes[k + 1]!;
    const c = slopes[k + 2]!;
    const d = slopes[k + 3]!;
    const e = slopes[k + 4]!;
    const f = slopes[k + 5]!;
    const g = slopes[k + 6]!;
    const h = slopes[k + 7]!;
    const first = k * width;
    for (let i = 0; i < width; i++) {
      let at = first + i;
      let even = a * features[at]!;
      at += width;
      let odd = b * features[at]!;
      at += width;
      even += c * features[at]!;
      at += width;
      odd += d * features[at]!;
      at += width;
      even += e * features[at]!;
      at += width;
      odd += f * features[at]!;
      at += width;
      even += g * features[at]!;
      at += width;
      odd += h * features[at]!;
      gradient[i]! += even + odd;
    }
  }
  for (; k < slopes.length; k++) {
    const slope = slopes[k]!;
    for (let i = 0, at = k * width; i < width; i++, at++) gradient[i]! += slope * features[at]!;
  }
}

/** The lower triangle of `matrix` [width, width] += the sum of curvatures[k] features[k] features[k]'. */
export function addOuterProducts(features: Float32Array, curvatures: Float64Array, matrix: Float64Array): void {
  const items = curvatures.length;
  const width = Math.sqrt(matrix.length);
  const whole = items - (items % 4);
  for (let k = 0; k < whole; k += 4) {
    const a = k * width;
    const b = a + width;
    const c = b + width;
    const d = c + width;
    for (let i = 0; i < width; i++) {
      const p = curvatures[k]! * features[a + i]!;
      const q = curvatures[k + 1]! * features[b + i]!;
      const r = curvatures[k + 2]! * features[c + i]!;
      const s = curvatures[k + 3]! * features[d + i]!;
      const into = i * width;
      for (let j = 0; j <= i; j++) {
        matrix[into + j]! +=
          p * features[a + j]! + q * features[b + j]! + (r * features[c + j]! + s * features[d + j]!);
      }
    }
  }
  for (let k = whole; k < items; k++) {
    const at = k * width;
    for (let i = 0; i < width; i++) {
      const scaled = curvatures[k]! * features[at + i]!;
      for (let j = 0; j <= i; j++) matrix[i * width + j]! += scaled * features[at + j]!;
    }
  }
}

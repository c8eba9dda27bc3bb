/**
 * Logits of some items for one person as a function of the person's row, and their slopes. All paths but a tower are
 * linear in the row, so an item is a vector of its own there: logit = constant + features row. Twin: ranker/forward.ts.
 */
import { openForward } from "../ranker/forward.ts";
import type { Parameters, RankerSpec } from "../ranker/ranker-spec.ts";
import { type RowLayout, tableOf } from "./row-layout.ts";
import { openTowerScores } from "./tower-scores.ts";

/** One person's logits of a fixed set of items. */
export interface PersonScores {
  readonly length: number;
  /** Writes [length] logits of a person with this row, [width]. */
  score(row: Float64Array, out: Float64Array): void;
  /** Adds the sum of slopes[k] * d logit_k / d row to `gradient` [width], at the row that was scored last. */
  addGradient(slopes: Float64Array, gradient: Float64Array): void;
  /** Adds the sum of curvatures[k] x_k x_k' to the lower triangle of `matrix`; x_k is d logit_k / d row, no tower. */
  addCurvature(curvatures: Float64Array, matrix: Float64Array): void;
}

/** Opens the scores of any items of a ranker. Tables of items are read in place. */
export function openPersonScores(
  spec: RankerSpec,
  parameters: Parameters,
  layout: RowLayout,
): (items: Uint32Array) => PersonScores {
  const { width } = layout;
  const forward = openForward(spec, parameters);
  const headBias = parameters.get("head.bias")![0]!;
  const itemBias = parameters.get("itemBias");
  const linear = linearPaths(spec, parameters, { layout, head: forward.head });
  const openTower = spec.tower.length === 0 ? null : openTowerScores(spec, parameters, forward);
  const embedding = tableOf(layout, "userMlp");

  return (items) => {
    const constants = Float64Array.from(items, (item) => headBias + (itemBias?.[item] ?? 0) + linear.constantOf(item));
    const features = new Float32Array(items.length * width); // [items, width], as precise as the tables
    for (const [k, item] of items.entries()) linear.write(item, features.subarray(k * width, (k + 1) * width));
    const tower = openTower === null ? null : openTower(items);
    return {
      length: items.length,
      score(row, out) {
        products(features, row, constants, out);
        tower?.add(row.subarray(embedding.start, embedding.end), out);
      },
      addGradient(slopes, gradient) {
        addTransposed(features, slopes, gradient);
        tower?.addGradient(slopes, gradient.subarray(embedding.start, embedding.end));
      },
      addCurvature(curvatures, matrix) {
        for (let k = 0; k < items.length; k++) {
          const x = features.subarray(k * width, (k + 1) * width);
          for (let i = 0; i < width; i++) {
            const scaled = curvatures[k]! * x[i]!;
            for (let j = 0; j <= i; j++) matrix[i * width + j]! += scaled * x[j]!;
          }
        }
      },
    };
  };
}

interface LinearPaths {
  /** d logit / d row of an item, tower left aside, into `out` [width], which is 0. */
  write(item: number, out: Float32Array): void;
  /** What an MLP path without layers adds for the item itself. */
  constantOf(item: number): number;
}

function linearPaths(
  spec: RankerSpec,
  parameters: Parameters,
  { layout, head }: { readonly layout: RowLayout; readonly head: Float64Array },
): LinearPaths {
  const { dot, gmf, embedding, tower } = spec;
  const isPlain = embedding > 0 && tower.length === 0;
  const itemMlp = parameters.get("itemMlp");
  return {
    write(item, out) {
      for (const { name, start } of layout.tables) {
        if (name === "userBias") out[start] = 1;
        if (name === "userDot") {
          const itemDot = parameters.get("itemDot")!;
          for (let i = 0; i < dot; i++) out[start + i] = itemDot[item * dot + i]!;
        }
        if (name === "userGmf") {
          const itemGmf = parameters.get("itemGmf")!;
          for (let i = 0; i < gmf; i++) out[start + i] = head[i]! * itemGmf[item * gmf + i]!;
        }
        if (name === "userMlp" && isPlain) for (let i = 0; i < embedding; i++) out[start + i] = head[gmf + i]!;
      }
    },
    constantOf(item) {
      let sum = 0;
      if (isPlain && itemMlp !== undefined) {
        for (let i = 0; i < embedding; i++) sum += head[gmf + embedding + i]! * itemMlp[item * embedding + i]!;
      }
      return sum;
    },
  };
}

/** out[k] = constants[k] + features[k] row. Four sums at a time keep the processor's adders busy. */
function products(features: Float32Array, row: Float64Array, constants: Float64Array, out: Float64Array): void {
  const width = row.length;
  const whole = width - (width % 4);
  for (let k = 0, at = 0; k < out.length; k++) {
    let a = constants[k]!;
    let b = 0;
    let c = 0;
    let d = 0;
    let i = 0;
    for (; i < whole; i += 4, at += 4) {
      a += features[at]! * row[i]!;
      b += features[at + 1]! * row[i + 1]!;
      c += features[at + 2]! * row[i + 2]!;
      d += features[at + 3]! * row[i + 3]!;
    }
    for (; i < width; i++, at++) a += features[at]! * row[i]!;
    out[k] = a + b + (c + d);
  }
}

/** gradient += transposed features times slopes. Four items at a time, so that the gradient is read once for them. */
function addTransposed(features: Float32Array, slopes: Float64Array, gradient: Float64Array): void {
  const width = gradient.length;
  const whole = slopes.length - (slopes.length % 4);
  let k = 0;
  for (; k < whole; k += 4) {
    const a = slopes[k]!;
    const b = slopes[k + 1]!;
    const c = slopes[k + 2]!;
    const d = slopes[k + 3]!;
    let at0 = k * width;
    let at1 = at0 + width;
    let at2 = at1 + width;
    let at3 = at2 + width;
    for (let i = 0; i < width; i++) {
      gradient[i]! += a * features[at0++]! + b * features[at1++]! + (c * features[at2++]! + d * features[at3++]!);
    }
  }
  for (; k < slopes.length; k++) {
    const slope = slopes[k]!;
    for (let i = 0, at = k * width; i < width; i++, at++) gradient[i]! += slope * features[at]!;
  }
}

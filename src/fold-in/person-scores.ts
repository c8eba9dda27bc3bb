/**
 * Logits of some items for one person as a function of the person's row, and their slopes. All paths but a tower are
 * linear in the row, so an item is a vector of its own there: logit = constant + features row. Twin: ranker/forward.ts.
 */
import { openForward } from "../ranker/forward.ts";
import type { Parameters, RankerSpec } from "../ranker/ranker-spec.ts";
import { addOuterProducts, addTransposed, products } from "./item-rows.ts";
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
  /** Adds the sum of shares[k] x_k to `sum` [width]. */
  addFeatures(shares: Float64Array, sum: Float64Array): void;
}

/**
 * Opens the scores of any items of a ranker with inner products, less `correction` [items] where there is one. Tables
 * of items are read in place.
 */
export function openPersonScores(
  spec: RankerSpec,
  parameters: Parameters,
  { layout, correction }: { readonly layout: RowLayout; readonly correction: Float32Array | null },
): (items: Uint32Array) => PersonScores {
  const { width } = layout;
  const forward = openForward(spec, parameters);
  const headBias = parameters.get("head.bias")![0]!;
  const itemBias = parameters.get("itemBias");
  const linear = linearPaths(spec, parameters, { layout, head: forward.head });
  const openTower = spec.tower.length === 0 ? null : openTowerScores(spec, parameters, forward);
  const embedding = tableOf(layout, "userMlp");

  return (items) => {
    const constants = Float64Array.from(
      items,
      (item) => headBias + (itemBias?.[item] ?? 0) + linear.constantOf(item) - (correction?.[item] ?? 0),
    );
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
        addOuterProducts(features, curvatures, matrix);
      },
      addFeatures(shares, sum) {
        addTransposed(features, shares, sum);
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

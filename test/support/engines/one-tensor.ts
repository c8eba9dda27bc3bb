/** A rule on a single tensor, in float64, so that hand-worked numbers can be held to many digits. */
import { expect } from "@jest/globals";
import { float64Ops } from "../../../src/optimizer/arrays/float-ops.ts";
import { baseRule } from "../../../src/optimizer/build-optimizer.ts";
import { freeOptimizer } from "../../../src/optimizer/free-optimizer.ts";
import type { BaseOptimizerConfig } from "../../../src/optimizer/optimizer-config.ts";
import type { ParameterRole } from "../../../src/ranker/ranker-spec.ts";

export interface OneTensor {
  readonly config: BaseOptimizerConfig;
  readonly weight: readonly number[];
  /** One per step. */
  readonly gradients: readonly (readonly number[])[];
  readonly learningRate: number;
  readonly role?: ParameterRole;
}

/** It is no table, so a lazy rule has no row of it to ask for. */
const noRows = { users: new Float64Array(0), items: new Float64Array(0) };

/** The tensor after each step. */
export function weightsAfterEachStep({
  config,
  weight,
  gradients,
  learningRate,
  role = "dense",
}: OneTensor): number[][] {
  const ops = float64Ops();
  const info = { name: "w", shape: [weight.length], role };
  const optimizer = freeOptimizer({ rule: baseRule(config, ops), parameters: [info], ops });
  let parameters: ReadonlyMap<string, Float64Array> = new Map([["w", Float64Array.from(weight)]]);
  let memory = optimizer.init();
  return gradients.map((gradient) => {
    const input = {
      parameters,
      gradients: new Map([["w", Float64Array.from(gradient)]]),
      memory,
      learningRate,
      rowsOfBatch: noRows,
    };
    ({ parameters, memory } = optimizer.step(input));
    return [...parameters.get("w")!];
  });
}

/** Each value to nine decimals: hand-worked numbers are written with at least that many. */
export function expectValues(found: ArrayLike<number> | undefined, expected: readonly number[]): void {
  expect(found).toHaveLength(expected.length);
  for (const [i, value] of expected.entries()) expect(found?.[i]).toBeCloseTo(value, 9);
}

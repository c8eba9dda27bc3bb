/** LAWN's switch by norm: each block on its own, when it has grown. The switch by step: lawn.test.ts. */
import { describe, expect, it } from "@jest/globals";
import { float32Ops, float64Ops } from "../../../src/optimizer/arrays/float-ops.ts";
import type { LawnConfig } from "../../../src/optimizer/optimizer-config.ts";
import { exportState } from "../../../src/optimizer/optimizer-transfer.ts";
import type { ParameterInfo } from "../../../src/ranker/ranker-spec.ts";
import { expectValues } from "../../support/engines/one-tensor.ts";
import { advance, plainLawn, startRun } from "../../support/engines/optimizer-cases.ts";

const sgd = { name: "sgd", weightDecay: 0 } as const;
const adam = { name: "adam", beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weightDecay: 0 } as const;
const f64 = (...values: number[]) => Float64Array.from(values);

describe("the switch by norm", () => {
  const byNorm: LawnConfig = { ...plainLawn, granularity: "row", switchAt: { kind: "norm", norm: 5 } };
  const table = { name: "userGmf", shape: [2, 2], role: "embedding" } as const satisfies ParameterInfo;
  const tableRun = () =>
    startRun({
      config: { base: sgd, lawn: byNorm },
      ops: float64Ops(),
      parameters: [table],
      weights: new Map([["userGmf", f64(3, 4, 0.6, 0.8)]]),
    });
  const step = (run: ReturnType<typeof tableRun>, ...gradient: number[]) => ({
    ...run,
    at: run.optimizer.step({
      ...run.at,
      gradients: new Map([["userGmf", f64(...gradient)]]),
      learningRate: 1,
      rowsOfBatch: null,
    }),
  });

  it("holds each block from the step on before which its norm has reached the limit", async () => {
    // Row 0 has norm 5 and is held; row 1 grows freely from 1 to 6, and is held there.
    const first = step(tableRun(), -3, -4, -3, -4);
    expectValues(first.at.parameters.get("userGmf"), [3, 4, 3.6, 4.8]);
    const second = step(first, -3, -4, -3, -4);
    expectValues(second.at.parameters.get("userGmf"), [3, 4, 3.6, 4.8]);
    const state = await exportState(second.ops, second.at.memory);
    expectValues(state.tensors.get("lawn.target/userGmf"), [5, 6]);
    expectValues(state.tensors.get("lawn.constrained/userGmf"), [1, 1]);
    expect(state.numbers["lawn.switchedAt"]).toBe(-1);
  });

  it("never recomputes a target, whatever float32 makes of the norm", async () => {
    const lawn: LawnConfig = { ...plainLawn, granularity: "row", switchAt: { kind: "norm", norm: 1e-3 } };
    const begun = await advance(startRun({ config: { base: adam, lawn }, ops: float32Ops() }), 1);
    const later = await advance(begun, 50);
    const targets = (run: typeof begun) =>
      [...run.at.memory.lawn!.groups].map(([name, { target }]) => [name, ...target]);
    expect(targets(later)).toEqual(targets(begun));
  });

  it("gives free rows no target", async () => {
    const { ops, at } = step(tableRun(), -3, -4, -3, -4);
    expectValues((await exportState(ops, at.memory)).tensors.get("lawn.target/userGmf"), [5, 0]);
  });

  it("leaves free rows to the base, bit for bit", () => {
    const constrained = step(tableRun(), 7, 1, 0.1, -0.3).at.parameters.get("userGmf")!;
    expect([...constrained.subarray(2)]).toEqual([0.6 - 0.1, 0.8 + 0.3]);
  });
});

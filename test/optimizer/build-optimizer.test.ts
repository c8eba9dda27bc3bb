import { describe, expect, it } from "@jest/globals";
import { ConfigError, EngineError } from "../../src/errors.ts";
import type { ArrayOps } from "../../src/optimizer/arrays/array-ops.ts";
import { float32Ops } from "../../src/optimizer/arrays/float-ops.ts";
import { buildOptimizer } from "../../src/optimizer/build-optimizer.ts";
import { advance, plainLawn, smallRanker, startRun } from "../support/engines/optimizer-cases.ts";

const adam = { name: "adam", beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weightDecay: 0 } as const;

describe("buildOptimizer", () => {
  it("refuses settings that make no sense, before any array is made", () => {
    const config = { base: { ...adam, weightDecay: 0.1 }, lawn: plainLawn };
    expect(() => buildOptimizer({ config, parameters: smallRanker, ops: float32Ops() })).toThrow(ConfigError);
  });

  it("names a tensor that is missing from what it is given", () => {
    const { optimizer, at } = startRun({ config: { base: adam, lawn: null }, ops: float32Ops() });
    const gradients = new Map([...at.parameters].filter(([name]) => name !== "tower.1.bias"));
    expect(() => optimizer.step({ ...at, gradients, learningRate: 0.1, rowsOfBatch: null })).toThrow(EngineError);
    expect(() => optimizer.step({ ...at, gradients, learningRate: 0.1, rowsOfBatch: null })).toThrow(
      /gradients: "tower.1.bias" is missing/,
    );
  });

  it("spends nothing on LAWN's blocks before a switch by step", async () => {
    let dots = 0;
    const plain = float32Ops();
    const counting: ArrayOps<Float32Array, Float64Array> = {
      ...plain,
      dot(...operands) {
        dots++;
        return plain.dot(...operands);
      },
    };
    const lawn = { ...plainLawn, switchAt: { kind: "step", step: 3 } } as const;
    const free = await advance(startRun({ config: { base: adam, lawn }, ops: counting }), 3);
    expect(dots).toBe(0);
    await advance(free, 1);
    expect(dots).toBeGreaterThan(0);
  });
});

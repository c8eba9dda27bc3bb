import { describe, expect, it } from "@jest/globals";
import { float32Ops } from "../../src/optimizer/arrays/float-ops.ts";
import { releaseReplaced } from "../../src/optimizer/release-replaced.ts";
import { plainLawn, startRun } from "../support/engines/optimizer-cases.ts";

const adam = { name: "adam", beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weightDecay: 0 } as const;

describe("releaseReplaced", () => {
  it("lets a long run do with the arrays of its first few steps", () => {
    const { optimizer, ops, at } = startRun({ config: { base: adam, lawn: plainLawn }, ops: float32Ops() });
    const gradients = new Map([...at.parameters].map(([name, weight]) => [name, weight.slice()]));
    const arraysAfter = (steps: number): number => {
      for (let step = 0; step < steps; step++) {
        const after = optimizer.step({ ...now, gradients, learningRate: 0.01, rowsOfBatch: null });
        releaseReplaced(ops, now, after);
        now = after;
        for (const weight of now.parameters.values()) seen.add(weight);
      }
      return seen.size;
    };
    let now = at;
    const seen = new Set<Float32Array>();
    const early = arraysAfter(60);
    expect(arraysAfter(200)).toBe(early);
    expect(early).toBeGreaterThan(at.parameters.size); // arrays did change hands
  });

  it("spares what the step passed on unchanged", () => {
    const ops = float32Ops();
    const { optimizer, at } = startRun({ config: { base: adam, lawn: plainLawn }, ops });
    const gradients = new Map([...at.parameters].map(([name, weight]) => [name, weight.slice()]));
    const first = optimizer.step({ ...at, gradients, learningRate: 0.01, rowsOfBatch: null });
    const second = optimizer.step({ ...first, gradients, learningRate: 0.01, rowsOfBatch: null });
    const target = (output: typeof first) => output.memory.lawn!.groups.get("userDot")!.target;
    expect(target(second)).toBe(target(first));
    const before = target(second)[0];
    releaseReplaced(ops, first, second);
    // Would take the target's memory if it were free.
    for (let i = 0; i < 100; i++) ops.blocksFromHost(Float64Array.of(-1));
    expect(target(second)[0]).toBe(before);
  });
});

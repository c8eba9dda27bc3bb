import { beforeAll, describe, expect, it } from "@jest/globals";
import type { Tensor1D } from "@tensorflow/tfjs-core";
import { type TensorArrayOps, tensorArrayOps } from "../../../src/engine/tfjs/tensor-ops.ts";
import type { Tfjs } from "../../../src/engine/tfjs/tfjs-packages.ts";
import { EngineError } from "../../../src/errors.ts";
import { testedBackends, useBackend } from "../../support/engines/tfjs-backends.ts";

const f64 = (...values: number[]) => Float64Array.from(values);

describe.each(testedBackends)("array operations on tfjs %s", (backend) => {
  let tf: Tfjs;
  let ops: TensorArrayOps;
  let x: Tensor1D;
  let y: Tensor1D;
  const rows = { size: 4, rows: 2 };
  const blocks = (...values: number[]) => ops.blocksFromHost(f64(...values));

  beforeAll(async () => {
    tf = await useBackend(backend);
    ops = tensorArrayOps(tf);
    x = ops.fromHost(f64(1, 2, 3, 4));
    y = ops.fromHost(f64(4, 0.5, -2, 1));
  });

  // The same table as of float-ops: every number is exact in float32.
  it.each<readonly [string, () => Tensor1D, readonly number[]]>([
    ["add", () => ops.add(x, y), [5, 2.5, 1, 5]],
    ["multiply", () => ops.multiply(x, y), [4, 1, -6, 4]],
    ["divide", () => ops.divide(x, y), [0.25, 4, -1.5, 4]],
    ["combine", () => ops.combine(2, x, -1, y), [-2, 3.5, 8, 7]],
    ["scale", () => ops.scale(x, 0.5), [0.5, 1, 1.5, 2]],
    ["addScalar", () => ops.addScalar(x, 1), [2, 3, 4, 5]],
    ["sqrt", () => ops.sqrt(ops.fromHost(f64(1, 4, 9, 16))), [1, 2, 3, 4]],
    ["sign", () => ops.sign(ops.fromHost(f64(-2, 0, 1e-30, 5))), [-1, 0, 1, 1]],
    ["dot by row", () => ops.dot(x, y, rows), [5, -2]], // 4 + 1, -6 + 4
    ["dot whole", () => ops.dot(x, y, { size: 4, rows: 1 }), [3]],
    ["scaleBlocks", () => ops.scaleBlocks(x, blocks(2, -1), rows), [2, 4, -3, -4]],
    ["addScaledBlocks", () => ops.addScaledBlocks(x, blocks(2, 0), y, rows), [9, 3, 3, 4]],
    ["selectBlocks", () => ops.selectBlocks(blocks(1, 0), x, y, rows), [1, 2, -2, 1]],
    ["addC", () => ops.addC(blocks(1, 2), blocks(3, 4)), [4, 6]],
    ["multiplyC", () => ops.multiplyC(blocks(1, 2), blocks(3, 4)), [3, 8]],
    ["divideC", () => ops.divideC(blocks(1, 2), blocks(2, 4)), [0.5, 0.5]],
    ["scaleC", () => ops.scaleC(blocks(1, 2), 3), [3, 6]],
    ["addScalarC", () => ops.addScalarC(blocks(1, 2), 3), [4, 5]],
    ["sqrtC", () => ops.sqrtC(blocks(4, 9)), [2, 3]],
    ["greaterC, where NaN is not", () => ops.greaterC(blocks(1, 2, Number.NaN), 1), [0, 1, 0]],
    ["selectC, without what is not selected", () => ops.selectC(blocks(1, 0), blocks(7, NaN), blocks(NaN, 8)), [7, 8]],
  ])("%s", async (_, work, expected) => {
    expect([...(await ops.toHost(work()))]).toEqual(expected);
    expect([...(await ops.toHost(x)), ...(await ops.toHost(y))]).toEqual([1, 2, 3, 4, 4, 0.5, -2, 1]);
  });

  it("selects by block past what is not a number", async () => {
    const nan = ops.fromHost(f64(NaN, NaN, 3, 4));
    expect([...(await ops.toHost(ops.selectBlocks(blocks(0, 1), nan, y, rows)))]).toEqual([4, 0.5, 3, 4]);
  });

  it("copies to and from the host", async () => {
    const host = f64(1, 2);
    const copy = ops.fromHost(host);
    host[0] = 9;
    const back = await ops.toHost(copy);
    back[1] = 9;
    expect([...(await ops.toHost(copy))]).toEqual([1, 2]);
    expect([...(await ops.blocksToHost(blocks(1, 2)))]).toEqual([1, 2]);
  });

  it("refuses arrays whose sizes do not fit, where TensorFlow.js would stretch one", () => {
    const short = ops.fromHost(f64(1));
    expect(() => ops.add(x, short)).toThrow(EngineError);
    expect(() => ops.add(x, short)).toThrow(/4 and 1 values/);
    expect(() => ops.scaleBlocks(x, blocks(1), rows)).toThrow(/4 values with 1 coefficients, expected 4 values in 2/);
  });

  it("tidies up all but what the result holds, in Maps too, also when the work throws", () => {
    const before = tf.memory().numTensors;
    const kept = ops.tidy(() => {
      ops.scale(x, 10);
      return { list: [ops.scale(x, 2)], map: new Map([["a", { deep: ops.scale(x, 3) }]]) };
    });
    expect(tf.memory().numTensors).toBe(before + 2);
    ops.free(kept);
    const fail = () =>
      ops.tidy(() => {
        ops.scale(x, 10);
        throw new Error("stop");
      });
    expect(fail).toThrow("stop");
    expect(tf.memory().numTensors).toBe(before);
  });

  it("sums squares to a few float32 roundings, however many", async () => {
    const length = 193_280; // 6,040 users, width 32
    const values = Float32Array.from({ length }, (_, i) => Math.sin(1.7 * i) * (1 + (i % 7)));
    const exact = values.reduce((sum, value) => sum + value * value, 0); // reduce runs in float64
    const tensor = ops.fromHost(values);
    const [sum] = await ops.blocksToHost(ops.dot(tensor, tensor, { size: length, rows: 1 }));
    // The bound is 3 ceil(log4 n) + 1 = 28 roundings of 2^-24, 1.7e-6; rounding errors of both
    // signs leave 1 or 2 of them.
    expect(Math.abs(sum! / exact - 1)).toBeLessThan(4 * 2 ** -24);
    ops.free(tensor);
  });
});

import { describe, expect, it } from "@jest/globals";
import { EngineError } from "../../../src/errors.ts";
import type { ArrayOps } from "../../../src/optimizer/arrays/array-ops.ts";
import { float32Ops, float64Ops } from "../../../src/optimizer/arrays/float-ops.ts";
import type { FloatArray } from "../../../src/ranker/ranker-spec.ts";

const f32 = (...values: number[]) => Float32Array.from(values);
const f64 = (...values: number[]) => Float64Array.from(values);

function describeTensors<A extends FloatArray>(storage: string, ops: ArrayOps<A, Float64Array>): void {
  describe(`${storage} tensors`, () => {
    // Every number here is exact in both storages.
    const x = ops.fromHost(f64(1, 2, 3, 4));
    const y = ops.fromHost(f64(4, 0.5, -2, 1));
    const rows = { size: 4, rows: 2 };

    it.each([
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
      ["scaleBlocks", () => ops.scaleBlocks(x, f64(2, -1), rows), [2, 4, -3, -4]],
      ["addScaledBlocks", () => ops.addScaledBlocks(x, f64(2, 0), y, rows), [9, 3, 3, 4]],
      ["selectBlocks", () => ops.selectBlocks(f64(1, 0), x, y, rows), [1, 2, -2, 1]],
    ])("%s", (_, work, expected) => {
      expect([...work()]).toEqual(expected);
      expect([...x, ...y]).toEqual([1, 2, 3, 4, 4, 0.5, -2, 1]); // arguments are left alone
    });

    it("copies to and from the host", async () => {
      const host = f64(1, 2);
      const copy = ops.fromHost(host);
      host[0] = 9;
      expect([...(await ops.toHost(copy))]).toEqual([1, 2]);
    });

    it("refuses arrays whose sizes do not fit", () => {
      const short = ops.fromHost(f64(1));
      expect(() => ops.add(x, short)).toThrow(EngineError);
      expect(() => ops.add(x, short)).toThrow(/4 and 1 values/);
      expect(() => ops.scaleBlocks(x, f64(1), rows)).toThrow(/4 values with 1 coefficients, expected 4 values in 2/);
    });
  });
}

describeTensors("float32", float32Ops());
describeTensors("float64", float64Ops());

describe("block coefficients", () => {
  const ops = float32Ops();

  it("compute element by element", async () => {
    expect([...ops.addC(f64(1, 2), f64(3, 4))]).toEqual([4, 6]);
    expect([...ops.multiplyC(f64(1, 2), f64(3, 4))]).toEqual([3, 8]);
    expect([...ops.divideC(f64(1, 2), f64(2, 4))]).toEqual([0.5, 0.5]);
    expect([...ops.scaleC(f64(1, 2), 3)]).toEqual([3, 6]);
    expect([...ops.addScalarC(f64(1, 2), 3)]).toEqual([4, 5]);
    expect([...ops.sqrtC(f64(4, 9))]).toEqual([2, 3]);
    expect([...ops.greaterC(f64(1, 2, Number.NaN), 1)]).toEqual([0, 1, 0]);
    expect([...(await ops.blocksToHost(ops.blocksFromHost(f64(1, 2))))]).toEqual([1, 2]);
  });

  it("never let what is not selected in", () => {
    const nan = Number.NaN;
    expect([...ops.selectC(f64(1, 0), f64(7, nan), f64(nan, 8))]).toEqual([7, 8]);
  });

  it("hold float64 sums of float32 values", () => {
    // 2^24 + 1 is not a float32: a float32 accumulator would stay at 2^24.
    const x = f32(2 ** 12, 1);
    expect([...ops.dot(x, x, { size: 2, rows: 1 })]).toEqual([2 ** 24 + 1]);
  });
});

describe("tidy", () => {
  it("keeps what its result holds, however nested, and takes back the rest", () => {
    const ops = float32Ops();
    const x = f32(1, 2);
    const dropped: Float32Array[] = [];
    const result = ops.tidy(() => {
      dropped.push(ops.scale(x, 10));
      return { list: [ops.scale(x, 2)], map: new Map([["a", { deep: ops.scale(x, 3) }]]) };
    });
    const reused = ops.scale(x, 4);
    expect(reused).toBe(dropped[0]);
    expect([...result.list[0]!, ...result.map.get("a")!.deep]).toEqual([2, 4, 3, 6]);
  });

  it("gives the outer scope what the inner one kept", () => {
    const ops = float32Ops();
    let inner: Float32Array | undefined;
    ops.tidy(() => {
      inner = ops.tidy(() => ops.scale(f32(1), 2));
      expect([...ops.scale(f32(1), 5)]).toEqual([5]);
      expect([...inner]).toEqual([2]); // not yet reused
    });
    const reused = [ops.scale(f32(1), 6), ops.scale(f32(1), 7)];
    expect(reused).toContain(inner);
  });

  it("takes everything back when its work throws", () => {
    const ops = float32Ops();
    let made: Float32Array | undefined;
    const work = () =>
      ops.tidy(() => {
        made = ops.scale(f32(1), 2);
        throw new Error("stop");
      });
    expect(work).toThrow("stop");
    expect(ops.scale(f32(1), 3)).toBe(made);
  });

  it("hands a buffer freed inside it to one owner only", () => {
    const ops = float32Ops();
    const [first, second] = ops.tidy(() => {
      const freed = ops.scale(f32(1), 2);
      ops.free({ freed });
      return [ops.scale(f32(1), 3), ops.scale(f32(1), 4)];
    });
    expect([...first!, ...second!]).toEqual([3, 4]);
    expect([...ops.scale(f32(1), 5), ...first!]).toEqual([5, 3]);
  });

  it("does not hand out twice what was freed twice", () => {
    const ops = float32Ops();
    const x = ops.fromHost(f32(1));
    ops.free([x, x]);
    ops.free(x);
    expect(ops.fromHost(f32(2))).not.toBe(ops.fromHost(f32(3)));
  });
});

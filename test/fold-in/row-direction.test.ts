/** Rows of one length: by hand, and their slopes against finite differences. */
import { describe, expect, it } from "@jest/globals";
import { rowDirection } from "../../src/fold-in/row-direction.ts";

const part = { name: "userDot", start: 0, end: 2 };

function rowOf(free: readonly number[]): Float64Array {
  const row = new Float64Array(free.length);
  rowDirection(part, 10).rowOf(Float64Array.from(free), row);
  return row;
}

describe("a row of which the direction counts", () => {
  it("has its length whatever the numbers, beside a bias that is free", () => {
    // (3, 4) is of length 5.
    for (const [k, value] of rowOf([3, 4, 7]).entries()) expect(value).toBeCloseTo([6, 8, 7][k]!, 12);
    expect([...rowOf([0, 0, 7])]).toEqual([10, 0, 7]);
  });

  it("has the slopes of finite differences", () => {
    const [free, slopes] = [
      [3, 4, 7],
      [1.5, -0.5, 2],
    ] as const;
    const valueAt = (values: readonly number[]): number =>
      rowOf(values).reduce((sum, entry, i) => sum + slopes[i]! * entry, 0);
    const gradient = Float64Array.from(slopes);
    rowDirection(part, 10).pullBack(Float64Array.from(free), gradient);
    for (const i of free.keys()) {
      const moved = (change: number) => free.map((value, k) => (k === i ? value + change : value));
      // Central differences: error of order 1e-10.
      expect(gradient[i]).toBeCloseTo((valueAt(moved(1e-5)) - valueAt(moved(-1e-5))) / 2e-5, 8);
    }
  });

  it("curves as a value falls along the row: turning away from it costs", () => {
    // The value -(r1) at r = (10, 0): turned by t it is -10 cos(t / 10), whose second derivative at 0 is 1/10. The
    // gradient along the row, (-1, 0) . (10, 0) / 10^2 = -1/10.
    const curvature = new Float64Array(9);
    rowDirection(part, 10).addTurning(Float64Array.of(10, 0, 7), Float64Array.of(-1, 5, 3), curvature);
    const expected = [0.1, 0, 0, 0, 0.1, 0, 0, 0, 0];
    for (const [k, value] of curvature.entries()) expect(value).toBeCloseTo(expected[k]!, 12);
    // No help where the value rises along it.
    rowDirection(part, 10).addTurning(Float64Array.of(10, 0, 7), Float64Array.of(1, 5, 3), curvature);
    expect(curvature[0]).toBeCloseTo(0.1, 12);
  });
});

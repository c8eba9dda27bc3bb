/**
 * How near training comes to the direction of the largest margin, where that is known: one user's row, items held, is
 * logistic regression. With the exact direction as the oracle: the recorded margin is the classifier's, and what LAWN
 * ends at is as far from the best as its norm says.
 */
import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import { float64Ops } from "../../src/optimizer/arrays/float-ops.ts";
import { buildOptimizer } from "../../src/optimizer/build-optimizer.ts";
import type { OptimizerConfig } from "../../src/optimizer/optimizer-config.ts";
import { binaryCrossEntropy, sigmoid } from "../../src/ranker/loss.ts";
import type { RankerSpec } from "../../src/ranker/ranker-spec.ts";
import { measureProbe } from "../../src/training/probe-figures.ts";
import { dot, largestMargin } from "../support/engines/largest-margin.ts";
import { noPaths } from "../support/engines/no-paths.ts";
import { plainLawn } from "../support/engines/optimizer-cases.ts";

/** Items times labels. Nearest to 0 on the way from (2, 0) to (0, 1) is (.4, .8), of norm 2 / sqrt(5). */
const points = [
  [2, 0],
  [0, 1],
  [3, 3],
] as const;
const best = { direction: [1 / Math.sqrt(5), 2 / Math.sqrt(5)], margin: 2 / Math.sqrt(5) };
const sgd = { name: "sgd", weightDecay: 0 } as const;

describe("the direction of the largest margin", () => {
  it("is that of the hull's nearest point", () => {
    const found = largestMargin(points)!;
    expect(found.margin).toBeCloseTo(best.margin, 12);
    for (const [i, value] of found.direction.entries()) expect(value).toBeCloseTo(best.direction[i]!, 12);
    expect(largestMargin([...points, [-1, -1]])).toBeNull(); // 0 lies between (-1, -1) and (3, 3)
  });

  it("is beaten by no other, and the diagnostics record its margin", () => {
    const typical = Math.sqrt((4 + 1 + 18) / 3);
    expect(recordedMargin(best.direction) * typical).toBeCloseTo(best.margin, 12);
    fc.assert(
      fc.property(fc.double({ min: 0, max: 2 * Math.PI, noNaN: true }), (angle) => {
        const margin = recordedMargin([7 * Math.cos(angle), 7 * Math.sin(angle)]) * typical;
        expect(margin).toBeLessThanOrEqual(best.margin + 1e-12);
      }),
    );
  });
});

describe("training towards it", () => {
  it("under LAWN ends where the norm says: twice the norm, half the angle", () => {
    // On the circle of radius c, at an angle a from the best direction, the two nearest points have margins
    // m + sin(a) 4 / sqrt(5) and m - sin(a) / sqrt(5), m = cos(a) 2 / sqrt(5). The loss is stationary where the points
    // pull alike, 4 exp(-c m_1) = exp(-c m_2): c sqrt(5) sin(a) = ln 4, to the order of 1 / c^2.
    for (const norm of [10, 20, 40]) {
      const angle = angleToBest(trained({ from: scaledTo([1, 1], norm), steps: 200, lawn: true }));
      expect(Math.abs(angle * norm * Math.sqrt(5) - Math.log(4))).toBeLessThan(5 / norm);
    }
  });

  it("comes nearer in stages of doubled norm than free descent does in as many steps", () => {
    // Progressive rescaling (PRGD, Wang et al. 2023, arXiv:2311.14387): steps on a sphere, then a larger one.
    let row: readonly number[] = [1, 1];
    for (let stage = 0; stage < 10; stage++) {
      row = trained({ from: scaledTo(row, 2 ** stage), steps: 10, lawn: true });
    }
    expect(angleToBest(row)).toBeLessThan(0.002); // ln 4 / (sqrt(5) 512) = .0012
    expect(angleToBest(trained({ from: [1, 1], steps: 100, lawn: false }))).toBeGreaterThan(0.006);
  });
});

/** Of a ranker with this user row, these items, and labels that are all 1. */
function recordedMargin(row: readonly number[]): number {
  const spec: RankerSpec = { ...noPaths, users: 1, items: points.length, dot: 2 };
  const parameters = new Map([
    ["userDot", Float64Array.from(row)],
    ["itemDot", Float64Array.from(points.flat())],
    ["head.bias", new Float64Array(1)],
  ]);
  const labels = new Float32Array(points.length).fill(1);
  const items = Uint32Array.from(points.keys());
  const users = new Uint32Array(points.length);
  const batch = {
    kind: "pointwise",
    length: points.length,
    users,
    items,
    labels,
    weights: null,
    idDropout: null,
  } as const;
  const probe = { batch, userDeciles: new Uint8Array(1), itemDeciles: new Uint8Array(points.length) };
  const typicalUser = Math.hypot(...row); // the only user's row; the scale divides by it
  expect(measureProbe(spec, parameters, probe).margins.scale! / typicalUser).toBeCloseTo(Math.sqrt(23 / 3), 12);
  return measureProbe(spec, parameters, probe).margins.smallest!;
}

interface Course {
  readonly from: readonly number[];
  readonly steps: number;
  readonly lawn: boolean;
}

/** The row after steps of plain descent along the gradient over the loss, which does not fade as the loss does. */
function trained({ from, steps, lawn }: Course): readonly number[] {
  const config: OptimizerConfig = {
    base: sgd,
    lawn: lawn ? { ...plainLawn, switchAt: { kind: "step", step: 0 } } : null,
  };
  const info = { name: "userDot", shape: [1, 2], role: "embedding" } as const;
  const optimizer = buildOptimizer({ config, parameters: [info], ops: float64Ops() });
  let parameters: ReadonlyMap<string, Float64Array> = new Map([["userDot", Float64Array.from(from)]]);
  let memory = optimizer.init();
  for (let step = 0; step < steps; step++) {
    const row = [...parameters.get("userDot")!];
    const loss = points.reduce((sum, point) => sum + binaryCrossEntropy(dot(row, point), 1), 0);
    const slopes = points.map((point) => -sigmoid(-dot(row, point)) / loss); // sigmoid - 1 would lose its digits
    const gradient = Float64Array.from(row, (_, d) => points.reduce((sum, z, i) => sum + slopes[i]! * z[d]!, 0));
    const input = {
      parameters,
      gradients: new Map([["userDot", gradient]]),
      memory,
      learningRate: 0.5,
      rowsOfBatch: null,
    };
    ({ parameters, memory } = optimizer.step(input));
  }
  return [...parameters.get("userDot")!];
}

function scaledTo(row: readonly number[], norm: number): readonly number[] {
  return row.map((value) => (value * norm) / Math.hypot(...row));
}

function angleToBest([x, y]: readonly number[]): number {
  const [u, v] = best.direction as [number, number];
  return Math.abs(Math.atan2(x! * v - y! * u, x! * u + y! * v));
}

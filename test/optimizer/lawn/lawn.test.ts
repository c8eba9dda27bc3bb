import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import { float32Ops, float64Ops } from "../../../src/optimizer/arrays/float-ops.ts";
import { baseRule } from "../../../src/optimizer/build-optimizer.ts";
import { lawnOptimizer } from "../../../src/optimizer/lawn/lawn.ts";
import type { BaseOptimizerConfig, LawnConfig } from "../../../src/optimizer/optimizer-config.ts";
import { exportState } from "../../../src/optimizer/optimizer-transfer.ts";
import type { BaseRule } from "../../../src/optimizer/rules/transform.ts";
import type { ParameterInfo } from "../../../src/ranker/ranker-spec.ts";
import { expectValues } from "../../support/engines/one-tensor.ts";
import {
  advance,
  baseCases,
  isForRule,
  plainLawn,
  type Run,
  smallRanker,
  startRun,
} from "../../support/engines/optimizer-cases.ts";

const sgd = { name: "sgd", weightDecay: 0 } as const;
const momentum = { name: "momentum", momentum: 0.5, weightDecay: 0 } as const;
const adam = { name: "adam", beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weightDecay: 0 } as const;
const lamb = { ...adam, name: "lamb" } as const;
const lawnSgd = { base: sgd, lawn: plainLawn };
const f64 = (...values: number[]) => Float64Array.from(values);

/** One weight named head.weight, in float64. */
function headRun(lawn: LawnConfig, weight: readonly number[], base: BaseOptimizerConfig = sgd) {
  return startRun({
    config: { base, lawn },
    ops: float64Ops(),
    parameters: [{ name: "head.weight", shape: [weight.length], role: "head" }],
    weights: new Map([["head.weight", Float64Array.from(weight)]]),
  });
}

type HeadRun = ReturnType<typeof headRun>;

function stepOnce(run: HeadRun, gradient: readonly number[], learningRate: number): HeadRun {
  const gradients = new Map([["head.weight", Float64Array.from(gradient)]]);
  return { ...run, at: run.optimizer.step({ ...run.at, gradients, learningRate, rowsOfBatch: null }) };
}

const headOf = (run: HeadRun) => run.at.parameters.get("head.weight")!;
const numbersOf = async <A, C>({ ops, at }: Run<A, C>) => (await exportState(ops, at.memory)).numbers;

describe("a constrained step", () => {
  it("moves along the sphere: project, step, retract", () => {
    // w = [3, 4], g = [7, 1]: P(g) = [4, -3]; w - 0.5 P(g) = [1, 5.5], norm sqrt(31.25); times 5 / 5.5901699437
    const after = headOf(stepOnce(headRun(plainLawn, [3, 4]), [7, 1], 0.5));
    expectValues(after, [0.894427191, 4.9193495505]);
  });

  it("turns by atan(rate ||u|| / c)", () => {
    const after = headOf(stepOnce(headRun(plainLawn, [3, 4]), [7, 1], 0.5));
    // ||u|| = ||[4, -3]|| = 5, c = 5
    expect(angleBetween(f64(3, 4), after)).toBeCloseTo(Math.atan(0.5), 12);
  });

  it("moves the velocity to the tangent space before it is updated", () => {
    const first = stepOnce(headRun(plainLawn, [3, 4], momentum), [7, 1], 0.5);
    // The velocity [4, -3] was tangent at [3, 4]; the next step's starts from its part that is tangent at w now.
    const w = headOf(first);
    const share = (4 * w[0]! - 3 * w[1]!) / 25;
    const carried = [4 - share * w[0]!, -3 - share * w[1]!];
    const second = stepOnce(first, [0, 0], 0.5);
    const velocity = second.at.memory.slots.get("head.weight")!.velocity!;
    expectValues(velocity, [0.5 * carried[0]!, 0.5 * carried[1]!]);
  });

  it("turns every layer by atan(rate) under LAMB, whose step is as long as its weight", () => {
    const run = startRun({ config: { base: lamb, lawn: plainLawn }, ops: float64Ops() });
    const rate = 0.03;
    const gradients = new Map(
      smallRanker.map(({ name }) => [name, run.at.parameters.get(name)!.map((w, i) => Math.cos(3 * i) - 0.3 * w)]),
    );
    const after = run.optimizer.step({ ...run.at, gradients, learningRate: rate, rowsOfBatch: null }).parameters;
    for (const { name, role } of smallRanker) {
      if (role === "bias") continue;
      const angle = angleBetween(run.at.parameters.get(name)!, after.get(name)!);
      expect(angle).toBeCloseTo(Math.atan(rate), 12);
    }
  });

  it("is Hyperball over Adam under LAMB without projections: update and weight both have the norm of the start", () => {
    // Wen et al. 2026 (arXiv 2606.16899): W <- R Normalize(W - rate R Normalize(u)). Adam's first u is [1, 1] whatever
    // the gradient's size, R = 5: [3, 4] - 0.1 x 5 [1, 1] / sqrt(2), brought back to 5.
    const after = headOf(stepOnce(headRun({ ...plainLawn, project: "none" }, [3, 4], lamb), [7, 1], 0.1));
    expect(after[0]).toBeCloseTo(2.936854432, 7); // epsilon, 1e-8, is left out by hand
    expect(after[1]).toBeCloseTo(4.046589434, 7);
  });

  it("hands tangent directions to the retraction, and norms that never drift, in float32", async () => {
    for (const { base } of baseCases) {
      const ops = float32Ops();
      const { rule, largestCosine } = watched(baseRule(base, ops));
      const start = startRun({ config: lawnSgd, ops });
      const lawn: LawnConfig = isForRule(base, plainLawn) ? plainLawn : { ...plainLawn, granularity: "row" };
      const optimizer = lawnOptimizer({ rule, parameters: smallRanker, ops }, lawn);
      const parameters = start.at.parameters;
      const run = { ops, optimizer, at: { parameters, memory: optimizer.init() } };
      await advance(run, 300);
      // float32 rounds each component of u by 6e-8 of itself
      expect(largestCosine()).toBeLessThan(1e-6);
      expect(largestCosine()).toBeGreaterThan(0); // it did see steps
    }
  });

  it("differs between projections both and gradient by the square of the rate", () => {
    // Two uneven gradients, so that Adam's preconditioning leaves the tangent space.
    const differenceAt = (rate: number): number => {
      const [both, gradient] = (["both", "gradient"] as const).map((project) => {
        const run = headRun({ ...plainLawn, project }, [1, 2, -2, 0.5], adam);
        return headOf(stepOnce(stepOnce(run, [3, -1, 0.2, 1], 1e-9), [0.1, 2, 1, -3], rate));
      });
      return Math.hypot(...both!.map((value, i) => value - gradient![i]!));
    };
    // A tenth of the rate gives a hundredth of the difference, up to terms of the next order.
    expect(differenceAt(1e-2) / differenceAt(1e-3)).toBeGreaterThan(80);
    expect(differenceAt(1e-2) / differenceAt(1e-3)).toBeLessThan(120);
    expect(differenceAt(1e-3) / differenceAt(1e-4)).toBeCloseTo(100, -1);
  });

  it("only retracts when nothing is projected", () => {
    // w - 0.5 g = [-0.5, 3.5], norm sqrt(12.5); times 5 / 3.5355339059: -1 / sqrt(2) and 7 / sqrt(2)
    const after = headOf(stepOnce(headRun({ ...plainLawn, project: "none" }, [3, 4]), [7, 1], 0.5));
    expectValues(after, [-Math.SQRT1_2, 4.9497474683]);
  });

  it("keeps the norm whatever gradient and rate come", () => {
    const value = fc.double({ min: -1e3, max: 1e3, noNaN: true });
    const pairs = fc.array(fc.tuple(value, value), { minLength: 1, maxLength: 20 });
    fc.assert(
      fc.property(pairs, fc.double({ min: 0, max: 100, noNaN: true }), (both, rate) => {
        const weight = both.map(([w]) => w);
        const gradient = both.map(([, g]) => g);
        const norm = Math.hypot(...weight);
        const after = Math.hypot(...headOf(stepOnce(headRun(plainLawn, weight), gradient, rate)));
        // A block of norm below 1e-12 stays as it is; any other is retracted, with a few roundings of 1.1e-16.
        expect(Math.abs(after - norm)).toBeLessThanOrEqual(1e-14 * norm);
      }),
    );
  });
});

describe("the switch by step", () => {
  it("takes the norms of its moment and says when it was", async () => {
    const run = headRun({ ...plainLawn, switchAt: { kind: "step", step: 1 } }, [3, 4]);
    expect((await numbersOf(run))["lawn.switchedAt"]).toBe(-1);
    const free = stepOnce(run, [-3, -4], 1); // to [6, 8]
    expect((await numbersOf(free))["lawn.switchedAt"]).toBe(-1);
    const constrained = stepOnce(free, [1, 0], 1);
    expect((await numbersOf(constrained))["lawn.switchedAt"]).toBe(1);
    const state = await exportState(run.ops, constrained.at.memory);
    expectValues(state.tensors.get("lawn.target/head.weight"), [10]);
    expectValues(state.tensors.get("lawn.constrained/head.weight"), [1]);
  });

  it("carries the base's state over, or starts it afresh with its own count of steps", () => {
    const gradients = [
      [1, 0.5],
      [0.2, -1],
    ];
    const start = (state: LawnConfig["state"]) =>
      stepOnce(
        headRun({ ...plainLawn, state, switchAt: { kind: "step", step: 1 } }, [3, 4], adam),
        gradients[0]!,
        0.01,
      );
    const fromReset = stepOnce(start("reset"), gradients[1]!, 0.01);
    const fromKept = stepOnce(start("keep"), gradients[1]!, 0.01);
    // Reset is what a run would do that began, constrained, where this one switches.
    const anew = stepOnce(headRun(plainLawn, [...headOf(start("reset"))], adam), gradients[1]!, 0.01);
    expect(headOf(fromReset)).toEqual(headOf(anew));
    expect(headOf(fromKept)).not.toEqual(headOf(anew));
  });

  it("freezes and counts blocks that are 0", async () => {
    const rowsOf = { name: "userGmf", shape: [3, 2], role: "embedding" } as const satisfies ParameterInfo;
    const start = startRun({
      config: { base: adam, lawn: { ...plainLawn, granularity: "row" } },
      ops: float64Ops(),
      parameters: [rowsOf],
      weights: new Map([["userGmf", f64(0, 0, 3, 4, 1e-13, 0)]]),
    });
    const later = await advance(start, 5);
    const after = later.at.parameters.get("userGmf")!;
    expect([...after.subarray(0, 2), ...after.subarray(4)]).toEqual([0, 0, 1e-13, 0]);
    expect(Math.hypot(...after.subarray(2, 4))).toBeCloseTo(5, 12);
    expect(after[2]).not.toBe(3);
    expect(await numbersOf(later)).toMatchObject({ "lawn.zeroBlocks": 2, "lawn.keptBlocks": 0 });
  });
});

describe("trouble", () => {
  it("is not hidden: a gradient that is not a number reaches the weight", () => {
    const after = headOf(stepOnce(headRun(plainLawn, [3, 4]), [Number.NaN, 1], 0.5));
    expect([...after].some(Number.isNaN)).toBe(true);
  });
});

/** 2 atan(|a^ - b^| / |a^ + b^|): Kahan's formula, exact for small angles, where acos is not. */
function angleBetween(a: ArrayLike<number>, b: ArrayLike<number>): number {
  const unit = (x: ArrayLike<number>) => Float64Array.from(x, (value) => value / Math.hypot(...Array.from(x)));
  const [p, q] = [unit(a), unit(b)];
  const minus = Math.hypot(...p.map((value, i) => value - q[i]!));
  const plus = Math.hypot(...p.map((value, i) => value + q[i]!));
  return 2 * Math.atan2(minus, plus);
}

/** The same rule, noting |cos(w, u)| of every direction LAWN is about to step along. */
function watched(rule: BaseRule<Float32Array>): { rule: BaseRule<Float32Array>; largestCosine: () => number } {
  let largest = 0;
  const rescale = (direction: Float32Array, weight: Float32Array, info: ParameterInfo): Float32Array => {
    if (info.role !== "bias") {
      const dot = direction.reduce((sum, value, i) => sum + value * weight[i]!, 0);
      const cosine = Math.abs(dot) / (Math.hypot(...direction) * Math.hypot(...weight));
      if (Number.isFinite(cosine)) largest = Math.max(largest, cosine);
    }
    return rule.rescale?.(direction, weight, info) ?? direction;
  };
  return { rule: { ...rule, rescale }, largestCosine: () => largest };
}

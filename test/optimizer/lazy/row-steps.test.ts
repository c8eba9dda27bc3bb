/** What a lazy rule promises of the rows of a batch, and of those that are absent from it. */
import { describe, expect, it } from "@jest/globals";
import { denseRuleOf, isLazyRule } from "../../../src/config/optimizer/rule-table.ts";
import { float32Ops, float64Ops } from "../../../src/optimizer/arrays/float-ops.ts";
import type { BaseOptimizerConfig, LawnConfig, OptimizerConfig } from "../../../src/optimizer/optimizer-config.ts";
import { denseConfigOf } from "../../../src/optimizer/optimizer-config.ts";
import { exportState, importState } from "../../../src/optimizer/optimizer-transfer.ts";
import { expectValues } from "../../support/engines/one-tensor.ts";
import { baseCases, plainLawn, startRun } from "../../support/engines/optimizer-cases.ts";
import { expectSameBits } from "../../support/engines/same-bits.ts";

const lazyAdam = { name: "lazy-adam", beta1: 0.5, beta2: 0.75, epsilon: 1, weightDecay: 0 } as const;
const parameters = [
  { name: "userDot", shape: [2, 2], role: "embedding" as const },
  { name: "head.bias", shape: [1], role: "bias" as const },
];
const byRows: LawnConfig = { ...plainLawn, granularity: "row" };

/** One user is in every batch, the other in those of `visits`; each weight has its own gradient. */
function trained(config: OptimizerConfig, steps: number, visits: readonly number[], gradientOf = gradientAt) {
  const ops = float64Ops();
  const weights = new Map([
    ["userDot", Float64Array.of(0.4, -0.8, 0.6, 1.1)],
    ["head.bias", Float64Array.of(0.2)],
  ]);
  const run = startRun({ config, ops, parameters, weights });
  let { at } = run;
  for (let step = 0; step < steps; step++) {
    const isThere = visits.includes(step);
    const gradient = gradientOf(step);
    const gradients = new Map([
      ["userDot", Float64Array.of(gradient, 0.3, isThere ? -gradient : 0, isThere ? 0.7 : 0)],
      ["head.bias", Float64Array.of(gradient)],
    ]);
    const rowsOfBatch = { users: Float64Array.of(1, isThere ? 1 : 0), items: new Float64Array(0) };
    at = run.optimizer.step({ ...at, gradients, learningRate: 0.1, rowsOfBatch });
  }
  return { ...run, at };
}

const gradientAt = (step: number): number => Math.cos(1 + step);
const everyStep = (steps: number): number[] => Array.from({ length: steps }, (_, step) => step);
const lazyCases = baseCases.filter(({ label }) => isLazyRule(label));

describe("lazy Adam", () => {
  it("decays the moments of a row that was absent before it takes the step, and counts all steps", () => {
    const { at } = trained({ base: lazyAdam, lawn: null }, 3, [0, 2], () => 2);
    // The second user's first weight, g = -2 at steps 1 and 3, absent from step 2.
    // Step 1: m = 0.5 (-2) = -1, v = 0.25 (4) = 1; mh = -1 / 0.5 = -2, vh = 1 / 0.25 = 4; w = 0.6 + 0.1 (2 / 3)
    // Step 3: m = 0.5 (0.5 (-1)) - 1 = -1.25, v = 0.75 (0.75 (1)) + 1 = 1.5625
    //         mh = -1.25 / (1 - 0.125), vh = 1.5625 / (1 - 0.421875)
    const step = 1.25 / 0.875 / (Math.sqrt(1.5625 / 0.578125) + 1);
    expectValues(at.parameters.get("userDot")!.subarray(2, 3), [0.6 + 0.2 / 3 + 0.1 * step]);
    expectValues(at.memory.slots.get("userDot")!.m!.subarray(2, 3), [-1.25]);
    expectValues(at.memory.slots.get("userDot")!.v!.subarray(2, 3), [1.5625]);
    expect([...at.memory.lastSteps!.users]).toEqual([3, 3]);
  });
});

describe("a lazy rule without momentum", () => {
  it.each([
    { base: { ...lazyAdam, beta1: 0 }, kept: ["v"], counts: true },
    { base: { name: "lazy-momentum", momentum: 0, weightDecay: 0 }, kept: [], counts: false },
  ] as const)("remembers no velocity, of which a step leaves nothing: $base.name", ({ base, kept, counts }) => {
    for (const lawn of [null, byRows]) {
      const { memory } = trained({ base, lawn }, 3, [0, 2]).at;
      expect([...memory.slots.values()].map((slots) => Object.keys(slots))).toEqual([kept, kept]);
      expect(memory.lastSteps !== null).toBe(counts);
    }
  });
});

/** Whose rows are stepped as the dense rule's are: row-wise AdaGrad has a sum a row, and its own test. */
const likeDense = lazyCases.filter(({ base }) => base.name !== "rowwise-adagrad");

describe.each(likeDense)("$label beside its dense rule", ({ base }) => {
  const dense = denseConfigOf(base);

  it.each([null, byRows])("is it, bit for bit, where every row is in every batch (LAWN: %j)", (lawn) => {
    const own = trained({ base, lawn }, 6, everyStep(6));
    const other = trained({ base: dense, lawn }, 6, everyStep(6));
    expectSameBits(own.at.parameters, other.at.parameters);
    for (const [name, slots] of own.at.memory.slots) {
      for (const [slot, values] of Object.entries(slots)) {
        expect(values).toEqual(other.at.memory.slots.get(name)![slot]);
      }
    }
  });

  it("catches up on k steps as k steps without a gradient would have moved the slots", () => {
    const idle = trained({ base: dense, lawn: null }, 9, [0, 1, 8]);
    const lazy = trained({ base, lawn: null }, 9, [0, 1, 8]);
    for (const [slot, values] of Object.entries(lazy.at.memory.slots.get("userDot")!)) {
      expectValues(idle.at.memory.slots.get("userDot")![slot], [...values]);
    }
  });
});

describe.each(lazyCases)("$label", ({ label, base }) => {
  it("keeps an absent row as it is, to the bit, and moves the others and what all share", () => {
    const [before, after] = [3, 4].map((steps) => trained({ base, lawn: null }, steps, [0, 1, 2]));
    expect(rowOf(after!, 1)).toEqual(rowOf(before!, 1));
    expect(rowOf(after!, 0).weight).not.toEqual(rowOf(before!, 0).weight);
    expect(after!.at.parameters.get("head.bias")).not.toEqual(before!.at.parameters.get("head.bias"));
  });

  it("keeps an absent row's weights, norm and tangent velocity under LAWN by rows", () => {
    const [before, after] = [5, 9].map((steps) => trained({ base, lawn: byRows }, steps, [0, 1, 2, 3, 4]));
    expect(rowOf(after!, 1)).toEqual(rowOf(before!, 1));
    const { weight, slots } = rowOf(trained({ base, lawn: byRows }, 12, [0, 1, 2, 3, 4, 10]), 1);
    expect(Math.hypot(...weight)).toBeCloseTo(Math.hypot(0.6, 1.1), 12);
    const velocity = slots.m ?? slots.velocity ?? [0, 0];
    // Tangent at the weights before the last step; that step turned them by a little.
    const { weight: was } = rowOf(trained({ base, lawn: byRows }, 10, [0, 1, 2, 3, 4]), 1);
    expect(velocity[0]! * was[0]! + velocity[1]! * was[1]!).toBeCloseTo(0, 12);
  });

  it("switches by norm where a row is in the batch", () => {
    const lawn: LawnConfig = { ...byRows, switchAt: { kind: "norm", norm: 1 } };
    const absent = trained({ base, lawn }, 2, []).at.memory.lawn!.groups.get("userDot")!;
    expect([...absent.constrained]).toEqual([0, 0]); // norms 0.89, and 1.25 of the absent row
    const present = trained({ base, lawn }, 3, [2]).at.memory.lawn!.groups.get("userDot")!;
    expect(present.constrained[1]).toBe(1);
    expect(present.target[1]).toBe(Math.hypot(0.6, 1.1));
  });

  it("resumes bit for bit from its exported state, rows still absent", async () => {
    const visits = [0, 1, 7];
    const config = { base, lawn: null };
    const ops = float32Ops();
    const start = startRun({ config, ops, parameters });
    const stepOf = (at: typeof start.at, step: number) =>
      start.optimizer.step({
        ...at,
        gradients: new Map([
          ["userDot", Float32Array.of(gradientAt(step), 1, visits.includes(step) ? 0.4 : 0, 0)],
          ["head.bias", Float32Array.of(0.1)],
        ]),
        learningRate: 0.1,
        rowsOfBatch: { users: Float64Array.of(1, visits.includes(step) ? 1 : 0), items: new Float64Array(0) },
      });
    let at = start.at;
    for (let step = 0; step < 4; step++) at = stepOf(at, step);
    let resumed = { ...at, memory: importState(ops, start.optimizer, await exportState(ops, at.memory)) };
    for (let step = 4; step < 9; step++) {
      at = stepOf(at, step);
      resumed = stepOf(resumed, step);
    }
    expectSameBits(resumed.parameters, at.parameters);
    const [found, expected] = [await exportState(ops, resumed.memory), await exportState(ops, at.memory)];
    expectSameBits(found.tensors, expected.tensors);
    expect(expected.tensors.has("lastStep/users")).toBe(label !== "rowwise-adagrad");
  });

  it("is to be told which rows the batch looks up", () => {
    const { optimizer, at } = startRun({ config: { base, lawn: null }, ops: float32Ops(), parameters });
    const gradients = new Map([...at.parameters].map(([name, values]) => [name, values]));
    expect(() => optimizer.step({ ...at, gradients, learningRate: 0.1, rowsOfBatch: null })).toThrow(RangeError);
  });
});

it("is every rule with a dense one of the same settings", () => {
  expect(lazyCases.map(({ label }) => [label, denseRuleOf(label)])).toEqual([
    ["lazy-adam", "adam"],
    ["lazy-momentum", "momentum"],
    ["rowwise-adagrad", "adagrad"],
  ]);
});

describe("a state of a lazy rule", () => {
  it("is refused where a row is ahead of the optimizer", async () => {
    const { ops, optimizer, at } = trained(
      { base: lazyAdam, lawn: null } as { base: BaseOptimizerConfig; lawn: null },
      3,
      [0, 1, 2],
    );
    const { tensors, numbers } = await exportState(ops, at.memory);
    const ahead = new Map(tensors).set("lastStep/users", Float64Array.of(3, 4));
    expect(() => importState(ops, optimizer, { tensors: ahead, numbers })).toThrow(
      'optimizer state: "lastStep/users" has 4 at row 1, expected a whole number from 0 to the 3 steps done',
    );
  });
});

function rowOf({ at }: ReturnType<typeof trained>, row: number) {
  const slots = Object.entries(at.memory.slots.get("userDot")!).map(([name, values]) => {
    const width = values.length / 2;
    return [name, [...values.subarray(row * width, (row + 1) * width)]];
  });
  return {
    weight: [...at.parameters.get("userDot")!.subarray(2 * row, 2 * row + 2)],
    slots: Object.fromEntries(slots) as Record<string, number[]>,
    last: at.memory.lastSteps === null ? null : at.memory.lastSteps.users[row],
  };
}

/**
 * What every optimizer promises, alone and under LAWN with each of its switches: a row in
 * config/optimizer/rule-table.ts is enough.
 */
import { isDeepStrictEqual } from "node:util";
import { describe, expect, it } from "@jest/globals";
import { ruleOf } from "../../src/config/optimizer/rule-table.ts";
import { float32Ops } from "../../src/optimizer/arrays/float-ops.ts";
import type { BaseOptimizerConfig, LawnConfig, OptimizerConfig } from "../../src/optimizer/optimizer-config.ts";
import type { OptimizerState } from "../../src/optimizer/optimizer-state.ts";
import { exportState, importState } from "../../src/optimizer/optimizer-transfer.ts";
import { releaseReplaced } from "../../src/optimizer/release-replaced.ts";
import type { StepOutput } from "../../src/optimizer/rules/transform.ts";
import { sizeOf } from "../../src/ranker/ranker-spec.ts";
import { once } from "../support/engines/once.ts";
import {
  advance,
  baseCases,
  isForRule,
  lawnCases,
  pullGradient,
  type Run,
  rowMasks,
  smallRanker,
  someWeights,
  startRun,
  type Weights,
} from "../support/engines/optimizer-cases.ts";

type HostRun = Run<Float32Array, Float64Array>;
const start = (config: OptimizerConfig, weights?: Weights): HostRun =>
  startRun({ config, ops: float32Ops(), ...(weights === undefined ? {} : { weights }) });

const switchingAt = (lawn: LawnConfig, step: number): LawnConfig => ({ ...lawn, switchAt: { kind: "step", step } });
const lawnRows = baseCases.flatMap(({ label, base }) =>
  lawnCases
    .filter(({ lawn }) => isForRule(base, lawn))
    .map((row) => ({ label: `lawn(${label}), ${row.label}`, base, lawn: row.lawn })),
);
const rows: readonly { label: string; config: OptimizerConfig }[] = [
  ...baseCases.map(({ label, base }) => ({ label, config: { base, lawn: null } })),
  ...baseCases.map(({ label, base }) => ({
    label: `${label} with weight decay`,
    config: { base: { ...base, weightDecay: 0.01 }, lawn: null },
  })),
  ...lawnRows.map(({ label, base, lawn }) => ({ label, config: { base, lawn: switchingAt(lawn, 3) } })),
  ...baseCases.map(({ label, base }) => ({
    label: `lawn(${label}), by norm`,
    config: { base, lawn: { ...lawnCases[4]!.lawn, switchAt: { kind: "norm" as const, norm: 0.5 } } },
  })),
];

describe.each(rows)("$label", ({ config }) => {
  const eightSteps = once(async () => hostCopy(await advance(start(config), 8)));

  it("starts with slots of zeros, one per parameter", async () => {
    const run = start(config);
    const state = await exportState(run.ops, run.at.memory);
    const slots = [...state.tensors].filter(([name]) => !/^lawn\.|^lastStep/.test(name));
    expect(slots).toHaveLength(run.optimizer.slots.length * smallRanker.length);
    for (const [, values] of slots) expect(values.every((value) => value === 0)).toBe(true);
    expect(state.numbers.step).toBe(0);
  });

  it("gives the same bits for the same steps, and leaves its arguments alone", async () => {
    const begun = start(config);
    const before = await hostCopy(begun);
    const after = await hostCopy(await advance(begun, 8));
    expect(await hostCopy(begun)).toEqual(before);
    expect(await eightSteps()).toEqual(after);
    expect(after.parameters).not.toEqual(before.parameters);
  });

  it("resumes from its exported state bit for bit, before and after a switch", async () => {
    const path = [start(config)];
    for (let step = 0; step < 11; step++) path.push(await advance(path.at(-1)!, 1));
    for (const steps of [2, 3, 6]) {
      const first = path[steps]!;
      const state = await exportState(first.ops, first.at.memory);
      const resumed = start(config, await parametersOnHost(first.at));
      const memory = importState(resumed.ops, resumed.optimizer, state);
      const continued = await advance({ ...resumed, at: { ...resumed.at, memory } }, 5);
      expect(await hostCopy(continued)).toEqual(await hostCopy(path[steps + 5]!));
    }
  });

  it("gives the same bits when the arrays of past steps are reused", async () => {
    const { optimizer, ops, at } = start(config);
    let now = at;
    for (let step = 0; step < 8; step++) {
      const gradients = new Map([...now.parameters].map(([name, w]) => [name, ops.fromHost(pullGradient(w, step))]));
      const rowsOfBatch = rowMasks({ optimizer, ops, at }, step);
      const after = optimizer.step({ ...now, gradients, learningRate: 0.01, rowsOfBatch });
      releaseReplaced(ops, now, after);
      ops.free(gradients);
      now = after;
    }
    expect(await hostCopy({ optimizer, ops, at: now })).toEqual(await eightSteps());
  });

  it("stays finite from weights of 0", async () => {
    const zeros = new Map(smallRanker.map(({ name, shape }) => [name, new Float32Array(sizeOf(shape))]));
    const { parameters, state } = await hostCopy(await advance(start(config, zeros), 8));
    for (const values of [...parameters.values(), ...state.tensors.values()]) {
      expect(values.every(Number.isFinite)).toBe(true);
    }
  });
});

/** Where each step moved the norms on by one rounding of 6e-8, they would be off by more than 1e-6. */
const CONSTRAINED_STEPS = 30;

/** Of bases by themselves; the rows of LAWN's switches share it. */
const freeRuns = new Map<string, Promise<HostRun>>();
function freeRun(base: BaseOptimizerConfig, steps: number): Promise<HostRun> {
  const key = `${JSON.stringify(base)} ${steps}`;
  const run = freeRuns.get(key) ?? advance(start({ base, lawn: null }), steps);
  freeRuns.set(key, run);
  return run;
}

describe.each(lawnRows)("$label", ({ base, lawn }) => {
  it("is its base, bit for bit, until the switch and not after it", async () => {
    const free = await freeRun(base, 5);
    const beforeSwitch = await advance(start({ base, lawn: switchingAt(lawn, 5) }), 5);
    expect(await withoutLawn(beforeSwitch)).toEqual(await withoutLawn(free));
    expect((await advance(beforeSwitch, 1)).at.parameters).not.toEqual((await advance(free, 1)).at.parameters);
  });

  it("is its base throughout when it never switches", async () => {
    const never = await advance(start({ base, lawn: switchingAt(lawn, Number.POSITIVE_INFINITY) }), 8);
    const unreached: LawnConfig = { ...lawn, state: "keep", switchAt: { kind: "norm", norm: 1e6 } };
    const free = await withoutLawn(await freeRun(base, 8));
    expect(await withoutLawn(never)).toEqual(free);
    expect(await withoutLawn(await advance(start({ base, lawn: unreached }), 8))).toEqual(free);
  });

  it("holds every constrained norm where the switch found it", async () => {
    const atSwitch = await advance(start({ base, lawn: switchingAt(lawn, 5) }), 5);
    const later = await advance(atSwitch, CONSTRAINED_STEPS);
    const targets = blockNorms(atSwitch);
    const norms = blockNorms(later);
    expect(norms).toHaveLength(targets.length);
    for (const [i, norm] of norms.entries()) {
      // float32 rounds each of a handful of values by at most 6e-8 of itself, afresh each step
      expect(Math.abs(norm / targets[i]! - 1)).toBeLessThan(1e-6);
    }
    expect(later.at.memory.lawn?.switchedAt).toBe(5);
  });
});

describe.each(baseCases)("weight decay of $label", ({ label, base }) => {
  it("joins what its row in the table says: slots see it in the gradient, and not in the direction", async () => {
    const { slots, settings } = ruleOf(label);
    const stateWith = async (weightDecay: number) =>
      hostCopy(await advance(start({ base: { ...base, weightDecay }, lawn: null }), 1));
    const [without, decayed] = [await stateWith(0), await stateWith(0.5)];
    expect(decayed.parameters).not.toEqual(without.parameters);
    const isSeen = slots.length > 0 && settings.weightDecay.joins === "gradient";
    expect({ isSeen: !isDeepStrictEqual(decayed.state, without.state) }).toEqual({ isSeen });
  });
});

interface HostCopy {
  readonly parameters: Weights;
  readonly state: OptimizerState;
}

async function hostCopy(run: HostRun): Promise<HostCopy> {
  return { parameters: await parametersOnHost(run.at), state: await exportState(run.ops, run.at.memory) };
}

async function withoutLawn(run: HostRun): Promise<HostCopy> {
  const { parameters, state } = await hostCopy(run);
  const tensors = new Map([...state.tensors].filter(([name]) => !name.startsWith("lawn.")));
  return { parameters, state: { tensors, numbers: { step: state.numbers.step! } } };
}

async function parametersOnHost(at: StepOutput<Float32Array, Float64Array>): Promise<Weights> {
  return new Map([...at.parameters].map(([name, values]) => [name, values.slice()]));
}

/** The norm of every block, worked out apart from the code under test. */
function blockNorms({ optimizer, at }: HostRun): number[] {
  return optimizer.groups.flatMap(({ rows: blocks, members }) =>
    Array.from({ length: blocks }, (_, row) => {
      const pieces = members.map(({ info }) => {
        const values = at.parameters.get(info.name)!;
        const width = values.length / blocks;
        return Math.hypot(...values.subarray(row * width, (row + 1) * width));
      });
      return Math.hypot(...pieces);
    }),
  );
}

it("runs on weights that are not 0, so that every norm means something", () => {
  for (const values of someWeights(smallRanker).values()) expect(values.every((value) => value !== 0)).toBe(true);
});

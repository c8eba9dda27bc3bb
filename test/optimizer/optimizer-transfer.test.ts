import { describe, expect, it } from "@jest/globals";
import { DataError } from "../../src/errors.ts";
import { float32Ops } from "../../src/optimizer/arrays/float-ops.ts";
import type { OptimizerConfig } from "../../src/optimizer/optimizer-config.ts";
import type { OptimizerState } from "../../src/optimizer/optimizer-state.ts";
import { exportState, importState } from "../../src/optimizer/optimizer-transfer.ts";
import { parametersOf } from "../../src/ranker/ranker-spec.ts";
import { noPaths } from "../support/engines/no-paths.ts";
import { advance, plainLawn, startRun } from "../support/engines/optimizer-cases.ts";

const parameters = parametersOf({ ...noPaths, users: 2, items: 3, gmf: 2 });
const adam = { name: "adam", beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weightDecay: 0 } as const;
const lawnAdam: OptimizerConfig = { base: adam, lawn: { ...plainLawn, granularity: "row" } };
const run = (config: OptimizerConfig, weights?: ReadonlyMap<string, Float32Array>) =>
  startRun({ config, parameters, ops: float32Ops(), ...(weights === undefined ? {} : { weights }) });

describe("exportState", () => {
  it("names slots by parameter, and LAWN's blocks by group", async () => {
    const { ops, at } = await advance(run(lawnAdam), 2);
    const state = await exportState(ops, at.memory);
    expect([...state.tensors].map(([name, values]) => `${name} ${values.constructor.name} ${values.length}`)).toEqual([
      "m/userGmf Float32Array 4",
      "v/userGmf Float32Array 4",
      "m/itemGmf Float32Array 6",
      "v/itemGmf Float32Array 6",
      "m/head.weight Float32Array 2",
      "v/head.weight Float32Array 2",
      "m/head.bias Float32Array 1",
      "v/head.bias Float32Array 1",
      "lawn.target/userGmf Float64Array 2",
      "lawn.constrained/userGmf Float64Array 2",
      "lawn.target/itemGmf Float64Array 3",
      "lawn.constrained/itemGmf Float64Array 3",
      "lawn.target/head.weight Float64Array 1",
      "lawn.constrained/head.weight Float64Array 1",
    ]);
    expect(state.numbers).toEqual({ step: 2, "lawn.switchedAt": 0, "lawn.zeroBlocks": 0, "lawn.keptBlocks": 0 });
  });

  it("has nothing of LAWN for a plain optimizer", async () => {
    const { ops, at } = await advance(run({ base: adam, lawn: null }), 1);
    const state = await exportState(ops, at.memory);
    expect(state.numbers).toEqual({ step: 1 });
    expect([...state.tensors.keys()].filter((name) => name.startsWith("lawn."))).toEqual([]);
  });

  it("goes on counting kept blocks after an import", async () => {
    // w = 1 with gradient 1 and rate 1, unprojected: the step leads to 0, so the block is kept where it is.
    const config: OptimizerConfig = {
      base: { name: "sgd", weightDecay: 0 },
      lawn: { ...plainLawn, project: "none" },
    };
    const info = [{ name: "head.weight", shape: [1], role: "head" }] as const;
    const weights = new Map([["head.weight", Float32Array.of(1)]]);
    const first = startRun({ config, parameters: info, weights, ops: float32Ops() });
    const stepOnto0 = (memory: typeof first.at.memory) =>
      first.optimizer.step({
        parameters: first.at.parameters,
        gradients: weights,
        memory,
        learningRate: 1,
        rowsOfBatch: null,
      });

    const twice = stepOnto0(stepOnto0(first.at.memory).memory);
    expect([...twice.parameters.get("head.weight")!]).toEqual([1]);
    const state = await exportState(first.ops, twice.memory);
    expect(state.numbers["lawn.keptBlocks"]).toBe(2);
    const resumed = stepOnto0(importState(first.ops, first.optimizer, state));
    expect((await exportState(first.ops, resumed.memory)).numbers["lawn.keptBlocks"]).toBe(3);
  });
});

describe("importState", () => {
  const exported = async (config: OptimizerConfig): Promise<OptimizerState> => {
    const { ops, at } = await advance(run(config), 1);
    return exportState(ops, at.memory);
  };
  const importInto = (config: OptimizerConfig, state: OptimizerState) => {
    const { ops, optimizer } = run(config);
    return importState(ops, optimizer, state);
  };

  it("refuses the state of another optimizer, naming what differs", async () => {
    const state = await exported({ base: { ...adam, name: "adamw" }, lawn: null });
    expect(() => importInto(lawnAdam, state)).toThrow(DataError);
    expect(() => importInto(lawnAdam, state)).toThrow(/"lawn.target\/userGmf" has no values, expected 2; .*and 3 more/);
    const momentum = { name: "momentum", momentum: 0.9, weightDecay: 0 } as const;
    expect(() => importInto({ base: momentum, lawn: null }, state)).toThrow(
      /"velocity\/userGmf" has no values, expected 4/,
    );
  });

  it("refuses tensors that are too short or that it does not know", async () => {
    const state = await exported({ base: adam, lawn: null });
    const short = new Map([...state.tensors, ["m/userGmf", new Float32Array(3)]]);
    expect(() => importInto({ base: adam, lawn: null }, { ...state, tensors: short })).toThrow(
      /"m\/userGmf" has 3 values, expected 4/,
    );
    const extra = new Map([...state.tensors, ["m/tower.0.weight", new Float32Array(3)]]);
    expect(() => importInto({ base: adam, lawn: null }, { ...state, tensors: extra })).toThrow(
      /"m\/tower.0.weight" is not expected/,
    );
  });

  it("refuses a step that is missing or no whole number", async () => {
    const state = await exported({ base: adam, lawn: null });
    for (const numbers of [{}, { step: 1.5 }, { step: Number.NaN }, { step: -1 }]) {
      expect(() => importInto({ base: adam, lawn: null }, { ...state, numbers })).toThrow(/number "step" is/);
    }
  });

  it("copies what it is given", async () => {
    const state = await exported({ base: adam, lawn: null });
    const memory = importInto({ base: adam, lawn: null }, state);
    const before = memory.slots.get("userGmf")!.m![0]!;
    state.tensors.get("m/userGmf")![0] = 99;
    expect(memory.slots.get("userGmf")!.m![0]).toBe(before);
  });
});

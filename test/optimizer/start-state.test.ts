/** What a warm start hands to the optimizer, by hand and as every engine goes on from it. */
import { describe, expect, it } from "@jest/globals";
import type { EngineName } from "../../src/engine/engine.ts";
import { openEngine } from "../../src/engine/open-engine.ts";
import type { LawnConfig, OptimizerConfig } from "../../src/optimizer/optimizer-config.ts";
import { type StartStateOptions, startState } from "../../src/optimizer/start-state.ts";
import { NO_ROW } from "../../src/ranker/carry-rows.ts";
import type { FloatArray, Parameters, RankerSpec } from "../../src/ranker/ranker-spec.ts";
import { float32, optionsOf, randomBatch, randomParameters } from "../support/engines/engine-cases.ts";
import { describeNative } from "../support/engines/native-engine.ts";
import { noPaths } from "../support/engines/no-paths.ts";

const adam = { name: "adam", beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weightDecay: 0 } as const;
const byNorm = { kind: "norm", norm: 100 } as const; // out of reach: nothing is held but what the start holds
const lawn: LawnConfig = {
  switchAt: byNorm,
  scope: "all",
  granularity: "row",
  project: "both",
  state: "keep",
  constrainBiases: false,
};
const spec: RankerSpec = { ...noPaths, users: 3, items: 2, dot: 2, idBiases: true };
/** The first user and the second item are new. */
const sources = { users: Uint32Array.of(NO_ROW, 1, 0), items: Uint32Array.of(0, NO_ROW) };
const parameters: Parameters = new Map([
  ["userDot", Float32Array.of(0.1, 0.2, 3, 4, 0, 0)],
  ["itemDot", Float32Array.of(6, 8, 0.3, 0.4)],
  ["userBias", Float32Array.of(1, 2, 3)],
  ["itemBias", Float32Array.of(4, 5)],
  ["head.bias", Float32Array.of(6)],
]);

function stateWith(optimizer: OptimizerConfig, change: Partial<StartStateOptions> = {}) {
  return startState({ spec, parameters, sources, optimizer, targets: "start", kept: null, ...change });
}

describe("startState", () => {
  it("is that of every beginning where nothing is kept and nothing held", () => {
    expect(stateWith({ base: adam, lawn }, { targets: "switch" })).toBeNull();
    expect(stateWith({ base: adam, lawn: null })).toBeNull();
  });

  it("holds the rows that are known at the norm they start with, and leaves new and vanished ones free", () => {
    const state = stateWith({ base: adam, lawn })!;
    // Users: new, |(3, 4)| = 5, a row of zeros. Items: |(6, 8)| = 10, new.
    expect(Array.from(state.tensors.get("lawn.target/userDot")!)).toEqual([0, 5, 0]);
    expect(Array.from(state.tensors.get("lawn.constrained/userDot")!)).toEqual([0, 1, 0]);
    expect(Array.from(state.tensors.get("lawn.target/itemDot")!)).toEqual([10, 0]);
    expect(Array.from(state.tensors.get("m/userDot")!)).toEqual([0, 0, 0, 0, 0, 0]);
    expect(state.numbers).toEqual({ step: 0, "lawn.switchedAt": -1, "lawn.zeroBlocks": 0, "lawn.keptBlocks": 0 });
  });

  it("holds a layer at the norm of its old rows and its new ones together", () => {
    const state = stateWith({ base: adam, lawn: { ...lawn, granularity: "layer" } })!;
    // 0.1^2 + 0.2^2 + 3^2 + 4^2 = 25.05; 6^2 + 8^2 + 0.3^2 + 0.4^2 = 100.25
    expect(state.tensors.get("lawn.target/userDot")![0]).toBeCloseTo(Math.sqrt(25.05), 6);
    expect(state.tensors.get("lawn.target/itemDot")![0]).toBeCloseTo(Math.sqrt(100.25), 6);
    expect(Array.from(state.tensors.get("lawn.constrained/itemDot")!)).toEqual([1]);
  });

  it("holds the network at the norm of all its weights", () => {
    const state = stateWith({ base: adam, lawn: { ...lawn, granularity: "network" } })!;
    expect(state.tensors.get("lawn.target/network")![0]).toBeCloseTo(Math.sqrt(125.3), 6);
  });

  it("lets biases join their row's norm", () => {
    const state = stateWith({ base: adam, lawn: { ...lawn, constrainBiases: true } })!;
    // |(3, 4, 2)| = sqrt(29), |(0, 0, 3)| = 3
    expect(Array.from(state.tensors.get("lawn.target/userDot")!)).toEqual([0, Math.sqrt(29), 3]);
  });

  const kept = {
    numbers: { step: 40, "lawn.switchedAt": -1, "lawn.zeroBlocks": 3, "lawn.keptBlocks": 2 },
    tensors: new Map<string, FloatArray>([
      ["m/userDot", Float32Array.of(1, 2, 3, 4)],
      ["v/userDot", Float32Array.of(5, 6, 7, 8)],
      ["m/head.bias", Float32Array.of(9)],
      ["lawn.target/userDot", Float64Array.of(0, 4.5)],
      ["lawn.constrained/userDot", Float64Array.of(0, 1)],
    ]),
  };

  it("takes moments with their rows, and the count of steps", () => {
    const state = stateWith({ base: adam, lawn }, { targets: "switch", kept })!;
    // New, the second there, the first there.
    expect(Array.from(state.tensors.get("m/userDot")!)).toEqual([0, 0, 3, 4, 1, 2]);
    expect(Array.from(state.tensors.get("v/userDot")!)).toEqual([0, 0, 7, 8, 5, 6]);
    expect(Array.from(state.tensors.get("m/head.bias")!)).toEqual([9]);
    expect(state.numbers).toEqual({ step: 40, "lawn.switchedAt": -1, "lawn.zeroBlocks": 0, "lawn.keptBlocks": 0 });
  });

  it("takes the last steps of a lazy rule with their rows; what is new has none", () => {
    const base = { ...adam, name: "lazy-adam" } as const;
    const tensors = new Map(kept.tensors)
      .set("lastStep/users", Float64Array.of(39, 17))
      .set("lastStep/items", Float64Array.of(40));
    const state = stateWith({ base, lawn: null }, { kept: { ...kept, tensors } })!;
    expect([...state.tensors.get("lastStep/users")!]).toEqual([0, 17, 39]);
    expect([...state.tensors.get("lastStep/items")!]).toEqual([40, 0]);
    expect(stateWith({ base: adam, lawn: null }, { kept })!.tensors.has("lastStep/users")).toBe(false);
  });

  it("has a square a row where the rule has", () => {
    const base = { name: "rowwise-adagrad", epsilon: 1e-8, weightDecay: 0 } as const;
    const tensors = new Map([["square/userDot", Float32Array.of(0.5, 0.25)]]);
    const state = stateWith({ base, lawn: null }, { kept: { ...kept, tensors } })!;
    expect([...state.tensors.get("square/userDot")!]).toEqual([0, 0.25, 0.5]);
    expect([...state.tensors.keys()]).not.toContain("lastStep/users");
  });

  it("goes on holding what the run held, at the norm it was held at", () => {
    const state = stateWith({ base: adam, lawn }, { targets: "switch", kept })!;
    expect(Array.from(state.tensors.get("lawn.constrained/userDot")!)).toEqual([0, 1, 0]);
    expect(Array.from(state.tensors.get("lawn.target/userDot")!)).toEqual([0, 4.5, 0]);
    expect(Array.from(state.tensors.get("lawn.constrained/itemDot")!)).toEqual([0, 0]);
  });
});

describe("training on from it on the reference engine", () => trainsOn("reference"));
describeNative("training on from it on the native engine", () => trainsOn("native"));

function trainsOn(name: EngineName): void {
  const wide: RankerSpec = { ...noPaths, users: 5, items: 7, dot: 3, embedding: 2, tower: [3], idBiases: true };
  const known = {
    users: Uint32Array.of(0, 1, NO_ROW, 2, NO_ROW),
    items: Uint32Array.of(0, 1, 2, NO_ROW, 3, 4, 5),
  };

  async function normsAfterSteps(granularity: LawnConfig["granularity"]) {
    const optimizer = { base: adam, lawn: { ...lawn, granularity } };
    const start = randomParameters(wide, float32);
    const state = startState({
      spec: wide,
      parameters: start,
      sources: known,
      optimizer,
      targets: "start",
      kept: null,
    });
    const engine = await openEngine(name);
    const options = optionsOf(wide, "bce", { optimizer, start: { parameters: start, optimizer: state } });
    const session = await engine.open(options);
    for (let step = 0; step < 5; step++) await session.step(randomBatch(wide, "bce", { seed: step + 1 }), 0.05);
    const { parameters: after } = await session.snapshot();
    session.close();
    const rows = (values: ArrayLike<number>) =>
      Array.from({ length: 5 }, (_, row) => norm(values, 3 * row, 3 * row + 3));
    const all = (tensors: Parameters) =>
      Math.hypot(
        ...["userDot", "itemDot", "userMlp", "itemMlp", "tower.0.weight", "head.weight"].map((tensor) =>
          norm(tensors.get(tensor)!),
        ),
      );
    return {
      before: start,
      after,
      users: { before: rows(start.get("userDot")!), after: rows(after.get("userDot")!) },
      all,
    };
  }

  it("known rows keep their norms from the first step, new ones are free", async () => {
    const { users } = await normsAfterSteps("row");
    for (const user of [0, 1, 3]) expect(users.after[user]).toBeCloseTo(users.before[user]!, 5); // float32 rows
    for (const user of [2, 4]) expect(Math.abs(users.after[user]! - users.before[user]!)).toBeGreaterThan(1e-3);
  });

  it("a layer keeps its norm, and its rows share it anew", async () => {
    const { before, after, users } = await normsAfterSteps("layer");
    expect(norm(after.get("userDot")!)).toBeCloseTo(norm(before.get("userDot")!), 5);
    expect(Math.abs(users.after[0]! - users.before[0]!)).toBeGreaterThan(1e-4);
  });

  it("the network keeps its norm, and its layers share it anew", async () => {
    const { before, after, all } = await normsAfterSteps("network");
    expect(all(after)).toBeCloseTo(all(before), 4);
    expect(Math.abs(norm(after.get("userDot")!) - norm(before.get("userDot")!))).toBeGreaterThan(1e-4);
  });
}

function norm(values: ArrayLike<number>, from = 0, to = values.length): number {
  let square = 0;
  for (let index = from; index < to; index++) square += values[index]! ** 2;
  return Math.sqrt(square);
}

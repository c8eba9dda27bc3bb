import { describe, expect, it } from "@jest/globals";
import { openEngine } from "../../../src/engine/open-engine.ts";
import { EngineError } from "../../../src/errors.ts";
import { parametersOf, type RankerSpec, sizeOf } from "../../../src/ranker/ranker-spec.ts";
import {
  everything,
  float64,
  lawnAdamCase,
  neumf,
  optimizerCases,
  optionsOf,
  randomBatch,
  randomParameters,
  smallSource,
} from "../../support/engines/engine-cases.ts";
import { noPaths } from "../../support/engines/no-paths.ts";
import { plainLawn } from "../../support/engines/optimizer-cases.ts";
import { testedBackends, useBackend } from "../../support/engines/tfjs-backends.ts";

describe.each(testedBackends)("the tfjs engine on %s", (tfjsBackend) => {
  const open = () => openEngine("tfjs", { tfjsBackend });

  it("names its backend and version", async () => {
    expect((await open()).description).toMatch(
      new RegExp(`^tfjs: ${tfjsBackend} \\(.*\\), TensorFlow.js 4\\..*, float32$`),
    );
  });

  it.each(["bce", "bpr"] as const)("leaves no tensor behind: steps, gradients and scores under %s", async (loss) => {
    const tf = await useBackend(tfjsBackend);
    const before = tf.memory().numTensors;
    const source = smallSource(neumf, loss, { batchSize: 4 });
    const session = await (await open()).open(optionsOf(neumf, loss, { source, optimizer: lawnAdamCase.config }));
    const work = async () => {
      await session.step(randomBatch(neumf, loss), 0.01);
      await session.train({ epoch: 0, firstStep: 0, learningRates: Float64Array.of(0.01, 0.01) });
      await session.gradient(randomBatch(neumf, loss));
      await session.scorer.pairs(Uint32Array.of(0, 1), Uint32Array.of(1, 2));
      await session.scorer.catalogue(Uint32Array.of(0, 1));
      await session.snapshot();
    };
    await work(); // past the switch at step 2
    const steady = tf.memory().numTensors;
    for (let round = 0; round < 3; round++) await work();
    expect(tf.memory().numTensors).toBe(steady);
    session.close();
    await expect(session.snapshot()).rejects.toThrow(/session is closed/);
    expect(tf.memory().numTensors).toBe(before);
  });

  it.each(optimizerCases)("leaves no tensor behind with $name", async ({ config }) => {
    const tf = await useBackend(tfjsBackend);
    const session = await (await open()).open(optionsOf(everything, "bce", { optimizer: config }));
    for (let step = 0; step < 4; step++) await session.step(randomBatch(everything, "bce"), 0.01);
    const steady = tf.memory().numTensors;
    for (let step = 0; step < 3; step++) await session.step(randomBatch(everything, "bce"), 0.01);
    expect(tf.memory().numTensors).toBe(steady);
    session.close();
  });

  it("frees nothing of a step that is refused, and leaks nothing", async () => {
    const tf = await useBackend(tfjsBackend);
    const session = await (await open()).open(optionsOf(neumf, "bce"));
    await session.step(randomBatch(neumf, "bce"), 0.01);
    const steady = tf.memory().numTensors;
    await expect(session.step(randomBatch(neumf, "bce"), Number.NaN)).rejects.toThrow(EngineError);
    await expect(session.step(randomBatch(neumf, "bpr"), 0.01)).rejects.toThrow(EngineError);
    expect(tf.memory().numTensors).toBe(steady);
    session.close();
  });

  it("holds the norms of large tables to 1e-6 over constrained steps, without float64", async () => {
    const spec: RankerSpec = { ...noPaths, users: 3000, items: 1000, embedding: 16, tower: [32, 8] };
    const { base } = lawnAdamCase.config;
    const session = await (await open()).open(
      optionsOf(spec, "bce", { optimizer: { base, lawn: { ...plainLawn, switchAt: { kind: "step", step: 1 } } } }),
    );
    await session.step(randomBatch(spec, "bce", { length: 400 }), 0.01);
    const atSwitch = norms((await session.snapshot()).parameters);
    for (let seed = 0; seed < 10; seed++) await session.step(randomBatch(spec, "bce", { length: 400, seed }), 0.01);
    const later = norms((await session.snapshot()).parameters);
    for (const { name, shape, role } of parametersOf(spec)) {
      if (role === "bias") continue;
      // At worst 3 log4 n + 8 roundings of 2^-24 (docs/engines/tfjs.md): 2e-6 for 48,000 values; they
      // are of both signs, and few.
      expect([name, sizeOf(shape), Math.abs(later.get(name)! / atSwitch.get(name)! - 1) < 1e-6]).toEqual([
        name,
        sizeOf(shape),
        true,
      ]);
    }
    session.close();
  });

  it("lets a parameter that is not a number show in the loss", async () => {
    const start = { parameters: randomParameters(neumf, (length) => new Float32Array(length)), optimizer: null };
    start.parameters.get("tower.0.weight")!.fill(Number.NaN);
    const session = await (await open()).open(optionsOf(neumf, "bce", { start }));
    expect(await session.step(randomBatch(neumf, "bce"), 0.01)).toBeNaN();
    session.close();
  });

  it("refuses float64 parameters and a number of threads", async () => {
    const start = { parameters: randomParameters(neumf, float64), optimizer: null };
    await expect((await open()).open(optionsOf(neumf, "bce", { start }))).rejects.toThrow(
      "tfjs engine: parameters are float64, expected float32; the reference engine takes float64",
    );
    await expect(openEngine("tfjs", { tfjsBackend, threads: 2 })).rejects.toThrow(/threads is 2, .* leave threads out/);
  });
});

describe("the tfjs engine", () => {
  it("keeps two backends apart in one process", async () => {
    const sessions = await Promise.all(
      testedBackends.map(async (tfjsBackend) =>
        (await openEngine("tfjs", { tfjsBackend })).open(
          optionsOf(neumf, "bce", { source: smallSource(neumf, "bce") }),
        ),
      ),
    );
    const span = { epoch: 0, firstStep: 0, learningRates: Float64Array.of(0.01, 0.01, 0.01) };
    const [cpu, wasm] = await Promise.all(sessions.map((session) => session.train(span)));
    for (const [k, loss] of cpu!.entries()) expect(wasm![k]).toBeCloseTo(loss, 5); // float32 sums in other orders
    for (const session of sessions) session.close();
  });

  it("names the command that adds a missing package", async () => {
    await expect(openEngine("tfjs", { tfjsBackend: "node" })).rejects.toThrow(
      /tfjs-node is not installed, which backend node needs; npm install @tensorflow\/tfjs-core@\S+ .*@tensorflow\/tfjs-node@/,
    );
  });
});

function norms(parameters: ReadonlyMap<string, ArrayLike<number>>): Map<string, number> {
  return new Map(
    [...parameters].map(([name, values]) => [name, Math.sqrt(Array.from(values).reduce((sum, v) => sum + v * v, 0))]),
  );
}

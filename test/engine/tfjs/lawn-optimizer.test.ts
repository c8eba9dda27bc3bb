import { beforeAll, describe, expect, it } from "@jest/globals";
import type { Optimizer, Tensor } from "@tensorflow/tfjs-core";
import * as layersModule from "@tensorflow/tfjs-layers";
import type { LawnOptions } from "../../../src/engine/tfjs/lawn.ts";
import { lawn } from "../../../src/engine/tfjs/lawn.ts";
import type { Tfjs } from "../../../src/engine/tfjs/tfjs-packages.ts";
import { ConfigError } from "../../../src/errors.ts";
import { useBackend } from "../../support/engines/tfjs-backends.ts";

const { layers, sequential } = layersModule;

let tf: Tfjs;
beforeAll(async () => {
  tf = await useBackend("cpu");
});

/** The class that saving and loading goes by, made as they make it. */
function remade(optimizer: Optimizer): Optimizer {
  const [cls, fromConfig] = tf.serialization.SerializationMap.getMap().classNameMap[optimizer.getClassName()]!;
  return fromConfig(cls, JSON.parse(JSON.stringify(optimizer.getConfig()))) as Optimizer;
}

function someModel(seed = 1) {
  const kernelInitializer = (k: number) => layersModule.initializers.glorotNormal({ seed: seed + k });
  return sequential({
    layers: [
      layers.dense({
        name: "hidden",
        units: 5,
        activation: "relu",
        inputShape: [3],
        kernelInitializer: kernelInitializer(0),
      }),
      layers.dense({ name: "logits", units: 2, activation: "softmax", kernelInitializer: kernelInitializer(1) }),
    ],
  });
}

function someData() {
  const x = tf.tensor2d(
    Float32Array.from({ length: 24 }, (_, i) => Math.sin(1.3 * i)),
    [8, 3],
  );
  const y = tf.oneHot(tf.tensor1d([0, 1, 1, 0, 1, 0, 0, 1], "int32"), 2);
  return { x, y: tf.cast(y, "float32") };
}

type Model = ReturnType<typeof someModel>;

async function fitSteps(model: Model, steps: number): Promise<void> {
  const { x, y } = someData();
  await model.fit(x, y, { epochs: steps, batchSize: 8, shuffle: false, verbose: 0 }); // a step an epoch
}

const kernels = (model: Model) => model.trainableWeights.filter(({ name }) => name.includes("kernel"));
const valuesOf = (tensors: readonly { read(): Tensor }[]) => tensors.map((weight) => [...weight.read().dataSync()]);
const normOf = (values: readonly number[]) => Math.hypot(...values);

const bases: readonly (readonly [string, () => Optimizer])[] = [
  ["sgd", () => new tf.SGDOptimizer(0.1)],
  ["momentum", () => new tf.MomentumOptimizer(0.1, 0.9)],
  ["adagrad", () => new tf.AdagradOptimizer(0.1)],
  ["adadelta", () => new tf.AdadeltaOptimizer(0.5, 0.95)],
  ["rmsprop", () => new tf.RMSPropOptimizer(0.02)],
  ["adam", () => new tf.AdamOptimizer(0.02, 0.9, 0.999)],
  ["adamax", () => new tf.AdamaxOptimizer(0.02, 0.9, 0.999)],
];

describe("lawn over a tfjs optimizer", () => {
  it("takes the step worked by hand", () => {
    const w = tf.variable(tf.tensor1d([3, 4]), true, "worked");
    const optimizer = lawn(new tf.SGDOptimizer(1), { freeSteps: 0, constrain: ({ name }) => name === "worked" });
    // Gradient [7, 1]: P takes away <w, g> / ||w||^2 w = 25 / 25 [3, 4] and leaves [4, -3]; w - [4, -3] = [-1, 7], of
    // norm sqrt(50); at norm 5: [-1, 7] / sqrt(2).
    optimizer.minimize(() => tf.sum(tf.mul(w, tf.tensor1d([7, 1]))), false, [w]);
    const [first, second] = w.dataSync();
    expect(first).toBeCloseTo(-Math.SQRT1_2, 6);
    expect(second).toBeCloseTo(7 * Math.SQRT1_2, 6);
    optimizer.dispose();
    w.dispose();
  });

  it("brings the plain step back to the sphere where nothing is projected", () => {
    const w = tf.variable(tf.tensor1d([3, 4]), true, "unprojected");
    const options = { freeSteps: 0, constrain: () => true, project: "none" } as const;
    lawn(new tf.SGDOptimizer(1), options).minimize(() => tf.sum(tf.mul(w, tf.tensor1d([7, 1]))), false, [w]);
    // [3, 4] - [7, 1] = [-4, 3], already of norm 5
    expect([...w.dataSync()].map((value) => Math.round(value * 1e5) / 1e5)).toEqual([-4, 3]);
    w.dispose();
  });

  it.each(bases)("is %s to the bit before the switch, and another after it", async (_, base) => {
    const [plain, wrapped] = [someModel(), someModel()];
    plain.compile({ optimizer: base(), loss: "categoricalCrossentropy" });
    wrapped.compile({
      optimizer: lawn(base(), { model: wrapped, freeEpochs: 2, stepsPerEpoch: 3 }),
      loss: "categoricalCrossentropy",
    });
    await fitSteps(plain, 6);
    await fitSteps(wrapped, 6);
    expect(valuesOf(wrapped.trainableWeights)).toEqual(valuesOf(plain.trainableWeights));
    await fitSteps(plain, 1);
    await fitSteps(wrapped, 1);
    expect(valuesOf(wrapped.trainableWeights)).not.toEqual(valuesOf(plain.trainableWeights));
  });

  it.each(bases)("holds the norms it finds at the switch, over %s", async (_, base) => {
    const model = someModel();
    model.compile({ optimizer: lawn(base(), { model, freeSteps: 4 }), loss: "categoricalCrossentropy" });
    await fitSteps(model, 4);
    const targets = valuesOf(kernels(model)).map(normOf);
    await fitSteps(model, 60);
    for (const [i, values] of valuesOf(kernels(model)).entries()) {
      // 15 and 10 values: a few roundings of 6e-8 each, afresh every step
      expect(Math.abs(normOf(values) / targets[i]! - 1)).toBeLessThan(1e-6);
    }
    expect(targets).toHaveLength(2);
  });

  it("leaves biases free and no tensor behind", async () => {
    const model = someModel();
    model.compile({
      optimizer: lawn(new tf.AdamOptimizer(0.05, 0.9, 0.999), { model, freeSteps: 1 }),
      loss: "categoricalCrossentropy",
    });
    await fitSteps(model, 4);
    const { x, y } = someData();
    const step = async () => tf.dispose(await model.trainOnBatch(x, y));
    await step();
    const before = tf.memory().numTensors;
    for (let k = 0; k < 5; k++) await step();
    expect(tf.memory().numTensors).toBe(before);
    const biases = model.trainableWeights.filter(({ name }) => name.includes("bias"));
    for (const values of valuesOf(biases)) expect(values.some((value) => value !== 0)).toBe(true);
  });

  it("leaves a weight of 0 where it is", () => {
    const w = tf.variable(tf.zeros([3]), true, "nothing");
    const optimizer = lawn(new tf.SGDOptimizer(1), { freeSteps: 0, constrain: () => true });
    for (let k = 0; k < 2; k++) optimizer.minimize(() => tf.sum(w), false, [w]);
    expect([...w.dataSync()]).toEqual([0, 0, 0]);
    w.dispose();
  });
});

describe("lawn's state", () => {
  it.each([2, 5])("goes on bit for bit from config and weights taken after %s steps, switching at 3", async (steps) => {
    const make = (model: Model): LawnOptions => ({ model, freeSteps: 3 });
    const whole = someModel();
    const wrapped = lawn(new tf.MomentumOptimizer(0.1, 0.9), make(whole));
    whole.compile({ optimizer: wrapped, loss: "categoricalCrossentropy" });
    await fitSteps(whole, steps);

    const resumed = someModel(9);
    resumed.setWeights(whole.getWeights().map((tensor) => tf.clone(tensor)));
    const optimizer = remade(wrapped); // its names are the first model's: they are found under the second's
    await optimizer.setWeights(await wrapped.getWeights());
    resumed.compile({ optimizer, loss: "categoricalCrossentropy" });
    await fitSteps(whole, 5);
    await fitSteps(resumed, 5);
    expect(valuesOf(resumed.trainableWeights)).toEqual(valuesOf(whole.trainableWeights));
    expect(optimizer.iterations).toBe(steps + 5);
  });

  it("travels with a saved model", async () => {
    const model = someModel();
    const options: LawnOptions = { model, freeSteps: 2, project: "gradient" };
    model.compile({ optimizer: lawn(new tf.AdamOptimizer(0.02, 0.8, 0.99), options), loss: "categoricalCrossentropy" });
    await fitSteps(model, 5);
    const norms = valuesOf(kernels(model)).map(normOf);
    let artifacts: Parameters<typeof tf.io.fromMemory>[0] | undefined;
    const saver = tf.io.withSaveHandler(async (saved) => {
      artifacts = saved;
      return { modelArtifactsInfo: { dateSaved: new Date(0), modelTopologyType: "JSON" } };
    });
    await model.save(saver, { includeOptimizer: true });
    const loaded = (await layersModule.loadLayersModel(tf.io.fromMemory(artifacts!))) as Model;
    expect(loaded.optimizer.getClassName()).toBe("LawnOptimizer");
    expect(loaded.optimizer.getConfig()).toMatchObject({
      base: { className: "Adam", config: { beta1: 0.8 } },
      freeSteps: 2,
      project: "gradient",
      constrained: kernels(model).map(({ name }) => ({ name })),
    });
    expect(loaded.optimizer.iterations).toBe(5);
    await fitSteps(loaded, 20);
    for (const [i, values] of valuesOf(kernels(loaded)).entries()) {
      expect(Math.abs(normOf(values) / norms[i]! - 1)).toBeLessThan(1e-6); // as above
    }
  });

  it("refuses the state of another optimizer, and of another number of blocks", async () => {
    const model = someModel();
    const optimizer = lawn(new tf.SGDOptimizer(0.1), { model, freeSteps: 0 });
    await expect(optimizer.setWeights(await new tf.SGDOptimizer(0.1).getWeights())).rejects.toThrow(
      "lawn: state has no lawn/step; it is of another optimizer",
    );
    const state = await optimizer.getWeights();
    const short = state.map((entry) => (entry.name === "lawn/targets" ? { ...entry, tensor: tf.zeros([1]) } : entry));
    await expect(optimizer.setWeights(short)).rejects.toThrow("lawn: state holds 1 norms, expected 2");
  });
});

describe("lawn refuses", () => {
  const base = () => new tf.SGDOptimizer(0.1);
  it("options that make no sense, all at once", () => {
    expect(() => lawn(base(), {})).toThrow(ConfigError);
    expect(() => lawn(base(), {})).toThrow(/free phase is missing.*\n.*what to constrain is missing/);
    expect(() => lawn(base(), { freeSteps: 1.5, constrain: () => true })).toThrow(/freeSteps is 1.5, expected a whole/);
    expect(() => lawn(base(), { freeSteps: 1, freeEpochs: 1, constrain: () => true })).toThrow(/give one of them/);
    expect(() => lawn(base(), { freeSteps: 1, constrain: () => true, model: someModel() })).toThrow(/both choose/);
  });

  it("to constrain nothing, or a variable that is not trained", () => {
    const w = tf.variable(tf.ones([2]), true, "lonely");
    const minimize = (optimizer: Optimizer) => optimizer.minimize(() => tf.sum(w), false, [w]);
    expect(() => minimize(lawn(base(), { freeSteps: 0, constrain: () => false }))).toThrow(/chose none of lonely/);
    expect(() => minimize(lawn(base(), { freeSteps: 0, model: someModel() }))).toThrow(
      /hidden\/kernel\S* is constrained but not trained; trained are lonely/,
    );
    w.dispose();
  });

  it("to be saved before a predicate has seen what is trained", () => {
    expect(() => lawn(base(), { freeSteps: 0, constrain: () => true }).getConfig()).toThrow(/after the first step/);
  });
});

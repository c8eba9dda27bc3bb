import { beforeAll, describe, expect, it } from "@jest/globals";
import type { SymbolicTensor } from "@tensorflow/tfjs-layers";
import * as layersModule from "@tensorflow/tfjs-layers";
import { finalHomogeneousWeights } from "../../../src/engine/tfjs/homogeneous-suffix.ts";
import { ConfigError } from "../../../src/errors.ts";
import { useBackend } from "../../support/engines/tfjs-backends.ts";

const { layers, sequential, input, model: modelOf } = layersModule;

beforeAll(async () => {
  await useBackend("cpu");
});

/** Names less the suffix that makes them unique in a process. */
const chosen = (model: Parameters<typeof finalHomogeneousWeights>[0]) =>
  finalHomogeneousWeights(model).map((name) => name.replace(/_\d+$/, ""));

const conv = (name: string, options = {}) =>
  layers.conv2d({ name, filters: 2, kernelSize: 3, activation: "relu", ...options });

describe("the final homogeneous sub-network", () => {
  it("of an MLP is every kernel, and no bias", () => {
    const mlp = sequential({
      layers: [
        layers.dense({ name: "one", units: 4, activation: "relu", inputShape: [3] }),
        layers.dropout({ rate: 0.5 }),
        layers.dense({ name: "two", units: 4, activation: "relu" }),
        layers.dense({ name: "three", units: 2, activation: "softmax" }),
      ],
    });
    expect(chosen(mlp)).toEqual(["one/kernel", "two/kernel", "three/kernel"]);
  });

  it("of a CNN without normalisation is every filter and matrix", () => {
    const cnn = sequential({
      layers: [
        conv("first", { inputShape: [8, 8, 1] }),
        layers.maxPooling2d({ poolSize: 2 }),
        layers.flatten(),
        layers.dense({ name: "logits", units: 3 }),
        layers.activation({ activation: "softmax" }),
      ],
    });
    expect(chosen(cnn)).toEqual(["first/kernel", "logits/kernel"]);
  });

  it("of a CNN with batch norm begins at the last one's gamma", () => {
    const cnn = sequential({
      layers: [
        conv("first", { inputShape: [8, 8, 1], activation: "linear" }),
        layers.batchNormalization({ name: "early" }),
        layers.reLU({}),
        conv("second", { activation: "linear" }),
        layers.batchNormalization({ name: "late" }),
        layers.reLU({}),
        layers.flatten(),
        layers.dense({ name: "logits", units: 3, activation: "softmax" }),
      ],
    });
    expect(chosen(cnn)).toEqual(["late/gamma", "logits/kernel"]);
  });

  it("ends at an activation that is not homogeneous, whose layer is outside", () => {
    const mlp = sequential({
      layers: [
        layers.dense({ name: "one", units: 4, activation: "relu", inputShape: [3] }),
        layers.dense({ name: "two", units: 4, activation: "tanh" }),
        layers.dense({ name: "three", units: 4, activation: "relu" }),
        layers.dense({ name: "four", units: 1, activation: "sigmoid" }),
      ],
    });
    expect(chosen(mlp)).toEqual(["three/kernel", "four/kernel"]);
  });

  it("leaves out a layer that reaches the logits through a normalisation as well", () => {
    const x = input({ shape: [3] });
    const trunk = layers.dense({ name: "trunk", units: 4, activation: "relu" }).apply(x) as SymbolicTensor;
    const normal = layers.layerNormalization({ name: "norm" }).apply(trunk) as SymbolicTensor;
    const plain = layers.dense({ name: "plain", units: 4 }).apply(trunk) as SymbolicTensor;
    const sum = layers.add().apply([normal, plain]) as SymbolicTensor;
    const logits = layers.dense({ name: "logits", units: 2 }).apply(sum) as SymbolicTensor;
    expect(chosen(modelOf({ inputs: x, outputs: logits })).sort()).toEqual([
      "logits/kernel",
      "norm/gamma",
      "plain/kernel",
    ]);
  });

  it("of a recommender takes embeddings and both paths", () => {
    const user = input({ shape: [1] });
    const item = input({ shape: [1] });
    const table = (name: string, ids: SymbolicTensor) =>
      layers.flatten().apply(layers.embedding({ name, inputDim: 5, outputDim: 2 }).apply(ids)) as SymbolicTensor;
    const [u, i] = [table("users", user), table("items", item)];
    const product = layers.multiply().apply([u, i]) as SymbolicTensor;
    const hidden = layers
      .dense({ name: "tower", units: 2, activation: "relu" })
      .apply(layers.concatenate().apply([u, i])) as SymbolicTensor;
    const joined = layers.concatenate().apply([product, hidden]) as SymbolicTensor;
    const logit = layers.dense({ name: "head", units: 1, activation: "sigmoid" }).apply(joined) as SymbolicTensor;
    expect(chosen(modelOf({ inputs: [user, item], outputs: logit })).sort()).toEqual([
      "head/kernel",
      "items/embeddings",
      "tower/kernel",
      "users/embeddings",
    ]);
  });

  it("leaves out what is not trained, and refuses where nothing is left", () => {
    const frozen = sequential({ layers: [layers.dense({ units: 2, inputShape: [3], trainable: false })] });
    expect(() => finalHomogeneousWeights(frozen)).toThrow(ConfigError);
    expect(() => finalHomogeneousWeights(frozen)).toThrow(/no weight of model .* name some with constrain/);
  });

  it("refuses a model inside a model, and one that is not built", () => {
    const inner = sequential({ layers: [layers.dense({ units: 2, inputShape: [3] })], name: "inner" });
    const outer = sequential({ layers: [inner, layers.dense({ units: 2 })] });
    expect(() => finalHomogeneousWeights(outer)).toThrow(/layer inner is a model of its own/);
    expect(() => finalHomogeneousWeights(sequential({}))).toThrow(/not built yet/);
  });
});

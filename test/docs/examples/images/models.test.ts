/** The networks of the image example: what LAWN constrains of them, and that it is homogeneous as it should be. */
import path from "node:path";
import { beforeAll, describe, expect, it } from "@jest/globals";
import type { Scalar, Tensor, Variable } from "@tensorflow/tfjs-core";
import type { LayersModel } from "@tensorflow/tfjs-layers";
import { finalHomogeneousWeights } from "../../../../src/engine/tfjs/homogeneous-suffix.ts";
import { lawn } from "../../../../src/engine/tfjs/lawn.ts";
import { useBackend } from "../../../support/engines/tfjs-backends.ts";

const folder = path.resolve(import.meta.dirname, "../../../../docs/examples/images");
const { buildModel } = await import(path.join(folder, "models.mjs"));

interface Case {
  readonly name: string;
  readonly inputShape: readonly number[];
  /** The constrained weights, from the input's side; of a layer's name, what stands before the first underscore. */
  readonly constrained: readonly string[];
}

const cases: readonly Case[] = [
  { name: "mlp", inputShape: [40, 1], constrained: ["dense/kernel", "dense/kernel", "dense/kernel"] },
  { name: "mlp-bn", inputShape: [40, 1], constrained: ["batch/gamma", "dense/kernel"] },
  { name: "cnn", inputShape: [40, 1], constrained: ["conv1d/kernel", "conv1d/kernel", "dense/kernel"] },
  { name: "cnn-bn", inputShape: [40, 1], constrained: ["batch/gamma", "dense/kernel"] },
  { name: "cnn", inputShape: [14, 14, 1], constrained: ["conv2d/kernel", "conv2d/kernel", "dense/kernel"] },
  { name: "cnn-bn", inputShape: [14, 14, 1], constrained: ["batch/gamma", "dense/kernel"] },
];

describe.each(cases)("$name of $inputShape", ({ name, inputShape, constrained }) => {
  let tf: Awaited<ReturnType<typeof useBackend>>;
  beforeAll(async () => {
    tf = await useBackend("cpu");
  });
  const built = (): LayersModel => buildModel(name, { inputShape, classes: 10, seed: 1 });

  it("gives LAWN its kernels, from the last batch norm's gamma on where there is one", () => {
    const kinds = finalHomogeneousWeights(built()).map((weight) => weight.replace(/_\w*\d+\//, "/"));
    expect(kinds).toEqual(constrained);
  });

  it("has logits that grow by a factor for each constrained weight that grows by it", () => {
    const model = built();
    const names = finalHomogeneousWeights(model);
    const input = tf.randomNormal([3, ...inputShape], 0, 1, "float32", 5);
    const logits = () => [...(model.predict(input) as Tensor).dataSync()];
    const before = logits();
    for (const { name: weight, variable } of variablesOf(model)) {
      if (names.includes(weight)) variable.assign(tf.mul(variable, 2));
    }
    const factor = 2 ** names.length; // biases and beta begin at 0, so all of it is homogeneous
    for (const [i, value] of logits().entries()) expect(value).toBeCloseTo(factor * before[i]!, 3);
  });

  it("keeps the constrained norms in a step after the switch, gamma's among them", () => {
    const model = built();
    const names = finalHomogeneousWeights(model);
    const variables = variablesOf(model);
    const norms = () =>
      variables.filter((one) => names.includes(one.name)).map(({ variable }) => Math.hypot(...variable.dataSync()));
    const optimizer = lawn(new tf.AdamOptimizer(0.05, 0.9, 0.999), { model, freeSteps: 1 });
    const input = tf.randomNormal([8, ...inputShape], 0, 1, "float32", 6);
    const labels = tf.cast(tf.oneHot(tf.tensor1d([0, 1, 2, 3, 4, 5, 6, 7], "int32"), 10), "float32");
    const step = () =>
      optimizer.minimize(
        () => tf.losses.softmaxCrossEntropy(labels, model.apply(input, { training: true }) as Tensor) as Scalar,
        false,
        variables.map(({ variable }) => variable),
      );
    const first = norms();
    step();
    const atSwitch = norms();
    for (let i = 0; i < 3; i++) step();
    expect(atSwitch).not.toEqual(first);
    for (const [i, norm] of norms().entries()) expect(norm / atSwitch[i]!).toBeCloseTo(1, 6);
  });
});

function variablesOf(model: LayersModel): readonly { readonly name: string; readonly variable: Variable }[] {
  // A LayerVariable keeps its tf.Variable in a field that its type hides.
  return model.trainableWeights.map((weight) => ({ name: weight.name, variable: Reflect.get(weight, "val") }));
}

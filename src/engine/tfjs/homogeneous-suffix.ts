/**
 * The final homogeneous sub-network of a tf.LayersModel: the weights that LAWN constrains when it is given the
 * model. Back from the logits, a layer belongs to it while everything between it and the logits is positively
 * homogeneous: linear layers, convolutions, ReLU, pooling, sums, products and rearrangements. A normalisation
 * layer ends it, and its gamma is the last weight inside, because logits would escape through it. Any other layer
 * ends it too. Biases stay free.
 */
import type { LayersModel, layers as layersModule } from "@tensorflow/tfjs-layers";
import { ConfigError } from "../../errors.ts";

type Layer = ReturnType<typeof layersModule.dense>;

/** Names of the variables, from the input's side to the logits'. Throws ConfigError where there are none. */
export function finalHomogeneousWeights(model: LayersModel): readonly string[] {
  if (model.outputs.length === 0) {
    throw new ConfigError("lawn: the model is not built yet; give its first layer an inputShape");
  }
  // A Sequential puts this off; its shape is known.
  if (model.outputLayers.length === 0) model.build(undefined as never);
  const outputs = new Set<unknown>(model.outputLayers);
  const members = new Set<unknown>(model.layers);
  const nested = model.layers.find((layer) => containers.has(layer.getClassName()));
  if (nested !== undefined) {
    throw new ConfigError(
      `lawn: layer ${nested.name} is a model of its own, which is not looked into; name the weights with constrain`,
    );
  }

  const known = new Map<unknown, boolean>();
  /** Whether the layer's own output reaches the logits through homogeneous layers only. */
  const isOpen = (layer: Layer): boolean => {
    const found = known.get(layer);
    if (found !== undefined) return found;
    const consumers = layer.outboundNodes
      .map((node) => node.outboundLayer as Layer)
      .filter((next) => members.has(next));
    // A layer that leads nowhere has no part in the logits.
    const isAnswered = outputs.has(layer) || consumers.length > 0;
    const answer = isAnswered && consumers.every((next) => isOpen(next) && isHomogeneous(next, outputs.has(next)));
    known.set(layer, answer);
    return answer;
  };

  const names = (model.layers as Layer[])
    .filter(isOpen)
    .flatMap((layer) => weightsOf(layer, outputs.has(layer)))
    .map((weight) => weight.name);
  if (names.length === 0) {
    throw new ConfigError(
      `lawn: no weight of model ${model.name} lies between its logits and the last layer that is not homogeneous; name some with constrain`,
    );
  }
  return names;
}

type Weight = Layer["trainableWeights"][number];

/** What LAWN constrains of a layer whose output is open. */
function weightsOf(layer: Layer, isOutput: boolean): readonly Weight[] {
  const className = layer.getClassName();
  const named = (pattern: RegExp) => layer.trainableWeights.filter((weight) => pattern.test(weight.originalName));
  if (normalizations.has(className)) return named(/\/gamma$/);
  if (linear.has(className) && isHomogeneous(layer, isOutput)) return named(/(kernel|embeddings)$/);
  return [];
}

/**
 * Whether output(a x) = a output(x) for a > 0, but for biases. At the model's output the logits come
 * before the last activation.
 */
function isHomogeneous(layer: Layer, isOutput: boolean): boolean {
  const className = layer.getClassName();
  const { activation = "linear", maxValue, normalize } = layer.getConfig(); // an Embedding has none
  if (isOutput && (linear.has(className) || className === "Activation" || className === "Softmax")) {
    return className === "Softmax" || logitActivations.has(String(activation));
  }
  if (linear.has(className) || className === "Activation") return homogeneousActivations.has(String(activation));
  if (className === "ReLU") return maxValue === undefined || maxValue === null;
  if (className === "Dot") return normalize !== true;
  return rearranging.has(className);
}

const containers = new Set(["Sequential", "Model", "Functional"]);
const normalizations = new Set(["BatchNormalization", "LayerNormalization"]);
const homogeneousActivations = new Set(["linear", "relu"]);
const logitActivations = new Set([...homogeneousActivations, "sigmoid", "softmax", "logSoftmax"]);

const linear = new Set([
  "Dense",
  "Conv1D",
  "Conv2D",
  "Conv3D",
  "Conv2DTranspose",
  "Conv3DTranspose",
  "DepthwiseConv2D",
  "SeparableConv2D",
  "Embedding",
]);

/** Homogeneous as they are: they move, choose, add or multiply. */
const rearranging = new Set([
  "LeakyReLU",
  "PReLU",
  "Flatten",
  "Reshape",
  "Permute",
  "RepeatVector",
  "Dropout",
  "SpatialDropout1D",
  "GaussianDropout",
  "ZeroPadding2D",
  "Cropping2D",
  "UpSampling2D",
  "MaxPooling1D",
  "MaxPooling2D",
  "MaxPooling3D",
  "AveragePooling1D",
  "AveragePooling2D",
  "AveragePooling3D",
  "GlobalAveragePooling1D",
  "GlobalAveragePooling2D",
  "GlobalMaxPooling1D",
  "GlobalMaxPooling2D",
  "Add",
  "Average",
  "Maximum",
  "Minimum",
  "Multiply",
  "Concatenate",
  "Dot",
]);

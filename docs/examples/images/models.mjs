/**
 * The networks of the image example: an MLP and a small CNN, each with and without batch norm, that give logits. Flat
 * inputs of [points, 1] get convolutions in one dimension, pictures of [height, width, 1] in two.
 */
import * as tfl from "@tensorflow/tfjs-layers";

const { layers, initializers } = tfl;

export const modelNames = ["mlp", "mlp-bn", "cnn", "cnn-bn"];

/** Built, with initial weights that depend on the seed alone. */
export function buildModel(name, { inputShape, classes, seed }) {
  const hasBatchNorm = name.endsWith("-bn");
  let built = 0;
  const kernelInitializer = () => initializers.heNormal({ seed: 1000 * seed + ++built });
  /** The layer, then a normalisation where the network has them, then a ReLU. */
  const block = (layerOf) => {
    const layer = layerOf({ kernelInitializer: kernelInitializer(), useBias: !hasBatchNorm });
    // A memory of some ten steps: runs on large batches have few.
    return [layer, ...(hasBatchNorm ? [layers.batchNormalization({ momentum: 0.9 })] : []), layers.reLU()];
  };
  const convolution = inputShape.length === 2 ? layers.conv1d : layers.conv2d;
  const hidden = name.startsWith("cnn")
    ? [
        ...block((common) => convolution({ ...common, inputShape, filters: 16, kernelSize: 5, strides: 2 })),
        ...block((common) => convolution({ ...common, filters: 16, kernelSize: 3, strides: 2 })),
        layers.flatten(),
      ]
    : [
        layers.flatten({ inputShape }),
        ...block((common) => layers.dense({ ...common, units: 100 })),
        ...block((common) => layers.dense({ ...common, units: 100 })),
      ];
  const logits = layers.dense({ units: classes, kernelInitializer: kernelInitializer() });
  const model = tfl.sequential({ layers: [...hidden, logits] });
  model.build();
  return model;
}

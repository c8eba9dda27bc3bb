/**
 * The derivative of a convolution by its filter, which the wasm backend lacks: the patches of the input that the filter
 * met, a row each, and one matrix product.
 */
import * as tf from "@tensorflow/tfjs-core";

/** Once a process, before a CNN is trained on wasm. */
export function registerFilterGradient() {
  if (tf.getKernel("Conv2DBackpropFilter", "wasm") !== undefined) return;
  tf.registerKernel({
    kernelName: "Conv2DBackpropFilter",
    backendName: "wasm",
    kernelFunc: ({ inputs, attrs }) => tf.tidy(() => filterGradient(inputs, attrs)),
  });
}

/** x [batch, height, width, channels], dy [batch, outHeight, outWidth, filters], channels last, no dilation. */
export function filterGradient({ x, dy }, { strides, pad, filterShape, dimRoundingMode, dataFormat = "NHWC" }) {
  if (dataFormat !== "NHWC") throw new Error(`filter gradient: data format ${dataFormat}, expected NHWC`);
  const info = tf.backend_util.computeConv2DInfo(x.shape, filterShape, strides, 1, pad, dimRoundingMode);
  const rows = info.batchSize * info.outHeight * info.outWidth;
  const patches = tf.tensor2d(patchesOf(x, info), [rows, info.filterHeight * info.filterWidth * info.inChannels]);
  const slopes = tf.reshape(dy, [rows, info.outChannels]);
  return tf.reshape(tf.matMul(patches, slopes, true, false), filterShape);
}

/** [batch, outHeight, outWidth, filterHeight, filterWidth, channels]; 0 beyond the edges. */
function patchesOf(x, info) {
  const { batchSize, inHeight, inWidth, inChannels, outHeight, outWidth, filterHeight, filterWidth } = info;
  const values = x.dataSync();
  const width = filterWidth * inChannels;
  const patches = new Float32Array(batchSize * outHeight * outWidth * filterHeight * width);
  let at = 0;
  for (let n = 0; n < batchSize; n++) {
    for (let row = 0; row < outHeight; row++) {
      for (let column = 0; column < outWidth; column++) {
        const left = column * info.strideWidth - info.padInfo.left;
        for (let i = 0; i < filterHeight; i++, at += width) {
          const y = row * info.strideHeight - info.padInfo.top + i;
          if (y < 0 || y >= inHeight) continue;
          const first = Math.max(0, -left) * inChannels;
          const last = Math.min(filterWidth, inWidth - left) * inChannels;
          const from = ((n * inHeight + y) * inWidth + left) * inChannels;
          for (let k = first; k < last; k++) patches[at + k] = values[from + k];
        }
      }
    }
  }
  return patches;
}

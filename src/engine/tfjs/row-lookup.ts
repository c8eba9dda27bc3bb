/**
 * Rows of a table by index, with a gradient that every backend can compute. The gradient of `tf.gather` is a segment
 * sum: wasm lacks it (UnsortedSegmentSum), and the cpu backend compares every row of the table with every row of the
 * batch. Scattering the rows' gradients adds up repeated indices and costs table + batch. Measured in
 * docs/decisions/0009-tfjs-packages-are-optional-peers.md.
 */
import type { GradSaveFunc, Tensor, Tensor1D, Tensor2D } from "@tensorflow/tfjs-core";
import type { Tfjs } from "./tfjs-packages.ts";

/**
 * [indices, width] of table [ids, width]; `indices` are int32 and within the table. With a `decay` above 0, the
 * gradient also has decay times each looked-up row, so that a row decays as often as it is seen: the gradient
 * of (decay / 2) |row|^2 a time.
 */
export function lookUpRows(tf: Tfjs, table: Tensor2D, indices: Tensor1D, decay: number): Tensor2D {
  const looked = tf.customGrad((...inputs) => {
    const [values, save] = inputs as [Tensor2D, GradSaveFunc];
    const rows = tf.gather(values, indices);
    if (decay > 0) save([rows]);
    return {
      value: rows,
      gradFunc: (slope, saved) => {
        const whole = decay > 0 ? tf.add(slope, tf.mul((saved as Tensor[])[0]!, decay)) : slope;
        return tf.scatterND(tf.reshape(indices, [indices.size, 1]), whole, table.shape);
      },
    };
  })(table);
  return looked as Tensor2D; // customGrad keeps no ranks
}

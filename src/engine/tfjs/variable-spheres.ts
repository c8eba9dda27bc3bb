/** LAWN's geometry on tf.Variables: every variable is one block, moved by src/optimizer/lawn/sphere.ts. */
import type { Tensor, Tensor1D, Variable } from "@tensorflow/tfjs-core";
import { blockNorms, retract, tangentProjection } from "../../optimizer/lawn/sphere.ts";
import type { LawnGroup } from "../../optimizer/lawn-blocks.ts";
import { tensorArrayOps } from "./tensor-ops.ts";
import type { Tfjs } from "./tfjs-packages.ts";

export interface VariableSpheres {
  /** [variables] norms, kept until disposed of. */
  norms(variables: readonly Variable[]): Tensor1D;
  /** x without its part along `at`, in x's shape; call inside a tidy. */
  tangent(at: Tensor, x: Tensor): Tensor;
  /** `to` at the norm of `radius` [1]; `from` where there is no direction or no sphere. Call inside a tidy. */
  retract(move: { readonly from: Tensor; readonly to: Tensor; readonly radius: Tensor1D }): Tensor;
}

export function variableSpheres(tf: Tfjs): VariableSpheres {
  const ops = tensorArrayOps(tf);
  const flat = (x: Tensor): Tensor1D => tf.reshape(x, [x.size]);
  return {
    norms: (variables) =>
      tf.keep(tf.tidy(() => tf.concat1d(variables.map((w) => blockNorms(ops, wholeOf(w), [flat(w)]))))),
    tangent(at, x) {
      const [tangent] = tangentProjection(ops, wholeOf(at), [flat(at)])([flat(x)]);
      return tf.reshape(tangent!, x.shape);
    },
    retract({ from, to, radius }) {
      const { weights } = retract(ops, wholeOf(to), { from: [flat(from)], to: [flat(to)], radii: radius });
      return tf.reshape(weights[0]!, to.shape);
    },
  };
}

function wholeOf({ size }: Tensor): LawnGroup {
  const info = { name: "variable", shape: [size], role: "dense" as const };
  return { name: info.name, rows: 1, members: [{ info, blocks: { size, rows: 1 } }] };
}

/**
 * How near a batch comes to where a ReLU turns: nearer than a rounding, float32 and float64 may
 * rightly take different sides.
 */
import { type Batch, forEachPair } from "../../../src/dataset/batch.ts";
import { openForward } from "../../../src/ranker/forward.ts";
import type { Parameters, RankerSpec } from "../../../src/ranker/ranker-spec.ts";

/** The least |W x + b| of all units of the tower over all pairs of the batch; infinity without a tower. */
export function nearestKink(spec: RankerSpec, parameters: Parameters, batch: Batch): number {
  const forward = openForward(spec, parameters);
  let nearest = Number.POSITIVE_INFINITY;
  forEachPair(batch, (user, item) => {
    forward.logit(user, item);
    for (const [layer, { weight, bias }] of forward.tower.entries()) {
      const inputs = forward.layers[layer]!;
      for (const [output, start] of bias.entries()) {
        const sum = inputs.reduce((total, value, i) => total + weight[output * inputs.length + i]! * value, start);
        nearest = Math.min(nearest, Math.abs(sum));
      }
    }
  });
  return nearest;
}

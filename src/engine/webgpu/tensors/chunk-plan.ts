/**
 * How much of a batch the device works on at once: numbers of the ranker, the shape of the batch and the device alone,
 * so that results depend on nothing else.
 */
import { EngineError } from "../../../errors.ts";
import { headWidth, type RankerSpec } from "../../../ranker/ranker-spec.ts";
import { type BatchShape, pairsOf } from "./batch-shape.ts";
import { featureColumns } from "./feature-columns.ts";

export interface ChunkPlan {
  readonly shape: BatchShape;
  /** Samples of a chunk, whole blocks where they share negatives; only the last chunk of a batch has fewer. */
  readonly samples: number;
  /** Most runs that a sum over pairs is cut into. */
  readonly mostSplits: number;
  /** Values of all dense gradients, [dW | db] layer by layer and [head | bias]. */
  readonly denseValues: number;
}

/** Rows of this many pairs fill any device; more only take memory. */
const MOST_SAMPLES = 2 ** 20;
const MOST_LISTED_PAIRS = 2 ** 21;
const MOST_SPLITS = 1024;
/** A pair sorted by user and by item takes 16 bytes. */
const SORT_VALUES = 4;
/** 256 MiB of sums over runs. */
const MOST_SPLIT_VALUES = 2 ** 26;

export function planChunks(spec: RankerSpec, shape: BatchShape, bindingBytes: number): ChunkPlan {
  const { embedding, tower } = spec;
  const widest = Math.max(SORT_VALUES, featureColumns(spec).stride, 2 * embedding, ...tower);
  // What is cut last: a sample, or a block.
  const unit = Math.max(1, shape.blockRows);
  const logits = shape.blockRows === 0 ? 0 : unit * (1 + shape.negatives);
  const unitPairs = pairsOf(shape, unit);
  const unitBytes = 4 * Math.max(widest * unitPairs, logits);
  const most = Math.min(MOST_SAMPLES / unit, MOST_LISTED_PAIRS / Math.max(unitPairs, logits));
  const units = Math.min(Math.max(1, Math.floor(most)), Math.floor(bindingBytes / unitBytes));
  if (units < 1) {
    const what =
      unitPairs === 1 ? `a row of ${unitBytes} bytes does` : `${unitPairs} pairs of ${unitBytes} bytes in all do`;
    const remedy = unitPairs > 2 ? "draw fewer negatives, or use smaller widths" : "use smaller widths";
    throw new EngineError(
      `webgpu engine: ${what} not fit the device's largest binding of ${bindingBytes} bytes; ${remedy}`,
    );
  }
  let denseValues = headWidth(spec) + 1;
  let inputs = 2 * embedding;
  for (const outputs of tower) {
    denseValues += outputs * (inputs + 1);
    inputs = outputs;
  }
  const room = Math.floor(Math.min(MOST_SPLIT_VALUES, bindingBytes / 4) / denseValues);
  return {
    shape,
    samples: units * unit,
    mostSplits: Math.max(1, Math.min(MOST_SPLITS, room)),
    denseValues,
  };
}

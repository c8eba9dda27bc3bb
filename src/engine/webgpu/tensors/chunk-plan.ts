/**
 * How much of a batch the device works on at once: numbers of the ranker and the device alone, so that
 * results depend on nothing else.
 */
import { EngineError } from "../../../errors.ts";
import type { LossName } from "../../../ranker/loss.ts";
import { headWidth, type RankerSpec } from "../../../ranker/ranker-spec.ts";
import { featureColumns } from "./feature-columns.ts";

export interface ChunkPlan {
  /** Samples of a chunk; only the last chunk of a batch has fewer. */
  readonly samples: number;
  readonly pairsPerSample: 1 | 2;
  /** Most runs that a sum over pairs is cut into. */
  readonly mostSplits: number;
  /** Values of all dense gradients, [dW | db] layer by layer and [head | bias]. */
  readonly denseValues: number;
}

/** Rows of this many pairs fill any device; more only take memory. */
const MOST_SAMPLES = 2 ** 20;
const MOST_SPLITS = 1024;
/** A pair sorted by user and by item takes 16 bytes. */
const SORT_VALUES = 4;
/** 256 MiB of sums over runs. */
const MOST_SPLIT_VALUES = 2 ** 26;

export function planChunks(spec: RankerSpec, loss: LossName, bindingBytes: number): ChunkPlan {
  const { embedding, tower } = spec;
  const widest = Math.max(SORT_VALUES, featureColumns(spec).stride, 2 * embedding, ...tower);
  const pairsPerSample = loss === "bpr" ? 2 : 1;
  const samples = Math.min(MOST_SAMPLES, Math.floor(bindingBytes / (4 * widest * pairsPerSample)));
  if (samples < 1) {
    throw new EngineError(
      `webgpu engine: a row of ${4 * widest} bytes does not fit the device's largest binding of ${bindingBytes} bytes; use smaller widths`,
    );
  }
  let denseValues = headWidth(spec) + 1;
  let inputs = 2 * embedding;
  for (const outputs of tower) {
    denseValues += outputs * (inputs + 1);
    inputs = outputs;
  }
  const room = Math.floor(Math.min(MOST_SPLIT_VALUES, bindingBytes / 4) / denseValues);
  return { samples, pairsPerSample, mostSplits: Math.max(1, Math.min(MOST_SPLITS, room)), denseValues };
}

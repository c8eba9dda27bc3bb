/**
 * Mean loss of a batch and its gradient: each sample forward, then backward with its share of the slope. A sample's
 * weight multiplies its loss; the mean is over the samples, whatever they weigh.
 */
import {
  type Batch,
  type ListwiseBatch,
  negativesOfRow,
  negativesPerBlock,
  type PairwiseBatch,
  type PointwiseBatch,
} from "../../dataset/batch.ts";
import { openForward } from "../../ranker/forward.ts";
import {
  bayesianPersonalizedRanking,
  bayesianPersonalizedRankingSlope,
  binaryCrossEntropy,
  binaryCrossEntropySlope,
  cosineContrastive,
  type LossConfig,
  softmaxCrossEntropy,
} from "../../ranker/loss.ts";
import type { FloatArray, Parameters, RankerSpec } from "../../ranker/ranker-spec.ts";
import { openBackward } from "./backward.ts";
import { openEmbeddingDecay } from "./embedding-decay.ts";
import type { GradientBuffers } from "./gradient-buffers.ts";

/** Lets timers, signals and progress run; resolves on a later turn of the event loop. */
export type Breathe = () => Promise<void>;

/** Samples between breaths: some tens of milliseconds of work for a small ranker. */
const SAMPLES_PER_BREATH = 4096;

/**
 * Resolves to the mean loss; leaves the gradient of that mean in `gradients`, which must be clear.
 * The batch must be checked.
 */
export async function gatherGradient<A extends FloatArray>(
  batch: Batch,
  model: Model<A> & { readonly breathe: Breathe },
): Promise<number> {
  const addSample = openBatch(batch, model);
  let sum = 0;
  for (let start = 0; start < batch.length; start += SAMPLES_PER_BREATH) {
    const end = Math.min(batch.length, start + SAMPLES_PER_BREATH);
    for (let row = start; row < end; row++) sum += addSample(row);
    await model.breathe();
  }
  return sum / batch.length;
}

interface Model<A extends FloatArray> {
  readonly spec: RankerSpec;
  readonly parameters: Parameters;
  readonly gradients: GradientBuffers<A>;
  readonly loss: LossConfig;
  /** See SessionOptions. */
  readonly embeddingDecay: number;
}

/** Adds one sample's gradient and returns its loss. */
type AddSample = (row: number) => number;

/** A product with 1 keeps every bit. */
function weightsOf({ weights }: Batch): (row: number) => number {
  return weights === null ? () => 1 : (row) => weights[row]!;
}

function openBatch<A extends FloatArray>(batch: Batch, model: Model<A>): AddSample {
  switch (batch.kind) {
    case "pointwise":
      return openPointwise(batch, model);
    case "pairwise":
      return openPairwise(batch, model);
    case "listwise":
      return openListwise(batch, model);
  }
}

function openPointwise<A extends FloatArray>(batch: PointwiseBatch, model: Model<A>): AddSample {
  const { spec, parameters, gradients, embeddingDecay } = model;
  const { users, items, labels, length } = batch;
  const weightOf = weightsOf(batch);
  const forward = openForward(spec, parameters);
  const backward = openBackward(spec, { parameters, gradients, isCompared: false });
  const decay = openEmbeddingDecay(spec, { parameters, gradients });
  return (row) => {
    const user = users[row]!;
    const item = items[row]!;
    const label = labels[row]!;
    const logit = forward.logit(user, item);
    const weight = weightOf(row);
    backward(forward, user, item, (weight * binaryCrossEntropySlope(logit, label)) / length);
    if (embeddingDecay > 0) {
      decay("users", user, embeddingDecay / length);
      decay("items", item, embeddingDecay / length);
    }
    return weight * binaryCrossEntropy(logit, label);
  };
}

function openPairwise<A extends FloatArray>(batch: PairwiseBatch, model: Model<A>): AddSample {
  const { spec, parameters, gradients, embeddingDecay } = model;
  const { users, positives, negatives, length } = batch;
  const weightOf = weightsOf(batch);
  const forwardPositive = openForward(spec, parameters);
  const forwardNegative = openForward(spec, parameters); // its own activations: both are needed on the way back
  const backward = openBackward(spec, { parameters, gradients, isCompared: true });
  const decay = openEmbeddingDecay(spec, { parameters, gradients });
  return (row) => {
    const user = users[row]!;
    const positive = positives[row]!;
    const negative = negatives[row]!;
    const margin = forwardPositive.logit(user, positive) - forwardNegative.logit(user, negative);
    const weight = weightOf(row);
    const slope = (weight * bayesianPersonalizedRankingSlope(margin)) / length;
    backward(forwardPositive, user, positive, slope);
    backward(forwardNegative, user, negative, -slope);
    if (embeddingDecay > 0) {
      for (const item of [positive, negative]) {
        decay("users", user, embeddingDecay / length);
        decay("items", item, embeddingDecay / length);
      }
    }
    return weight * bayesianPersonalizedRanking(margin);
  };
}

/**
 * Each item's logit is computed twice: its activations are needed on the way back, when the slopes are known. A row
 * looks up its user and its positive, a block its negatives: shared ones once.
 */
function openListwise<A extends FloatArray>(batch: ListwiseBatch, model: Model<A>): AddSample {
  const { spec, parameters, gradients, loss, embeddingDecay } = model;
  const { users, positives, negatives, blockRows, length } = batch;
  const perBlock = negativesPerBlock(batch);
  const weightOf = weightsOf(batch);
  const forward = openForward(spec, parameters);
  const backward = openBackward(spec, { parameters, gradients, isCompared: true });
  const decay = openEmbeddingDecay(spec, { parameters, gradients });
  const logQ = loss.name === "softmax" ? loss.itemLogQ : null;
  const decayRow = (row: number): void => {
    const strength = embeddingDecay / length;
    decay("users", users[row]!, strength);
    decay("items", positives[row]!, strength);
    if (row % blockRows !== 0) return;
    const first = (row / blockRows) * perBlock;
    for (const negative of negatives.subarray(first, first + perBlock)) {
      gradients.touch(users[row]!, negative); // it may be masked in every row
      decay("items", negative, strength);
    }
  };
  return (row) => {
    const user = users[row]!;
    const items = [positives[row]!, ...negativesOfRow(batch, row)];
    const logits = Float64Array.from(items, (item) => forward.logit(user, item) - (logQ?.[item] ?? 0));
    const slopes = new Float64Array(items.length);
    const rowLoss = loss.name === "ccl" ? cosineContrastive(logits, slopes, loss) : softmaxCrossEntropy(logits, slopes);
    const weight = weightOf(row);
    for (const [place, item] of items.entries()) {
      forward.logit(user, item);
      backward(forward, user, item, (weight * slopes[place]!) / length);
    }
    if (embeddingDecay > 0) decayRow(row);
    return weight * rowLoss;
  };
}

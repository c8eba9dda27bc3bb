/**
 * The dispatches from activations to loss and gradient: slopes, the tower back to front, dense sums,
 * then the tables row by row.
 */
import type { LossConfig } from "../../../ranker/loss.ts";
import type { BufferAccount } from "../device/buffer-ledger.ts";
import { constantWords, type DispatchPlan, type Work } from "../device/program.ts";
import { mostRuns, pairsPerSplit } from "../device/step-numbers.ts";
import { DELTA_LANES, HEAD_COLUMNS, headDeltaKernel, headGradientKernel } from "../kernels/head-backward.ts";
import { LIST_SAMPLES } from "../kernels/lists/list-slopes.ts";
import { LOGIT_LANES } from "../kernels/logit-scores.ts";
import { lossSlopesKernel, meanLossKernel } from "../kernels/loss-slopes.ts";
import { matrixProductKernel, tileFor } from "../kernels/matrix-product.ts";
import { areAligned } from "../kernels/product-access.ts";
import { jobWords, type SplitJob, SUM_VALUES, sumSplitsKernel } from "../kernels/sum-splits.ts";
import { type ArenaPlan, wholePart } from "../tensors/arena.ts";
import { isCompared, isListwise } from "../tensors/batch-shape.ts";
import type { ChunkPlan } from "../tensors/chunk-plan.ts";
import { type ForwardMemory, headValues, lastLayer, logitWords, type RankerMemory } from "./forward-plan.ts";
import { allocateShared, listPlans, type SharedMemory } from "./list-plan.ts";

export interface BackwardMemory {
  readonly labels: GPUBuffer;
  /** Null where all samples count alike. */
  readonly weights: GPUBuffer | null;
  /** [pairs] d loss / d logit; of shared negatives [1 + negatives, samples] */
  readonly slopes: GPUBuffer;
  readonly lossSums: GPUBuffer;
  /**
   * deltas[l]: d loss / d input of tower layer l, [pairs, inputs]; the last one is d loss / d last layer.
   * Empty without an MLP path.
   */
  readonly deltas: readonly GPUBuffer[];
  readonly splits: GPUBuffer;
  /** Null unless samples share their negatives. */
  readonly shared: SharedMemory | null;
}

/** For chunks of up to so many samples, whose pairs `forward` has room for. */
export async function allocateBackward(
  account: BufferAccount,
  { spec }: RankerMemory,
  {
    samples,
    chunks,
    forward,
  }: { readonly samples: number; readonly chunks: ChunkPlan; readonly forward: ForwardMemory },
): Promise<BackwardMemory> {
  const { shape } = chunks;
  const { capacity } = forward;
  const widths = spec.embedding === 0 ? [] : [2 * spec.embedding, ...spec.tower];
  const labels = await account.storage("a batch's labels", 4 * samples);
  const weights = shape.isWeighted ? await account.storage("a batch's weights", 4 * samples) : null;
  const slopes = await account.storage("a batch's slopes", 4 * Math.max(capacity, samples * (1 + shape.negatives)));
  const lossSums = await account.storage("a batch's losses", 4 * Math.ceil(samples / samplesPerSum(chunks)));
  const shared = shape.blockRows === 0 ? null : await allocateShared(account, forward, { shape, samples });
  const deltas: GPUBuffer[] = [];
  for (const width of widths) deltas.push(await account.storage("a batch's deltas", 4 * capacity * width));
  const splits = await account.storage(
    "sums over runs of pairs",
    4 * chunks.denseValues * mostRuns(capacity, chunks.mostSplits),
  );
  return { labels, weights, slopes, lossSums, deltas, splits, shared };
}

export interface BackwardParts {
  readonly ranker: RankerMemory;
  readonly forward: ForwardMemory;
  readonly backward: BackwardMemory;
  readonly chunks: ChunkPlan;
  readonly loss: LossConfig;
  /** [items] on the device; null where nothing is taken off the logits. */
  readonly itemLogQ: GPUBuffer | null;
  /** The gradient arena, cut as the values are. */
  readonly gradients: readonly GPUBuffer[];
  /** Where jobs for sum-splits.ts are kept. */
  readonly jobs: GPUBuffer;
  readonly losses: GPUBuffer;
}

export function backwardPlans(parts: BackwardParts): DispatchPlan[] {
  return [...lossPlans(parts), ...towerPlans(parts), headGradientPlan(parts), sumPlan(parts)];
}

function samplesPerSum({ shape }: ChunkPlan): number {
  return isListwise(shape) ? LIST_SAMPLES : LOGIT_LANES;
}

function runsOf({ pairs }: Work, { mostSplits }: ChunkPlan): number {
  return Math.ceil(pairs / pairsPerSplit(pairs, mostSplits));
}

function slopePlans({ ranker, forward, backward, chunks, loss, itemLogQ }: BackwardParts): DispatchPlan[] {
  const last = lastLayer(ranker, forward);
  const { labels, weights, slopes, lossSums, shared } = backward;
  const { shape } = chunks;
  if (isListwise(shape))
    return listPlans({ ranker, forward, shape, loss, itemLogQ, weights, slopes, lossSums, shared });
  return [
    {
      kernel: lossSlopesKernel({ isPairwise: isCompared(shape), isWeighted: weights !== null }),
      constants: logitWords(ranker, forward),
      storage: [
        ...[forward.features, last.buffer, headValues(ranker), labels, slopes, lossSums],
        ...(weights === null ? [] : [weights]),
      ],
      workgroups: ({ samples }) => Math.ceil(samples / LOGIT_LANES),
    },
  ];
}

function lossPlans(parts: BackwardParts): DispatchPlan[] {
  const { ranker, forward, backward, chunks, losses } = parts;
  const last = lastLayer(ranker, forward);
  const { slopes, lossSums, deltas } = backward;
  const { spec, plan } = ranker;
  const plans: DispatchPlan[] = [
    ...slopePlans(parts),
    { kernel: meanLossKernel(samplesPerSum(chunks)), storage: [lossSums, losses], workgroups: () => 1 },
  ];
  const delta = deltas.at(-1);
  if (delta !== undefined) {
    const offset = wholePart(plan, "head.weight").offset + spec.gmf;
    plans.push({
      kernel: headDeltaKernel,
      constants: constantWords(last.width, offset, spec.tower.length === 0 ? 0 : 1, 0),
      storage: [slopes, headValues(ranker), last.buffer, delta],
      workgroups: ({ pairs }) => Math.ceil((pairs * last.width) / DELTA_LANES),
    });
  }
  return plans;
}

/** Back to front: a layer's weights and bias, then its input. */
function towerPlans({ ranker, forward, backward, chunks }: BackwardParts): DispatchPlan[] {
  const { plan, values, precision } = ranker;
  const { columns, features, activations } = forward;
  const plans: DispatchPlan[] = [];
  for (const { layer, inputs, outputs, splitsOffset } of splitLayout(ranker, forward, chunks).layers.toReversed()) {
    const weight = wholePart(plan, `tower.${layer}.weight`);
    const [column, stride] = layer === 0 ? [columns.mlpColumn, columns.stride] : [0, inputs];
    const constants = constantWords(
      inputs,
      outputs,
      column,
      stride,
      weight.offset,
      0,
      splitsOffset,
      layer === 0 ? 0 : 1,
    );
    const x = activations[layer - 1] ?? features;
    const outDelta = backward.deltas[layer + 1]!;
    const isAligned = areAligned(inputs, outputs, column, stride);
    const weightTile = tileFor("weight", outputs, inputs);
    plans.push({
      kernel: matrixProductKernel("weight", { tile: weightTile, k: Number.POSITIVE_INFINITY, precision, isAligned }),
      constants,
      storage: [outDelta, x, backward.splits],
      workgroups: (work) => Math.ceil(outputs / weightTile.m) * Math.ceil(inputs / weightTile.n) * runsOf(work, chunks),
    });
    const inputTile = tileFor("input", forward.capacity, inputs);
    plans.push({
      kernel: matrixProductKernel("input", { tile: inputTile, k: outputs, precision, isAligned }),
      constants,
      storage: [outDelta, values[weight.piece]!, x, backward.deltas[layer]!],
      workgroups: ({ pairs }) => Math.ceil(pairs / inputTile.m) * Math.ceil(inputs / inputTile.n),
    });
  }
  return plans;
}

function headGradientPlan({ ranker, forward, backward, chunks }: BackwardParts): DispatchPlan {
  const { spec } = ranker;
  const last = lastLayer(ranker, forward);
  const width = spec.gmf + last.width;
  const { shared, slopes, splits } = backward;
  return {
    kernel: headGradientKernel({ isShared: shared !== null }),
    constants: constantWords(
      forward.columns.stride,
      spec.gmf,
      forward.columns.gmfColumn,
      width,
      last.stride,
      last.column,
      isCompared(chunks.shape) ? 1 : 0,
      splitLayout(ranker, forward, chunks).headOffset,
    ),
    storage:
      shared === null
        ? [forward.features, last.buffer, splits, slopes]
        : [forward.features, shared.contributions, splits],
    workgroups: (work) => Math.ceil((width + 1) / HEAD_COLUMNS) * runsOf(work, chunks),
  };
}

/** Every dense tensor lies in the piece of the head: planArena puts them last and together. */
function sumPlan({ ranker, forward, backward, chunks, gradients, jobs }: BackwardParts): DispatchPlan {
  return {
    kernel: sumSplitsKernel,
    constants: constantWords(sumJobs(ranker, forward, chunks).length, chunks.denseValues),
    storage: [jobs, backward.splits, gradients[wholePart(ranker.plan, "head.bias").piece]!],
    workgroups: () => Math.ceil(chunks.denseValues / SUM_VALUES),
  };
}

/** What the buffer `jobs` must hold. */
export function sumJobWords(ranker: RankerMemory, forward: ForwardMemory, chunks: ChunkPlan): Uint32Array<ArrayBuffer> {
  return jobWords(sumJobs(ranker, forward, chunks));
}

function sumJobs(ranker: RankerMemory, forward: ForwardMemory, chunks: ChunkPlan): readonly SplitJob[] {
  const { spec, plan } = ranker;
  const { layers, headOffset } = splitLayout(ranker, forward, chunks);
  const offsetOf = (name: string, owner: ArenaPlan): number => wholePart(owner, name).offset;
  const columns = spec.gmf + (spec.embedding === 0 ? 0 : (spec.tower.at(-1) ?? 2 * spec.embedding)) + 1;
  return [
    ...layers.map(({ layer, inputs, outputs, splitsOffset }) => ({
      rows: outputs,
      columns: inputs + 1,
      splitsOffset,
      weightOffset: offsetOf(`tower.${layer}.weight`, plan),
      biasOffset: offsetOf(`tower.${layer}.bias`, plan),
    })),
    {
      rows: 1,
      columns,
      splitsOffset: headOffset,
      weightOffset: columns > 1 ? offsetOf("head.weight", plan) : 0,
      biasOffset: offsetOf("head.bias", plan),
    },
  ];
}

/** Layer after layer, each with room for the most runs there can be. */
function splitLayout({ spec }: RankerMemory, { capacity }: ForwardMemory, chunks: ChunkPlan) {
  const runs = mostRuns(capacity, chunks.mostSplits);
  const layers: { layer: number; inputs: number; outputs: number; splitsOffset: number }[] = [];
  let splitsOffset = 0;
  let inputs = 2 * spec.embedding;
  for (const [layer, outputs] of spec.tower.entries()) {
    layers.push({ layer, inputs, outputs, splitsOffset });
    splitsOffset += runs * outputs * (inputs + 1);
    inputs = outputs;
  }
  return { layers, headOffset: splitsOffset };
}

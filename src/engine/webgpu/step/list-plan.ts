/**
 * The dispatches from activations to slopes where a positive is compared with several negatives, and, where samples
 * share them, on to what every pair contributes to the tables: matrix products instead of a pair for each.
 */
import type { LossConfig } from "../../../ranker/loss.ts";
import type { BufferAccount } from "../device/buffer-ledger.ts";
import { constantWords, type DispatchPlan, float } from "../device/program.ts";
import { MASK_BITS } from "../kernels/draw/draw-shared.ts";
import { LIST_SAMPLES, listSlopesKernel } from "../kernels/lists/list-slopes.ts";
import { SHARED_TILE, type SharedProduct, sharedProductKernel } from "../kernels/lists/shared-products.ts";
import { UNIT_ROWS, unitContributionsKernel } from "../kernels/lists/unit-contributions.ts";
import { LOGIT_LANES, logitScoresKernel } from "../kernels/logit-scores.ts";
import { wholePart } from "../tensors/arena.ts";
import { type BatchShape, blocksOf } from "../tensors/batch-shape.ts";
import {
  type ForwardMemory,
  headOffset,
  headValues,
  inverseTemperatureOf,
  lastLayer,
  logitWords,
  type RankerMemory,
} from "./forward-plan.ts";

/** Words of masks for each sample. */
export function maskWords({ negatives }: BatchShape): number {
  return Math.ceil(negatives / MASK_BITS);
}

/** What samples that share their negatives need beside the rest. */
export interface SharedMemory {
  /** [samples, words] */
  readonly masks: GPUBuffer;
  /** [pairs, stride] d loss / d features */
  readonly contributions: GPUBuffer;
}

export async function allocateShared(
  account: BufferAccount,
  { columns, capacity }: ForwardMemory,
  { shape, samples }: { readonly shape: BatchShape; readonly samples: number },
): Promise<SharedMemory> {
  return {
    masks: await account.storage("negatives that samples leave out", 4 * samples * maskWords(shape)),
    contributions: await account.storage("contributions to the tables", 4 * capacity * columns.stride),
  };
}

export interface ListParts {
  readonly ranker: RankerMemory;
  readonly forward: ForwardMemory;
  readonly shape: BatchShape;
  readonly loss: LossConfig;
  /** [items] on the device; null where nothing is taken off the logits. */
  readonly itemLogQ: GPUBuffer | null;
  readonly weights: GPUBuffer | null;
  /** [1 + negatives, samples], at least a value a pair */
  readonly slopes: GPUBuffer;
  readonly lossSums: GPUBuffer;
  /** Null where each sample has its own. */
  readonly shared: SharedMemory | null;
}

export function listPlans(parts: ListParts): DispatchPlan[] {
  const { ranker, forward, shape, loss, itemLogQ, weights, slopes, lossSums, shared } = parts;
  const last = lastLayer(ranker, forward);
  const ccl = loss.name === "ccl" ? loss : { margin: 0, negativeWeight: 0 };
  return [
    {
      kernel: logitScoresKernel,
      constants: logitWords(ranker, forward),
      storage: [forward.features, last.buffer, headValues(ranker), slopes],
      // Of shared ones the positives' alone; what it writes behind them is written over.
      workgroups: ({ pairs, samples }) => Math.ceil((shared === null ? pairs : samples) / LOGIT_LANES),
    },
    ...(shared === null ? [] : [productPlan("logits", parts, shared)]),
    {
      kernel: listSlopesKernel({
        loss: loss.name === "ccl" ? "ccl" : "softmax",
        isShared: shared !== null,
        isWeighted: weights !== null,
        isCorrected: itemLogQ !== null,
      }),
      constants: constantWords(
        shape.negatives,
        shape.blockRows,
        forward.capacity,
        float(ccl.margin),
        float(ccl.negativeWeight),
        0,
        0,
        0,
      ),
      storage: [
        ...[slopes, lossSums],
        ...(weights === null ? [] : [weights]),
        ...(itemLogQ === null ? [] : [itemLogQ, forward.ids]),
      ],
      workgroups: ({ samples }) => Math.ceil(samples / LIST_SAMPLES),
    },
    ...(shared === null ? [] : contributionPlans(parts, shared)),
  ];
}

function contributionPlans(parts: ListParts, shared: SharedMemory): DispatchPlan[] {
  const { ranker, forward } = parts;
  const { stride, dotColumn, unitColumn } = forward.columns;
  const plans = [productPlan("users", parts, shared), productPlan("items", parts, shared)];
  if (unitColumn === null) return plans;
  const units: DispatchPlan = {
    kernel: unitContributionsKernel,
    constants: constantWords(stride, ranker.spec.dot, dotColumn, unitColumn),
    storage: [forward.features, shared.contributions],
    workgroups: ({ pairs, samples }) => Math.ceil((pairs + samples) / UNIT_ROWS),
  };
  return [...plans, units];
}

function productPlan(
  kind: SharedProduct,
  { ranker, forward, shape, slopes }: ListParts,
  { masks, contributions }: SharedMemory,
): DispatchPlan {
  const { spec, plan } = ranker;
  const { columns, features } = forward;
  const width = spec.dot + spec.gmf + (spec.idBiases ? 1 : 0);
  const tiles = (extent: number): number => Math.ceil(extent / SHARED_TILE);
  const ofBlock = {
    logits: tiles(shape.blockRows) * tiles(shape.negatives),
    users: tiles(shape.blockRows) * tiles(width),
    items: tiles(shape.negatives) * tiles(width),
  }[kind];
  return {
    kernel: sharedProductKernel(kind),
    constants: constantWords(
      columns.stride,
      spec.dot,
      columns.dotColumn,
      spec.gmf,
      columns.gmfColumn,
      columns.biasColumn,
      spec.idBiases ? 1 : 0,
      headOffset(ranker),
      wholePart(plan, "head.bias").offset,
      shape.blockRows,
      shape.negatives,
      maskWords(shape),
      float(inverseTemperatureOf(spec)),
      0,
      0,
      0,
    ),
    storage: kind === "logits" ? [features, headValues(ranker), masks, slopes] : [features, slopes, contributions],
    workgroups: ({ samples }) => blocksOf(shape, samples) * ofBlock,
  };
}

/** The dispatches from pairs to activations, shared by training and scoring, and the memory they fill. */
import type { RankerSpec } from "../../../ranker/ranker-spec.ts";
import type { BufferAccount } from "../device/buffer-ledger.ts";
import { columnLanes } from "../device/column-lanes.ts";
import type { ProductPrecision } from "../device/kernel.ts";
import { constantWords, type DispatchPlan, float } from "../device/program.ts";
import { gatherFeaturesKernel, gatherWorkgroups, MOST_FEATURES } from "../kernels/gather-features.ts";
import { matrixProductKernel, tileFor } from "../kernels/matrix-product.ts";
import { areAligned } from "../kernels/product-access.ts";
import { UNIT_PAIRS, unitFeaturesKernel } from "../kernels/unit-features.ts";
import { type ArenaPlan, wholePart } from "../tensors/arena.ts";
import { type FeatureColumns, featureColumns, lastWidth } from "../tensors/feature-columns.ts";

/** Where the ranker's values are. */
export interface RankerMemory {
  readonly spec: RankerSpec;
  readonly plan: ArenaPlan;
  /** The value arena, piece by piece. */
  readonly values: readonly GPUBuffer[];
  /** What dense layers multiply. */
  readonly precision: ProductPrecision;
}

export interface ForwardMemory {
  readonly columns: FeatureColumns;
  /** Pairs that fit. */
  readonly capacity: number;
  /** [2, capacity]: users, then items. */
  readonly ids: GPUBuffer;
  /** [capacity, columns.stride] */
  readonly features: GPUBuffer;
  /** Outputs of each tower layer: [capacity, width]. */
  readonly activations: readonly GPUBuffer[];
}

export async function allocateForward(
  account: BufferAccount,
  spec: RankerSpec,
  capacity: number,
): Promise<ForwardMemory> {
  const columns = featureColumns(spec);
  const activations: GPUBuffer[] = [];
  const ids = await account.storage("a batch's ids", 8 * capacity);
  const features = await account.storage("a batch's features", 4 * capacity * columns.stride);
  for (const [layer, width] of spec.tower.entries()) {
    activations.push(await account.storage(`a batch's outputs of tower layer ${layer}`, 4 * capacity * width));
  }
  return { columns, capacity, ids, features, activations };
}

export function forwardPlans(ranker: RankerMemory, memory: ForwardMemory): DispatchPlan[] {
  return [...gatherPlans(ranker, memory), ...unitPlans(ranker, memory), ...towerPlans(ranker, memory)];
}

/** The last tower layer's rows; the concatenated embeddings under an empty tower; nothing without an MLP path. */
export function lastLayer({ spec }: RankerMemory, { columns, features, activations }: ForwardMemory) {
  const width = lastWidth(spec);
  const buffer = activations.at(-1);
  return buffer === undefined
    ? { buffer: features, width, stride: columns.stride, column: columns.mlpColumn }
    : { buffer, width, stride: width, column: 0 };
}

/** What pair-logit.ts wants to know. */
export function logitWords(ranker: RankerMemory, memory: ForwardMemory): Uint32Array<ArrayBuffer> {
  const { spec, plan } = ranker;
  const { columns } = memory;
  const { width, stride, column } = lastLayer(ranker, memory);
  return constantWords(
    columns.stride,
    columns.unitColumn === null ? spec.dot : 0,
    columns.dotColumn,
    spec.gmf,
    columns.gmfColumn,
    width,
    stride,
    column,
    columns.biasColumn,
    spec.idBiases ? 1 : 0,
    headOffset(ranker),
    wholePart(plan, "head.bias").offset,
    columns.unitColumn === null ? 0 : columns.unitColumn + 2,
    float(inverseTemperatureOf(spec)),
    0,
    0,
  );
}

/** What the dot path's products are multiplied by. */
export function inverseTemperatureOf({ cosineTemperature }: RankerSpec): number {
  return cosineTemperature === null ? 1 : 1 / cosineTemperature;
}

/** The piece that holds the head. */
export function headValues({ plan, values }: RankerMemory): GPUBuffer {
  return values[wholePart(plan, "head.bias").piece]!;
}

/** Where the head's weights begin in that piece; 0 where there are none. */
export function headOffset({ plan }: RankerMemory): number {
  return plan.parts.get("head.weight")?.[0]?.offset ?? 0;
}

function gatherPlans({ plan, values }: RankerMemory, memory: ForwardMemory): DispatchPlan[] {
  const { columns, capacity, ids, features } = memory;
  const lanes = columnLanes(columns.stride);
  return values.flatMap((piece, index): DispatchPlan[] => {
    const words = columns.features.flatMap(({ name, side, column, width }) =>
      plan.parts
        .get(name)!
        .filter((part) => part.piece === index)
        .map(({ firstRow, rows, offset }) => [column, width, side === "user" ? 0 : 1, firstRow, rows, offset, 0, 0]),
    );
    if (words.length === 0) return [];
    const padding = Array<number>(8 * (MOST_FEATURES - words.length)).fill(0);
    return [
      {
        kernel: gatherFeaturesKernel,
        constants: constantWords(
          columns.stride,
          capacity,
          words.length,
          lanes.span,
          lanes.chunks,
          lanes.atOnce,
          0,
          0,
          ...words.flat(),
          ...padding,
        ),
        storage: [ids, piece, features],
        workgroups: ({ pairs }) => gatherWorkgroups(pairs, lanes),
      },
    ];
  });
}

function unitPlans({ spec }: RankerMemory, { columns, features }: ForwardMemory): DispatchPlan[] {
  const { stride, dotColumn, unitColumn } = columns;
  if (unitColumn === null) return [];
  return [
    {
      kernel: unitFeaturesKernel,
      constants: constantWords(stride, spec.dot, dotColumn, unitColumn, float(inverseTemperatureOf(spec)), 0, 0, 0),
      storage: [features],
      workgroups: ({ pairs }) => Math.ceil(pairs / UNIT_PAIRS),
    },
  ];
}

function towerPlans({ spec, plan, values, precision }: RankerMemory, memory: ForwardMemory): DispatchPlan[] {
  const { columns, features, activations } = memory;
  return spec.tower.map((outputs, layer): DispatchPlan => {
    const inputs = spec.tower[layer - 1] ?? 2 * spec.embedding;
    const weight = wholePart(plan, `tower.${layer}.weight`);
    const bias = wholePart(plan, `tower.${layer}.bias`);
    const [column, stride] = layer === 0 ? [columns.mlpColumn, columns.stride] : [0, inputs];
    const tile = tileFor("forward", memory.capacity, outputs);
    return {
      kernel: matrixProductKernel("forward", {
        tile,
        k: inputs,
        precision,
        isAligned: areAligned(inputs, outputs, column, stride),
      }),
      constants: constantWords(inputs, outputs, column, stride, weight.offset, bias.offset, 0, 0),
      storage: [activations[layer - 1] ?? features, values[weight.piece]!, activations[layer]!],
      workgroups: ({ pairs }) => Math.ceil(pairs / tile.m) * Math.ceil(outputs / tile.n),
    };
  });
}

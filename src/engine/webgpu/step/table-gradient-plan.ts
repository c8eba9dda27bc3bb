/** The dispatches from slopes and deltas to the gradients of the tables: each row's sorted pairs are summed. */
import type { BufferAccount } from "../device/buffer-ledger.ts";
import { columnLanes } from "../device/column-lanes.ts";
import { constantWords, type DispatchPlan, float } from "../device/program.ts";
import { crossingRowsKernel } from "../kernels/crossing-rows.ts";
import { rowGradientsKernel } from "../kernels/row-gradients.ts";
import { MOST_TABLES, mostBlocks, pairsPerBlock, tableModes } from "../kernels/side-tables.ts";
import { type BatchShape, isCompared, isListwise } from "../tensors/batch-shape.ts";
import type { Feature } from "../tensors/feature-columns.ts";
import type { BackwardMemory } from "./backward-plan.ts";
import { type ForwardMemory, headOffset, headValues, type RankerMemory } from "./forward-plan.ts";
import type { SortMemory } from "./sort-plan.ts";

export interface TableGradientParts {
  readonly ranker: RankerMemory;
  readonly forward: ForwardMemory;
  readonly backward: BackwardMemory;
  readonly sort: SortMemory;
  readonly partials: GPUBuffer;
  readonly gradients: readonly GPUBuffer[];
  readonly shape: BatchShape;
  /** See SessionOptions. */
  readonly embeddingDecay: number;
}

/** What blocks of the sorted order have of rows that cross their borders: [2 sides, blocks, 2, columns]. */
export async function allocatePartials(
  account: BufferAccount,
  { capacity, columns }: ForwardMemory,
): Promise<GPUBuffer> {
  // No more than the features take: a single block has no borders, and from two on there are eight
  // pairs or more to a block.
  const blocks = mostBlocks(capacity) > 1 ? mostBlocks(capacity) : 0;
  return account.storage("sums of rows in several blocks", 8 * blocks * columns.stride);
}

/** Per piece of the arena: blocks of both sides, then their rows. The pairs must have been sorted. */
export function tableGradientPlans(parts: TableGradientParts): DispatchPlan[] {
  const { ranker, forward, backward, sort, partials, gradients } = parts;
  return gradients.flatMap((gradient, piece): DispatchPlan[] => {
    const sides = [sideOf(parts, "user", piece), sideOf(parts, "item", piece)] as const;
    if (sides.every(({ tables }) => tables.length === 0)) return [];
    const constants = constantWords(
      forward.columns.stride,
      backward.shared === null ? 2 * ranker.spec.embedding : forward.columns.stride,
      headOffset(ranker),
      float(parts.embeddingDecay),
      ...sides.flatMap(({ words }) => words),
    );
    const workgroups = (extents: readonly [number, number]): number =>
      sides.reduce((sum, { lanes }, s) => sum + Math.ceil((extents[s]! * lanes.chunks) / lanes.atOnce), 0);
    const blocks = (pairs: number): number => Math.ceil(pairs / pairsPerBlock(pairs));
    return [
      {
        kernel: rowGradientsKernel,
        constants,
        storage: [
          sort.sorted,
          backward.slopes,
          forward.features,
          backward.shared?.contributions ?? backward.deltas[0] ?? forward.features,
          headValues(ranker),
          gradient,
          partials,
        ],
        workgroups: ({ pairs }) => workgroups([blocks(pairs), blocks(pairs)]),
      },
      {
        kernel: crossingRowsKernel,
        constants,
        storage: [sort.starts, partials, ranker.values[piece]!, gradient],
        workgroups: () => workgroups([sides[0].rows, sides[1].rows]),
      },
    ];
  });
}

/** How a table's gradient comes from the pairs, and the column it reads: of features, or of dX. */
function sourceOf({ forward, shape }: TableGradientParts, feature: Feature): readonly [number, number] {
  const { column, partnerColumn, path, name } = feature;
  const { mlpColumn, unitColumn } = forward.columns;
  if (isCompared(shape) && name === "userBias") return [tableModes.Idle, column];
  if (shape.blockRows > 0) {
    const given = { Dot: tableModes.Mlp, Gmf: tableModes.GivenGmf, Mlp: tableModes.Mlp, Bias: tableModes.GivenBias };
    return [given[path], column];
  }
  if (path === "Mlp") return [tableModes.Mlp, column - mlpColumn];
  return [path === "Dot" && unitColumn !== null ? tableModes.Cosine : tableModes[path], partnerColumn];
}

/** The tables of one side in one piece: `Side` of side-tables.ts. */
function sideOf(parts: TableGradientParts, side: "user" | "item", piece: number) {
  const { ranker, forward, sort, shape } = parts;
  const { columns, capacity } = forward;
  const isListOfOwn = isListwise(shape) && shape.blockRows === 0;
  const tables: number[][] = [];
  let before = 0;
  let firstRow = Number.POSITIVE_INFINITY;
  let endRow = 0;
  for (const feature of columns.features.filter((candidate) => candidate.side === side)) {
    for (const part of ranker.plan.parts.get(feature.name)!.filter((candidate) => candidate.piece === piece)) {
      const [mode, from] = sourceOf(parts, feature);
      tables.push([mode, before, feature.width, from, part.firstRow, part.rows, part.offset, feature.column]);
      before += feature.width;
      firstRow = Math.min(firstRow, part.firstRow);
      endRow = Math.max(endRow, part.firstRow + part.rows);
    }
  }
  const lanes = columnLanes(before);
  const rows = tables.length === 0 ? 0 : endRow - firstRow;
  const words = [
    before,
    lanes.span,
    lanes.chunks,
    lanes.atOnce,
    tables.length,
    rows === 0 ? 0 : firstRow,
    rows,
    side === "user" ? 0 : capacity,
    side === "user" ? 0 : sort.startsStride,
    side === "user" && isListOfOwn ? 1 + shape.negatives : 1,
    (columns.unitColumn ?? 0) + (side === "user" ? 0 : 1),
    (columns.unitColumn ?? 0) + 2,
    ...tables.flat(),
    ...Array<number>(8 * (MOST_TABLES - tables.length)).fill(0),
  ];
  return { tables, rows, lanes, words };
}

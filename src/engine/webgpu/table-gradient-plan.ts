/** The dispatches from slopes and deltas to the gradients of the tables: sort the pairs by row, find each row's run, sum it. */
import type { BackwardMemory } from "./backward-plan.ts";
import type { BufferAccount } from "./buffer-ledger.ts";
import { columnLanes } from "./column-lanes.ts";
import { type ForwardMemory, headValues, type RankerMemory } from "./forward-plan.ts";
import { crossingRowsKernel } from "./kernels/crossing-rows.ts";
import { rowGradientsKernel } from "./kernels/row-gradients.ts";
import { rowStartsKernel, START_LANES } from "./kernels/row-starts.ts";
import { MOST_TABLES, mostBlocks, pairsPerBlock, tableModes } from "./kernels/side-tables.ts";
import {
  SORT_DIGITS,
  SORT_TILE,
  sortHistogramKernel,
  sortScanKernel,
  sortScatterKernel,
} from "./kernels/sort-pairs.ts";
import { constantWords, type DispatchPlan, float } from "./program.ts";

export interface SortMemory {
  /** Keys and order, [2, capacity] each, twice: passes go from one pair to the other. */
  readonly keys: readonly [GPUBuffer, GPUBuffer];
  readonly order: readonly [GPUBuffer, GPUBuffer];
  readonly counts: GPUBuffer;
  readonly totals: GPUBuffer;
  /** [2, startsStride] */
  readonly starts: GPUBuffer;
  readonly startsStride: number;
  /** What blocks of the order have of rows that cross their borders: [2 sides, blocks, 2, columns]. */
  readonly partials: GPUBuffer;
}

export async function allocateSort(
  account: BufferAccount,
  { spec }: RankerMemory,
  { capacity, columns }: ForwardMemory,
): Promise<SortMemory> {
  const column = (what: string) => account.storage(`a batch's ${what}`, 8 * capacity);
  const startsStride = Math.max(spec.users, spec.items) + 1;
  // No more than the features take: a single block has no borders, and from two on there are eight pairs or more to a block.
  const blocks = mostBlocks(capacity) > 1 ? mostBlocks(capacity) : 0;
  return {
    keys: [await column("sorted rows"), await column("sorted rows")],
    order: [await column("order by row"), await column("order by row")],
    counts: await account.storage("a batch's digits", 8 * SORT_DIGITS * mostTiles(capacity)),
    totals: await account.storage("a batch's digits in all", 8 * SORT_DIGITS),
    starts: await account.storage("where rows begin", 8 * startsStride),
    startsStride,
    partials: await account.storage("sums of rows in several blocks", 8 * blocks * columns.stride),
  };
}

export interface TableGradientParts {
  readonly ranker: RankerMemory;
  readonly forward: ForwardMemory;
  readonly backward: BackwardMemory;
  readonly sort: SortMemory;
  readonly gradients: readonly GPUBuffer[];
  readonly isCompared: boolean;
  /** See SessionOptions. */
  readonly embeddingDecay: number;
}

export function tableGradientPlans(parts: TableGradientParts): DispatchPlan[] {
  const { sort, forward } = parts;
  const sorted = sortPasses(parts.ranker) % 2 === 1 ? 0 : 1;
  return [
    ...sortPlans(parts),
    {
      kernel: rowStartsKernel,
      constants: constantWords(sort.startsStride, forward.capacity),
      storage: [sort.keys[sorted], sort.starts],
      workgroups: () => Math.ceil((2 * sort.startsStride) / START_LANES),
    },
    ...rowPlans(parts, sorted),
  ];
}

/** Eight bits of the row a pass. */
function sortPasses({ spec }: RankerMemory): number {
  const bits = 32 - Math.clz32(Math.max(spec.users, spec.items) - 1);
  return Math.max(1, Math.ceil(bits / 8));
}

function mostTiles(capacity: number): number {
  return Math.ceil(capacity / SORT_TILE);
}

function sortPlans({ ranker, forward, sort }: TableGradientParts): DispatchPlan[] {
  const plans: DispatchPlan[] = [];
  const tiles = (pairs: number): number => 2 * Math.ceil(pairs / SORT_TILE);
  for (let pass = 0; pass < sortPasses(ranker); pass++) {
    const to = pass % 2 === 0 ? 0 : 1;
    const from = 1 - to;
    const keys = pass === 0 ? forward.ids : sort.keys[from]!;
    const constants = constantWords(8 * pass, pass === 0 ? 1 : 0, forward.capacity, mostTiles(forward.capacity));
    plans.push(
      {
        kernel: sortHistogramKernel,
        constants,
        storage: [keys, sort.counts],
        workgroups: ({ pairs }) => tiles(pairs),
      },
      { kernel: sortScanKernel, constants, storage: [sort.counts, sort.totals], workgroups: () => 2 * SORT_DIGITS },
      {
        kernel: sortScatterKernel,
        constants,
        storage: [keys, sort.order[from]!, sort.counts, sort.totals, sort.keys[to], sort.order[to]],
        workgroups: ({ pairs }) => tiles(pairs),
      },
    );
  }
  return plans;
}

/** Per piece of the arena: blocks of both sides, then their rows. */
function rowPlans(parts: TableGradientParts, sorted: 0 | 1): DispatchPlan[] {
  const { ranker, forward, backward, sort, gradients } = parts;
  return gradients.flatMap((gradient, piece): DispatchPlan[] => {
    const sides = [sideOf(parts, "user", piece), sideOf(parts, "item", piece)] as const;
    if (sides.every(({ tables }) => tables.length === 0)) return [];
    const { plan } = ranker;
    const constants = constantWords(
      forward.columns.stride,
      2 * ranker.spec.embedding,
      plan.parts.get("head.weight")?.[0]?.offset ?? 0,
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
          sort.keys[sorted],
          sort.order[sorted],
          backward.slopes,
          forward.features,
          backward.deltas[0] ?? forward.features,
          headValues(ranker),
          gradient,
          sort.partials,
        ],
        workgroups: ({ pairs }) => workgroups([blocks(pairs), blocks(pairs)]),
      },
      {
        kernel: crossingRowsKernel,
        constants,
        storage: [sort.starts, sort.partials, ranker.values[piece]!, gradient],
        workgroups: () => workgroups([sides[0].rows, sides[1].rows]),
      },
    ];
  });
}

/** The tables of one side in one piece: `Side` of side-tables.ts. */
function sideOf({ ranker, forward, sort, isCompared }: TableGradientParts, side: "user" | "item", piece: number) {
  const { columns, capacity } = forward;
  const tables: number[][] = [];
  let before = 0;
  let firstRow = Number.POSITIVE_INFINITY;
  let endRow = 0;
  for (const feature of columns.features.filter((candidate) => candidate.side === side)) {
    for (const part of ranker.plan.parts.get(feature.name)!.filter((candidate) => candidate.piece === piece)) {
      const partner = feature.path === "Mlp" ? feature.column - columns.mlpColumn : feature.partnerColumn;
      const mode = isCompared && feature.name === "userBias" ? tableModes.Idle : tableModes[feature.path];
      tables.push([mode, before, feature.width, partner, part.firstRow, part.rows, part.offset, 0]);
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
    0,
    0,
    0,
    ...tables.flat(),
    ...Array<number>(8 * (MOST_TABLES - tables.length)).fill(0),
  ];
  return { tables, rows, lanes, words };
}

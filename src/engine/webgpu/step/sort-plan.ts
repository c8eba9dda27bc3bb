/**
 * The dispatches that put a batch's pairs in the order of their rows, side by side for users and items, and
 * find where each row begins.
 */
import type { BufferAccount } from "../device/buffer-ledger.ts";
import { constantWords, type DispatchPlan } from "../device/program.ts";
import { MOST_RANKED, RANK_LANES, rankPairsKernel } from "../kernels/rank-pairs.ts";
import { rowStartsKernel, START_LANES } from "../kernels/row-starts.ts";
import {
  FEW_TILES,
  SCAN_WORKGROUPS,
  SORT_DIGITS,
  SORT_TILE,
  sortHistogramKernel,
  sortScanKernel,
  sortScatterKernel,
} from "../kernels/sort-pairs.ts";
import type { ForwardMemory, RankerMemory } from "./forward-plan.ts";

export interface SortMemory {
  /** (row, pair) in the order of rows: [2 sides, capacity]. */
  readonly sorted: GPUBuffer;
  /** What passes go through on their way there. */
  readonly between: GPUBuffer;
  readonly counts: GPUBuffer;
  readonly totals: GPUBuffer;
  /** [2 sides, startsStride] */
  readonly starts: GPUBuffer;
  readonly startsStride: number;
}

export async function allocateSort(
  account: BufferAccount,
  { spec }: RankerMemory,
  { capacity }: ForwardMemory,
): Promise<SortMemory> {
  const startsStride = Math.max(spec.users, spec.items) + 1;
  return {
    sorted: await account.storage("a batch's pairs by row", 16 * capacity),
    between: await account.storage("a batch's pairs by a part of the row", 16 * capacity),
    counts: await account.storage("a batch's digits", 8 * SORT_DIGITS * mostTiles(capacity)),
    totals: await account.storage("a batch's digits in all", 8 * SORT_DIGITS),
    starts: await account.storage("where rows begin", 8 * startsStride),
    startsStride,
  };
}

export function sortPlans(ranker: RankerMemory, forward: ForwardMemory, sort: SortMemory): DispatchPlan[] {
  return [
    {
      kernel: rankPairsKernel,
      constants: constantWords(forward.capacity),
      storage: [forward.ids, sort.sorted],
      workgroups: ({ pairs }) => (pairs > MOST_RANKED ? 0 : 2 * Math.ceil(pairs / RANK_LANES)),
    },
    ...passPlans(ranker, forward, sort),
    {
      kernel: rowStartsKernel,
      constants: constantWords(sort.startsStride, forward.capacity),
      storage: [sort.sorted, sort.starts],
      workgroups: () => Math.ceil((2 * sort.startsStride) / START_LANES),
    },
  ];
}

function mostTiles(capacity: number): number {
  return Math.ceil(capacity / SORT_TILE);
}

/** Two or three dispatches for each 8 bits of the row; none where no batch is too large to be ranked. */
function passPlans({ spec }: RankerMemory, { capacity, ids }: ForwardMemory, sort: SortMemory): DispatchPlan[] {
  if (capacity <= MOST_RANKED) return [];
  const bits = 32 - Math.clz32(Math.max(spec.users, spec.items - 1)); // a pair may be of no user: one past the last
  const passes = Math.max(1, Math.ceil(bits / 8));
  const tiles = (pairs: number): number => (pairs > MOST_RANKED ? Math.ceil(pairs / SORT_TILE) : 0);
  return Array.from({ length: passes }, (_, pass): DispatchPlan[] => {
    const isFirst = pass === 0;
    const [to, from] = (passes - pass) % 2 === 1 ? [sort.sorted, sort.between] : [sort.between, sort.sorted];
    const entries = isFirst ? ids : from;
    const constants = constantWords(8 * pass, capacity, mostTiles(capacity), 0);
    return [
      {
        kernel: sortHistogramKernel(isFirst),
        constants,
        storage: [entries, sort.counts],
        workgroups: ({ pairs }) => 2 * tiles(pairs),
      },
      {
        kernel: sortScanKernel,
        constants,
        storage: [sort.counts, sort.totals],
        workgroups: ({ pairs }) => (tiles(pairs) > FEW_TILES ? SCAN_WORKGROUPS : 0),
      },
      {
        kernel: sortScatterKernel(isFirst),
        constants,
        storage: [entries, sort.counts, sort.totals, to],
        workgroups: ({ pairs }) => 2 * tiles(pairs),
      },
    ];
  }).flat();
}

/** The dispatches from slopes and deltas to the gradients of the tables: sort the pairs by row, find each row's run, sum it. */
import { wholePart } from "./arena.ts";
import type { BackwardMemory } from "./backward-plan.ts";
import type { BufferAccount } from "./buffer-ledger.ts";
import { type ForwardMemory, headValues, type RankerMemory } from "./forward-plan.ts";
import { MOST_TABLES, rowGradientModes, rowGradientsKernel } from "./kernels/row-gradients.ts";
import { rowStartsKernel, START_LANES } from "./kernels/row-starts.ts";
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
}

export async function allocateSort(
  account: BufferAccount,
  { spec }: RankerMemory,
  capacity: number,
): Promise<SortMemory> {
  const column = (what: string) => account.storage(`a batch's ${what}`, 8 * capacity);
  const startsStride = Math.max(spec.users, spec.items) + 1;
  return {
    keys: [await column("sorted rows"), await column("sorted rows")],
    order: [await column("order by row"), await column("order by row")],
    counts: await account.storage("a batch's digits", 8 * SORT_DIGITS * mostTiles(capacity)),
    totals: await account.storage("a batch's digits in all", 8 * SORT_DIGITS),
    starts: await account.storage("where rows begin", 8 * startsStride),
    startsStride,
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
    ...rowPlans(parts, sort.order[sorted]),
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

/** Rows with this many pairs on average are shared by four groups of lanes. */
const SHARED_PAIRS_PER_ROW = 64;

/** Per side and piece of the arena, two kernels of which a batch's size picks one. */
function rowPlans(parts: TableGradientParts, order: GPUBuffer): DispatchPlan[] {
  const { ranker, forward, backward, sort, gradients } = parts;
  const { spec } = ranker;
  return (["user", "item"] as const).flatMap((side) =>
    gradients.flatMap((gradient, piece) => {
      const words = sideWords(parts, side, piece);
      if (words === null) return [];
      const extent = side === "user" ? spec.users : spec.items;
      const inputDelta = backward.deltas[0] ?? forward.features;
      return ([1, 4] as const).map(
        (lanes): DispatchPlan => ({
          kernel: rowGradientsKernel(lanes),
          constants: words.constants,
          storage: [
            sort.starts,
            order,
            backward.slopes,
            forward.features,
            inputDelta,
            headValues(ranker),
            ranker.values[piece]!,
            gradient,
          ],
          workgroups: ({ pairs }) => (pairs >= SHARED_PAIRS_PER_ROW * extent === (lanes === 4) ? words.rows : 0),
        }),
      );
    }),
  );
}

/** The tables of one side in one piece; null where there are none. */
function sideWords(
  { ranker, forward, sort, isCompared, embeddingDecay }: TableGradientParts,
  side: "user" | "item",
  piece: number,
): { readonly constants: Uint32Array<ArrayBuffer>; readonly rows: number } | null {
  const { spec, plan } = ranker;
  const { columns, capacity } = forward;
  const tables: number[][] = [];
  let before = 0;
  let firstRow = Number.POSITIVE_INFINITY;
  let endRow = 0;
  for (const feature of columns.features.filter((candidate) => candidate.side === side)) {
    for (const part of plan.parts.get(feature.name)!.filter((candidate) => candidate.piece === piece)) {
      const partner = feature.path === "Mlp" ? feature.column - columns.mlpColumn : feature.partnerColumn;
      const mode = rowGradientModes[feature.path];
      tables.push([mode, before, feature.width, partner, part.firstRow, part.rows, part.offset, 0]);
      before += feature.width;
      firstRow = Math.min(firstRow, part.firstRow);
      endRow = Math.max(endRow, part.firstRow + part.rows);
    }
  }
  if (tables.length === 0) return null;
  const padding = Array<number>(8 * (MOST_TABLES - tables.length)).fill(0);
  const head = plan.parts.get("head.weight") === undefined ? 0 : wholePart(plan, "head.weight").offset;
  const constants = constantWords(
    firstRow,
    endRow - firstRow,
    before,
    tables.length,
    side === "user" ? 0 : sort.startsStride,
    side === "user" ? 0 : capacity,
    columns.stride,
    2 * spec.embedding,
    head,
    isCompared && side === "user" ? 1 : 0,
    float(embeddingDecay),
    0,
    ...tables.flat(),
    ...padding,
  );
  return { constants, rows: endRow - firstRow };
}

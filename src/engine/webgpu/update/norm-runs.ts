/**
 * How tensors are walked where norms count: each part of a tensor is a run of rows, cut into tiles of one workgroup
 * each, and every tile leaves one sum per row or piece of a row. A block's dots are sums of those, over its members
 * (optimizer/lawn-blocks.ts).
 */
import type { LawnGroup } from "../../../optimizer/lawn-blocks.ts";
import { type ParameterInfo, sizeOf } from "../../../ranker/ranker-spec.ts";
import { TILE_LANES, TILE_VALUES } from "../kernels/update/norm-tiles.ts";
import type { ArenaPlan } from "../tensors/arena.ts";

const noBlock = 0xffffffff;

export interface NormPlan {
  /** Per piece of the arena: runs as kernels read them (9 words each) and how many tiles they have. */
  readonly pieces: readonly {
    readonly runs: Uint32Array<ArrayBuffer>;
    readonly count: number;
    readonly tiles: number;
  }[];
  readonly sums: number;
  /** Blocks of LAWN, in the order of the groups. */
  readonly blocks: number;
  readonly blockGroups: CombinePlan;
  /** One "block" per tensor, in the order of the parameters: LAMB's ratios. */
  readonly tensorGroups: CombinePlan;
}

/** Which sums make a block, as kernels read it. */
export interface CombinePlan {
  /** 6 words each: first unit, first block, rows, first member, members, whether a workgroup sums one block. */
  readonly groups: Uint32Array<ArrayBuffer>;
  /** 4 words each: first row, rows, first sum, sums per row. */
  readonly members: Uint32Array<ArrayBuffer>;
  readonly count: number;
  readonly workgroups: number;
}

interface Member {
  readonly firstRow: number;
  readonly rows: number;
  readonly firstSum: number;
  readonly sumsPerRow: number;
}

export function planNorms(
  plan: ArenaPlan,
  parameters: readonly ParameterInfo[],
  groups: readonly LawnGroup[],
): NormPlan {
  const runs: number[][] = plan.pieces.map(() => []);
  const tiles = plan.pieces.map(() => 0);
  const counts = plan.pieces.map(() => 0);
  const blockMembers: Member[][] = groups.map(() => []);
  const tensorMembers: Member[][] = parameters.map(() => []);
  let sums = 0;
  const firstBlocks: number[] = [];
  let blocks = 0;
  for (const { rows } of groups) {
    firstBlocks.push(blocks);
    blocks += rows;
  }
  for (const [tensor, info] of parameters.entries()) {
    const index = groups.findIndex(({ members }) => members.some((member) => member.info.name === info.name));
    const group = groups[index];
    const blockRows = group?.rows ?? 1;
    const width = sizeOf(info.shape) / blockRows;
    for (const part of plan.parts.get(info.name) ?? []) {
      const values = part.rows * part.width;
      const isWhole = blockRows === 1;
      const rows = isWhole ? 1 : values / width;
      const rowWidth = isWhole ? values : width;
      const firstRow = isWhole ? 0 : (part.firstRow * part.width) / width;
      const piecesPerRow = Math.ceil(rowWidth / TILE_VALUES);
      const lanes = Math.min(TILE_LANES, 2 ** Math.ceil(Math.log2(rowWidth)));
      const rowsPerTile = piecesPerRow > 1 ? 1 : TILE_LANES / lanes;
      const firstBlock = group === undefined ? noBlock : firstBlocks[index]! + firstRow;
      const { piece, offset } = part;
      runs[piece]!.push(tiles[piece]!, offset, rows, rowWidth, lanes, piecesPerRow, sums, firstBlock, tensor);
      tiles[piece]! += piecesPerRow > 1 ? rows * piecesPerRow : Math.ceil(rows / rowsPerTile);
      counts[piece]! += 1;
      if (group !== undefined) blockMembers[index]!.push({ firstRow, rows, firstSum: sums, sumsPerRow: piecesPerRow });
      tensorMembers[tensor]!.push({ firstRow: 0, rows: 1, firstSum: sums, sumsPerRow: rows * piecesPerRow });
      sums += rows * piecesPerRow;
    }
  }
  return {
    pieces: runs.map((words, piece) => ({
      runs: Uint32Array.from(words),
      count: counts[piece]!,
      tiles: tiles[piece]!,
    })),
    sums,
    blocks,
    blockGroups: planCombine(groups.map(({ rows }, index) => ({ rows, members: blockMembers[index]! }))),
    tensorGroups: planCombine(tensorMembers.map((members) => ({ rows: 1, members }))),
  };
}

/** More sums than this for a block: a workgroup shares them. */
const MOST_SUMS_PER_LANE = 32;

function planCombine(groups: readonly { readonly rows: number; readonly members: readonly Member[] }[]): CombinePlan {
  const groupWords: number[] = [];
  const memberWords: number[] = [];
  let workgroups = 0;
  let firstBlock = 0;
  let firstMember = 0;
  for (const { rows, members } of groups) {
    const sumsPerBlock = members.reduce((most, { sumsPerRow }) => most + sumsPerRow, 0);
    const isShared = sumsPerBlock > MOST_SUMS_PER_LANE || rows === 1;
    groupWords.push(workgroups, firstBlock, rows, firstMember, members.length, isShared ? 1 : 0);
    for (const member of members) memberWords.push(member.firstRow, member.rows, member.firstSum, member.sumsPerRow);
    workgroups += isShared ? rows : Math.ceil(rows / TILE_LANES);
    firstBlock += rows;
    firstMember += members.length;
  }
  return {
    groups: Uint32Array.from(groupWords),
    members: Uint32Array.from(memberWords),
    count: groups.length,
    workgroups,
  };
}

/**
 * What the kernels of the table gradients know of the two sides: their tables in one piece of the arena, side by
 * side as columns, and which lanes work on what. A unit is a block of the sorted order, or a row, of one side, with
 * up to 256 of its columns.
 */

/** Tables of one side. */
export const MOST_TABLES = 4;

/**
 * Idle: a gradient that is 0 by definition. Cosine: the dot path's, where features hold unit rows. GivenGmf and
 * GivenBias: in dX, as Mlp's; the former still to be multiplied by the head.
 */
export const tableModes = { Dot: 0, Gmf: 1, Mlp: 2, Bias: 3, Idle: 4, Cosine: 5, GivenGmf: 6, GivenBias: 7 } as const;

const LARGE_BATCH = 2 ** 18;
const PAIRS_PER_BLOCK = { small: 16, large: 64 } as const;

/**
 * Pairs of a block of the sorted order; short ones give small batches enough lanes. A function
 * of the chunk's pairs alone.
 */
export function pairsPerBlock(pairs: number): number {
  return pairs < LARGE_BATCH ? PAIRS_PER_BLOCK.small : PAIRS_PER_BLOCK.large;
}

/** Most blocks that `capacity` pairs or fewer are cut into. */
export function mostBlocks(capacity: number): number {
  return Math.max(
    Math.ceil(Math.min(capacity, LARGE_BATCH) / PAIRS_PER_BLOCK.small),
    Math.ceil(capacity / PAIRS_PER_BLOCK.large),
  );
}

/** Constants of both kernels. Takes `step`. */
export const sideTables = /* wgsl */ `
struct Side {
  columns: u32, // of all tables together; 0 without any
  span: u32, // see column-lanes.ts, as the next two
  chunks: u32,
  atOnce: u32,
  tables: u32,
  firstRow: u32, // of the tables in this piece
  rows: u32,
  at: u32, // where the side begins in the sorted order
  startsAt: u32, // and in starts
  pairsPerLookUp: u32, // a list's user is looked up once
  unitColumn: u32, // of the side; see unit-features.ts, as the next
  cosineColumn: u32,
  table: array<Table, ${MOST_TABLES}>,
}
struct Table {
  mode: u32,
  before: u32, // columns of the tables before it
  width: u32,
  partner: u32, // column of features, or of dX
  firstRow: u32,
  rows: u32,
  offset: u32,
  own: u32, // column of features
}
struct Sides {
  stride: u32, // of features
  inputs: u32, // of dX
  headOffset: u32,
  embeddingDecay: f32,
  side: array<Side, 2>,
}
@group(0) @binding(1) var<uniform> sides: Sides;

struct Unit {
  side: u32,
  index: u32, // block or row
  column: u32,
  share: u32, // which of the units at once
  isThere: bool,
}

fn pairsPerBlock() -> u32 {
  return select(${PAIRS_PER_BLOCK.large}u, ${PAIRS_PER_BLOCK.small}u, step.pairs < ${LARGE_BATCH}u);
}

fn blockCount() -> u32 { return (step.pairs + pairsPerBlock() - 1u) / pairsPerBlock(); }

// Users' workgroups come first; a side has extents.x or extents.y units of each chunk.
fn unitOf(workgroup: u32, lane: u32, extents: vec2u) -> Unit {
  let before = (extents.x * sides.side[0].chunks + sides.side[0].atOnce - 1u) / sides.side[0].atOnce;
  let s = select(0u, 1u, workgroup >= before);
  let span = sides.side[s].span;
  let atOnce = sides.side[s].atOnce;
  let chunks = max(1u, sides.side[s].chunks);
  var unit: Unit;
  unit.side = s;
  unit.share = lane / span;
  let number = (workgroup - s * before) * atOnce + unit.share;
  unit.index = number / chunks;
  unit.column = (number - unit.index * chunks) * span + lane - unit.share * span;
  unit.isThere = unit.share < atOnce && unit.column < sides.side[s].columns && unit.index < select(extents.x, extents.y, s == 1u);
  return unit;
}

fn tableOf(s: u32, column: u32) -> Table {
  var t = 0u;
  while (t + 1u < sides.side[s].tables && sides.side[s].table[t + 1u].before <= column) { t++; }
  return sides.side[s].table[t];
}

// Of [sides, blocks, 2, columns]: slot 0 has what a block adds to a run that an earlier one
// began, slot 1 what it begins.
fn partialAt(s: u32, block: u32, slot: u32, column: u32) -> u32 {
  let before = select(0u, blockCount() * 2u * sides.side[0].columns, s == 1u);
  return before + (block * 2u + slot) * sides.side[s].columns + column;
}
`;

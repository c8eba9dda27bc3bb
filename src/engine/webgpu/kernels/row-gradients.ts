/**
 * Gradients of the tables, block by block of the sorted order: a row's pairs lie together there and are summed in that
 * order, without atomics, so that runs repeat bit for bit. Work is spread evenly, however often a row occurs.
 *
 *   dot   d row = sum of slope partner            gmf   d row = sum of slope head partner
 *   mlp   d row = sum of its half of dX           bias  d row = sum of slope; 0 for users where logits are compared
 *   cosine   d row = sum of slope / (temperature norm) (partner - cosine own), of unit rows
 *
 * A row that lies in one block is done here. What a block has of a row that crosses its border goes to partials, which
 * crossing-rows.ts adds up; it also sees to rows without pairs and to the decay.
 *
 *   partials [sides, blocks, 2, columns], see side-tables.ts. Twins: reference/backward.ts and
 *       gradient-buffers.ts. Bound by memory.
 */
import { WORKGROUP_LANES } from "../device/column-lanes.ts";
import { builtins, type Kernel, workgroupNumber } from "../device/kernel.ts";
import { stepStruct } from "../device/step-numbers.ts";
import { sideTables, tableModes } from "./side-tables.ts";

const { Dot, Gmf, Mlp, Bias, Cosine, GivenGmf, GivenBias } = tableModes;

/** A lane asks memory for this many pairs before it adds the first; divides every block but the last. */
const lookAhead = ["x", "y", "z", "w"] as const;

/**
 * Constants: see `Sides`. Storage: sorted, slopes, features, inputDelta, values (the head's piece), gradient of
 * the tables' piece, partials.
 */
export const rowGradientsKernel: Kernel = {
  label: "row-gradients",
  bindings: ["step", "constants", "read", "read", "read", "read", "read", "write", "write"],
  code: /* wgsl */ `${stepStruct}${sideTables}
@group(0) @binding(2) var<storage, read> sorted: array<vec2u>; // row, pair
@group(0) @binding(3) var<storage, read> slopes: array<f32>;
@group(0) @binding(4) var<storage, read> features: array<f32>;
@group(0) @binding(5) var<storage, read> inputDelta: array<f32>;
@group(0) @binding(6) var<storage, read> values: array<f32>;
@group(0) @binding(7) var<storage, read_write> gradient: array<f32>;
@group(0) @binding(8) var<storage, read_write> partials: array<f32>;

fn slopesOf(pair: vec4u) -> vec4f { return vec4f(slopes[pair.x], slopes[pair.y], slopes[pair.z], slopes[pair.w]); }

fn featuresOf(pair: vec4u, column: u32) -> vec4f {
  let at = pair * sides.stride + column;
  return vec4f(features[at.x], features[at.y], features[at.z], features[at.w]);
}

fn deltasOf(pair: vec4u, column: u32) -> vec4f {
  let at = pair * sides.inputs + column;
  return vec4f(inputDelta[at.x], inputDelta[at.y], inputDelta[at.z], inputDelta[at.w]);
}

fn sharesOf(side: u32, own: Table, within: u32, pair: vec4u, scale: f32) -> vec4f {
  let partner = own.partner + within;
  switch (own.mode) {
    case ${Mlp}u, ${GivenBias}u: { return deltasOf(pair, partner); }
    case ${GivenGmf}u: { return scale * deltasOf(pair, partner); }
    case ${Dot}u, ${Gmf}u: { return slopesOf(pair) * scale * featuresOf(pair, partner); }
    case ${Cosine}u: {
      let toward = featuresOf(pair, partner) - featuresOf(pair, sides.side[side].cosineColumn) * featuresOf(pair, own.own + within);
      return slopesOf(pair) * featuresOf(pair, sides.side[side].unitColumn) * toward;
    }
    case ${Bias}u: { return slopesOf(pair); }
    default: { return vec4f(); }
  }
}

fn writeRow(row: u32, own: Table, within: u32, sum: f32) {
  if (row - own.firstRow >= own.rows) { return; }
  let goal = own.offset + (row - own.firstRow) * own.width + within;
  var whole = sum;
  if (step.adds != 0u) { whole += gradient[goal]; }
  gradient[goal] = whole;
}

@compute @workgroup_size(${WORKGROUP_LANES})
fn main(${builtins}) {
  let unit = unitOf(${workgroupNumber}, lane, vec2u(blockCount()));
  if (!unit.isThere) { return; }
  let own = tableOf(unit.side, unit.column);
  let within = unit.column - own.before;
  let base = sides.side[unit.side].at;
  let first = unit.index * pairsPerBlock();
  let end = min(first + pairsPerBlock(), step.pairs);
  var row = sorted[base + first].x;
  // A table may have none of these rows in this piece.
  if (row >= own.firstRow + own.rows || sorted[base + end - 1u].x < own.firstRow) { return; }
  var scale = 1.0;
  if (own.mode == ${Gmf}u || own.mode == ${GivenGmf}u) { scale = values[sides.headOffset + within]; }
  var isContinued = first > 0u && sorted[base + max(first, 1u) - 1u].x == row;
  var sum = 0.0;
  for (var position = first; position < end; position += ${lookAhead.length}u) {
    let ahead = vec4u(position) + vec4u(0u, 1u, 2u, 3u);
    let at = base + min(ahead, vec4u(end - 1u));
    let a = sorted[at.x];
    let b = sorted[at.y];
    let c = sorted[at.z];
    let d = sorted[at.w];
    let rows = vec4u(a.x, b.x, c.x, d.x);
    let pair = vec4u(a.y, b.y, c.y, d.y);
    let shares = select(vec4f(), sharesOf(unit.side, own, within, pair, scale), ahead < vec4u(end));
${lookAhead
  .map(
    (k) => `    if (rows.${k} != row) {
      if (isContinued) { partials[partialAt(unit.side, unit.index, 0u, unit.column)] = sum; } else { writeRow(row, own, within, sum); }
      isContinued = false;
      row = rows.${k};
      sum = 0.0;
    }
    sum += shares.${k};`,
  )
  .join("\n")}
  }
  let goesOn = end < step.pairs && sorted[base + min(end, step.pairs - 1u)].x == row;
  if (isContinued || goesOn) {
    partials[partialAt(unit.side, unit.index, select(1u, 0u, isContinued), unit.column)] = sum;
  } else {
    writeRow(row, own, within, sum);
  }
}
`,
};

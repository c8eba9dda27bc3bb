/**
 * From the tiles' sums to one coefficient per block, and LAWN's bookkeeping, on the device: targets, which blocks are
 * constrained, and those that vanished.
 *
 *   projection  shares of w in g and m; blocks whose time has come are constrained at their present norm
 *   direction   share of w in u
 *   ratios      per tensor, LAMB's ||w|| / ||u|| or LARS's trust ||w|| / (||g|| + d ||w|| + eps);
 *               1 where ||w|| is 0, for biases, and under LAMB where ||u|| is 0
 *   retraction  the factor that brings a block back to its target; -1 where it must stay
 *
 * A shared block has a workgroup, the others a lane. Twins: optimizer/lawn/sphere.ts, lawn-switch.ts, lamb.ts, lars.ts
 */
import { builtins, type Kernel, workgroupNumber } from "../../device/kernel.ts";
import { stepStruct } from "../../device/step-numbers.ts";
import { TILE_LANES } from "./norm-tiles.ts";

export type CombineStage = "projection" | "direction" | "direction-ratios" | "gradient-ratios" | "retraction";

export const BLOCK_WORDS = 12;
export const blockFields = { target: 0, constrained: 1, zero: 2, kept: 3 } as const;

export const blockStruct = /* wgsl */ `
struct Block {
  goal: f32, // the norm it is held at; 0 while it is free
  constrained: f32,
  zero: f32,
  kept: f32,
  square: f32, // <w, w>
  gradientShare: f32,
  velocityShare: f32,
  directionShare: f32,
  factor: f32,
  unused0: f32,
  unused1: f32,
  unused2: f32,
}
`;

/**
 * Constants: see `Settings`. Storage: groups, members, sums, blocks; for the ratios: groups,
 * members, sums, exempt, ratios.
 */
export function combineKernel(stage: CombineStage): Kernel {
  const isRatios = stage.endsWith("ratios");
  return {
    label: `combine-${stage}`,
    bindings: isRatios
      ? ["step", "constants", "read", "read", "read", "read", "write"]
      : ["step", "constants", "read", "read", "read", "write"],
    code: /* wgsl */ `${stepStruct}${blockStruct}
struct Settings {
  groups: u32,
  workgroups: u32,
  switchNorm: f32, // negative: blocks do not switch by norm
  projectsGradient: u32,
  projectsDirection: u32,
  trust: f32, // of LARS
  weightDecay: f32,
  epsilon: f32,
}
struct Group {
  firstUnit: u32,
  firstBlock: u32,
  rows: u32,
  firstMember: u32,
  members: u32,
  isShared: u32,
}
struct Member {
  firstRow: u32,
  rows: u32,
  firstSum: u32,
  sumsPerRow: u32,
}
@group(0) @binding(1) var<uniform> settings: Settings;
@group(0) @binding(2) var<storage, read> groups_: array<Group>;
@group(0) @binding(3) var<storage, read> members: array<Member>;
@group(0) @binding(4) var<storage, read> sums: array<vec4f>;
${
  isRatios
    ? `@group(0) @binding(5) var<storage, read> exempt: array<u32>;
@group(0) @binding(6) var<storage, read_write> ratios: array<f32>;`
    : "@group(0) @binding(5) var<storage, read_write> blocks: array<Block>;"
}
var<workgroup> laneSums: array<vec4f, ${TILE_LANES}>;

// At or below this norm a vector has no direction (vanishingNorm of sphere.ts).
const vanishingNorm = 1e-12;
const vanishingSquare = 1e-24;

// 1 / sqrt(x) with one Newton step, so that the driver's own precision does not show.
fn inverseRoot(x: f32) -> f32 {
  let y = inverseSqrt(x);
  return y * (1.5 - 0.5 * x * y * y);
}
${finish[stage]}

@compute @workgroup_size(${TILE_LANES})
fn main(${builtins}) {
  let unit = ${workgroupNumber};
  if (unit >= settings.workgroups) { return; }
  var g = 0u;
  while (g + 1u < settings.groups && groups_[g + 1u].firstUnit <= unit) { g++; }
  let group = groups_[g];
  let isShared = group.isShared != 0u;
  let row = select((unit - group.firstUnit) * ${TILE_LANES}u + lane, unit - group.firstUnit, isShared);
  var sum = vec4f();
  if (row < group.rows) {
    for (var m = group.firstMember; m < group.firstMember + group.members; m++) {
      let member = members[m];
      let within = row - member.firstRow; // wraps round for rows before it
      if (within >= member.rows) { continue; }
      let first = member.firstSum + within * member.sumsPerRow;
      let begin = select(first, first + lane, isShared);
      let stride = select(1u, ${TILE_LANES}u, isShared);
      for (var index = begin; index < first + member.sumsPerRow; index += stride) { sum += sums[index]; }
    }
  }
  laneSums[lane] = sum;
  for (var half = ${TILE_LANES / 2}u; half > 0u; half >>= 1u) {
    workgroupBarrier();
    if (isShared && lane < half) { laneSums[lane] += laneSums[lane + half]; }
  }
  if (row < group.rows && (!isShared || lane == 0u)) { finish(group.firstBlock + row, laneSums[lane]); }
}
`,
  };
}

const finish: Readonly<Record<CombineStage, string>> = {
  projection: /* wgsl */ `
fn finish(b: u32, sum: vec4f) {
  var block = blocks[b];
  let hasDirection = sum.x > vanishingSquare;
  let norm = select(sqrt(sum.x), sum.x * inverseRoot(sum.x), hasDirection);
  let grew = settings.switchNorm >= 0.0 && block.constrained == 0.0 && !(norm < settings.switchNorm);
  if (grew || step.switches != 0u) {
    block.goal = norm;
    block.constrained = 1.0;
    block.zero += select(0.0, 1.0, step.switches != 0u && norm <= vanishingNorm);
  }
  block.square = sum.x;
  block.gradientShare = 0.0;
  block.velocityShare = 0.0;
  if (settings.projectsGradient != 0u && hasDirection && block.constrained != 0.0) {
    block.gradientShare = sum.y / sum.x;
    block.velocityShare = sum.z / sum.x;
  }
  blocks[b] = block;
}`,
  direction: /* wgsl */ `
fn finish(b: u32, sum: vec4f) {
  let square = blocks[b].square;
  var share = 0.0;
  if (settings.projectsDirection != 0u && square > vanishingSquare && blocks[b].constrained != 0.0) { share = sum.x / square; }
  blocks[b].directionShare = share;
}`,
  "direction-ratios": /* wgsl */ `
fn finish(tensor: u32, sum: vec4f) {
  var ratio = 1.0;
  if (exempt[tensor] == 0u && sum.x > 0.0 && sum.y > 0.0) { ratio = sum.y * inverseRoot(sum.y) * inverseRoot(sum.x); }
  ratios[tensor] = ratio;
}`,
  "gradient-ratios": /* wgsl */ `
fn finish(tensor: u32, sum: vec4f) {
  var ratio = 1.0;
  if (exempt[tensor] == 0u && sum.y > 0.0) {
    var gradientNorm = 0.0;
    if (sum.x > 0.0) { gradientNorm = sum.x * inverseRoot(sum.x); }
    let weightNorm = sum.y * inverseRoot(sum.y);
    ratio = settings.trust * weightNorm / (gradientNorm + settings.weightDecay * weightNorm + settings.epsilon);
  }
  ratios[tensor] = ratio;
}`,
  retraction: /* wgsl */ `
fn finish(b: u32, sum: vec4f) {
  var block = blocks[b];
  var factor = 1.0;
  if (block.constrained != 0.0) {
    let isSphere = block.goal > vanishingNorm;
    let hasVanished = sum.x <= vanishingSquare; // false for NaN, which has to spread
    factor = select(-1.0, block.goal * inverseRoot(sum.x), isSphere && !hasVanished);
    block.kept += select(0.0, 1.0, isSphere && hasVanished);
  }
  block.factor = factor;
  blocks[b] = block;
}`,
};

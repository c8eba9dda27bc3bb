/**
 * LAWN's passes over the tensors, and LAMB's, one file so that a step reads like docs/lawn.md. Between two passes
 * combine-blocks.ts turns their sums into one coefficient per block.
 *
 *   dots       <w, w>, <w, g>, <w, m>
 *   gradient   g <- P(g); <g, g>, <w, w> for the gradient's trust ratio                        only under LARS
 *   moments    g <- P(g), m <- P(m), u <- direction; u replaces g; <w, u>
 *   direction  u <- P(u); <u, u>, <w, w> for the direction's trust ratio                       only under LAMB
 *   move       u <- w - rate ratio P(u); <u, u>; under LAMB P was done before; without LAWN the step goes into w
 *   retract    w <- R(u)
 *
 * Twins: lawnStep and moveOnSphere (optimizer/lawn/lawn.ts), sphere.ts, lamb.ts. Bound by memory: under LAWN-Adam
 * about twice Adam's traffic.
 */
import { ruleOf } from "../../../../config/optimizer/rule-table.ts";
import type { BaseOptimizerConfig } from "../../../../optimizer/optimizer-config.ts";
import type { Binding, Kernel } from "../../device/kernel.ts";
import { stepStruct } from "../../device/step-numbers.ts";
import { blockStruct } from "./combine-blocks.ts";
import { noBlockLiteral, runStruct, tileMain } from "./norm-tiles.ts";
import { hasVelocity, ruleConstants, ruleFunction, slotBindings, slotCount } from "./update-rule.ts";

export type LawnPass =
  | "dots"
  | "gradient"
  | "moments"
  | "direction"
  | "move"
  | "move-projected"
  | "move-freely"
  | "retract";

/** Flags of `ruleWords`: runs, tiles, whether a switch resets slots. */
const extraConstants = "  runs: u32,\n  tiles: u32,\n  resets: u32,\n";

const count = "rule.runs";
const tiles = "rule.tiles";

/** Storage: runs, blocks, ratios, sums, weights, gradient, then the slots in passes that touch them (`passSlots`). */
export function lawnTileKernel(rule: BaseOptimizerConfig, pass: LawnPass): Kernel {
  const slots = passSlots(rule, pass);
  const bindings: Binding[] = ["step", "constants", "read", "read", "read", "write", "write", "write"];
  return {
    label: `lawn-${pass} ${rule.name}`,
    bindings: [...bindings, ...Array<"write">(slots).fill("write")],
    code: /* wgsl */ `${stepStruct}
alias Real = f32;
${ruleConstants(extraConstants)}${runStruct}${blockStruct}
@group(0) @binding(2) var<storage, read> runs: array<Run>;
@group(0) @binding(3) var<storage, read> blocks: array<Block>;
@group(0) @binding(4) var<storage, read> ratios: array<f32>;
@group(0) @binding(5) var<storage, read_write> sums: array<vec4f>;
@group(0) @binding(6) var<storage, read_write> weights: array<f32>;
@group(0) @binding(7) var<storage, read_write> gradient: array<f32>;
${slots === 0 ? "" : slotBindings(rule, 8, "f32")}
${pass === "moments" ? ruleFunction(rule) : ""}

// x less its share along w; x itself, whatever w, where the share is 0
fn without(x: f32, share: f32, w: f32) -> f32 { return select(x - share * w, x, share == 0.0); }
${tileMain({ ...passes[pass](rule), count, tiles })}`,
  };
}

/** Slots that a pass binds. */
export function passSlots(rule: BaseOptimizerConfig, pass: LawnPass): number {
  return pass === "dots" || pass === "moments" ? slotCount(rule) : 0;
}

/** LARS. */
export function scalesGradient(rule: BaseOptimizerConfig): boolean {
  return ruleOf(rule.name).ratio === "gradient";
}

/** LAMB. */
export function scalesDirection(rule: BaseOptimizerConfig): boolean {
  return ruleOf(rule.name).ratio === "direction";
}

const isFresh = `let isFresh = step.switches != 0u && rule.resets != 0u && block != ${noBlockLiteral};`;

interface PassBody {
  readonly before: string;
  readonly each: string;
}

const passes: Readonly<Record<LawnPass, (rule: BaseOptimizerConfig) => PassBody>> = {
  dots: (rule) => ({
    before: isFresh,
    each: `      let w = weights[at];
      var velocity = 0.0;
      ${hasVelocity(rule) ? "if (!isFresh) { velocity = slots0[at]; }" : ""}
      sum += vec4f(w * w, w * gradient[at], w * velocity, 0.0);`,
  }),
  gradient: () => ({
    before: `    var share = 0.0;
    if (block != ${noBlockLiteral}) { share = blocks[block].gradientShare; }`,
    each: `      let w = weights[at];
      let g = without(gradient[at], share, w);
      gradient[at] = g;
      sum += vec4f(g * g, w * w, 0.0, 0.0);`,
  }),
  moments: (rule) => ({
    before: `    ${isFresh}
    var gradientShare = 0.0;
    var velocityShare = 0.0;
    var numbers = step.corrections;
    if (block != ${noBlockLiteral}) {
      ${scalesGradient(rule) ? "" : "gradientShare = blocks[block].gradientShare;"}
      velocityShare = blocks[block].velocityShare;
      numbers = step.groupCorrections;
    }
    ${scalesGradient(rule) ? "numbers = vec2f(ratios[run.tensor]);" : ""}`,
    each: `      let w = weights[at];
      var slot0 = 0.0;
      var slot1 = 0.0;
      if (!isFresh) {
        ${hasVelocity(rule) ? "slot0 = without(slots0[at], velocityShare, w);" : slotCount(rule) > 0 ? "slot0 = slots0[at];" : ""}
        ${slotCount(rule) > 1 ? "slot1 = slots1[at];" : ""}
      }
      let u = direction(without(gradient[at], gradientShare, w), w, &slot0, &slot1, numbers);
      ${slotCount(rule) > 0 ? "slots0[at] = slot0;" : ""}
      ${slotCount(rule) > 1 ? "slots1[at] = slot1;" : ""}
      gradient[at] = u;
      sum += vec4f(w * u, 0.0, 0.0, 0.0);`,
  }),
  direction: () => ({
    before: directionShare,
    each: `      let w = weights[at];
      let u = without(gradient[at], share, w);
      gradient[at] = u;
      sum += vec4f(u * u, w * w, 0.0, 0.0);`,
  }),
  move: () => ({ before: directionShare, each: moveAlong("without(gradient[at], share, w)") }),
  "move-projected": () => ({ before: "", each: moveAlong("ratios[run.tensor] * gradient[at]") }),
  "move-freely": (rule) => ({
    before: "",
    each: `      weights[at] -= step.learningRate * (${scalesDirection(rule) ? "ratios[run.tensor] * " : ""}gradient[at]);`,
  }),
  retract: () => ({
    before: `    var factor = 1.0;
    if (block != ${noBlockLiteral}) { factor = blocks[block].factor; }`,
    // A negative factor: the block stays where it is.
    each: "      if (!(factor < 0.0)) { weights[at] = factor * gradient[at]; }",
  }),
};

const directionShare = `    var share = 0.0;
    if (block != ${noBlockLiteral}) { share = blocks[block].directionShare; }`;

function moveAlong(direction: string): string {
  return `      let w = weights[at];
      let moved = w - step.learningRate * (${direction});
      gradient[at] = moved;
      sum += vec4f(moved * moved, 0.0, 0.0, 0.0);`;
}

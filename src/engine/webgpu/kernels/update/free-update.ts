/**
 * One step of a rule without norms over a whole piece of the arena, four values at a time: every row's moments decay at
 * every step. Bound by memory: under Adam 16 bytes read and 12 written a value. Twin: optimizer/free-optimizer.ts
 */
import type { BaseOptimizerConfig } from "../../../../optimizer/optimizer-config.ts";
import { builtins, type Kernel, workgroupNumber } from "../../device/kernel.ts";
import { stepStruct } from "../../device/step-numbers.ts";
import { ruleConstants, ruleFunction, slotBindings, slotCount } from "./update-rule.ts";

const LANES = 256;
export const FREE_VALUES = 4 * LANES;

/** Constants: ruleWords with the piece's values. Storage: gradient, weights, slots. */
export function freeUpdateKernel(rule: BaseOptimizerConfig): Kernel {
  const slots = slotCount(rule);
  const load = (k: number): string => (k < slots ? `slots${k}[index]` : "Real(0.0)");
  return {
    label: `free-update ${rule.name}`,
    bindings: ["step", "constants", "read", "write", ...Array<"write">(slots).fill("write")],
    code: /* wgsl */ `${stepStruct}
alias Real = vec4f;
${ruleConstants("  values: u32,\n")}
@group(0) @binding(2) var<storage, read> gradient: array<Real>;
@group(0) @binding(3) var<storage, read_write> weights: array<Real>;
${slotBindings(rule, 4, "Real")}
${ruleFunction(rule)}

@compute @workgroup_size(${LANES})
fn main(${builtins}) {
  let index = (${workgroupNumber}) * ${LANES}u + lane;
  if (4u * index >= rule.values) { return; }
  let weight = weights[index];
  var slot0 = ${load(0)};
  var slot1 = ${load(1)};
  let along = direction(gradient[index], weight, &slot0, &slot1, step.corrections);
  weights[index] = weight - step.learningRate * along;
${Array.from({ length: slots }, (_, k) => `  slots${k}[index] = slot${k};`).join("\n")}
}
`,
  };
}

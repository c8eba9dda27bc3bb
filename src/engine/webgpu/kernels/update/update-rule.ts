/**
 * The base rules as WGSL over a type Real (f32, or vec4f where four values at a time will do), included by every kernel
 * that moves weights. One function: the direction, with the slots moved on.
 *
 * Twins: src/optimizer/rules, whose formulas and order these are.
 */
import { type DenseRuleName, denseRuleOf, ruleOf } from "../../../../config/optimizer/rule-table.ts";
import type { BaseOptimizerConfig } from "../../../../optimizer/optimizer-config.ts";
import { ruleNumbers } from "../../../rule-numbers.ts";
import { constantWords, float } from "../../device/program.ts";

const adam = /* wgsl */ `
  *slot0 = rule.firstDecay * *slot0 + rule.firstShare * g;
  *slot1 = rule.secondDecay * *slot1 + rule.secondShare * (g * g);
  let u = numbers.x * *slot0 / (sqrt(numbers.y * *slot1) + rule.epsilon);`;
const momentum = /* wgsl */ `
  *slot0 = rule.firstDecay * *slot0 + g;`;
const meanOfSquares = /* wgsl */ `
  *slot0 = rule.secondDecay * *slot0 + rule.secondShare * (g * g);
  let u = g / (sqrt(*slot0) + rule.epsilon);`;

/**
 * The direction u from the gradient g, which holds the decay of rules whose decay joins it. `numbers`: as
 * `ruleFunction` says.
 */
const arithmetic: Readonly<Record<DenseRuleName, string>> = {
  adam,
  adamw: adam,
  sgd: /* wgsl */ `
  let u = g;`,
  momentum: /* wgsl */ `${momentum}
  let u = *slot0;`,
  nesterov: /* wgsl */ `${momentum}
  let u = g + rule.firstDecay * *slot0;`,
  adagrad: meanOfSquares,
  rmsprop: meanOfSquares,
  lamb: adam,
  lars: /* wgsl */ `
  *slot0 = rule.firstDecay * *slot0 + numbers.x * g;
  let u = *slot0;`,
  lion: /* wgsl */ `
  let u = sign(rule.firstDecay * *slot0 + rule.firstShare * g);
  *slot0 = rule.secondDecay * *slot0 + rule.secondShare * g;`,
};

/**
 * fn direction(gradient, weight, slot0, slot1, numbers): the slots in the order of the rule's row; it leaves alone
 * those it has not. `numbers`: the two bias corrections, or the trust ratio of the gradient in x.
 */
export function ruleFunction(rule: BaseOptimizerConfig): string {
  const { joins } = ruleOf(rule.name).settings.weightDecay;
  const decayed = (vector: string): string =>
    `${vector}${rule.weightDecay === 0 ? "" : " + rule.weightDecay * weight"}`;
  return /* wgsl */ `
fn direction(
  gradient: Real, weight: Real, slot0: ptr<function, Real>, slot1: ptr<function, Real>, numbers: vec2f,
) -> Real {
  let g = ${joins === "gradient" ? decayed("gradient") : "gradient"};${arithmetic[denseRuleOf(rule.name)]}
  return ${joins === "direction" ? decayed("u") : "u"};
}`;
}

/** Slots a tensor has. */
export function slotCount(rule: BaseOptimizerConfig): number {
  return ruleOf(rule.name).slots.length;
}

/** Whether the first slot adds up gradients, so that LAWN projects it. */
export function hasVelocity(rule: BaseOptimizerConfig): boolean {
  return ruleOf(rule.name).slots[0]?.kind === "velocity";
}

/** Rules that rescale by norms of whole tensors, so that even a free step needs them. */
export function needsNorms(rule: BaseOptimizerConfig): boolean {
  return ruleOf(rule.name).ratio !== null;
}

/** Binding 1 of kernels that include a rule. */
export function ruleWords(rule: BaseOptimizerConfig, flags: readonly number[] = []): Uint32Array<ArrayBuffer> {
  const { first, second } = ruleNumbers(rule);
  const epsilon = "epsilon" in rule ? rule.epsilon : 0;
  const numbers = [first.decay, first.share, second.decay, second.share, epsilon, rule.weightDecay];
  return constantWords(...numbers.map(float), 0, 0, ...flags);
}

/** `extra`: members of the constants after the rule's own, words that `ruleWords` was given as flags. */
export function ruleConstants(extra = ""): string {
  return /* wgsl */ `
struct Rule {
  firstDecay: f32, // beta1, or the momentum
  firstShare: f32,
  secondDecay: f32, // beta2, or the decay of squares
  secondShare: f32,
  epsilon: f32,
  weightDecay: f32,
  unused0: u32,
  unused1: u32,
${extra}}
@group(0) @binding(1) var<uniform> rule: Rule;
`;
}

/** Declarations of the rule's slots from binding `first` on. */
export function slotBindings(rule: BaseOptimizerConfig, first: number, type: string): string {
  return Array.from(
    { length: slotCount(rule) },
    (_, k) => `@group(0) @binding(${first + k}) var<storage, read_write> slots${k}: array<${type}>;`,
  ).join("\n");
}

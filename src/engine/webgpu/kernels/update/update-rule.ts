/**
 * The base rules as WGSL over a type Real (f32, or vec4f where four values at a time will do), included by every kernel
 * that moves weights. One function: the direction, with the slots moved on.
 *
 * Twins: optimizer/{sgd,adagrad,rmsprop,adam,adamw,lamb,lars}.ts, whose formulas and order these are.
 */
import type { BaseOptimizerConfig } from "../../../../optimizer/optimizer-config.ts";
import { constantWords, float } from "../../device/program.ts";

/** Slots a tensor has. */
export function slotCount(rule: BaseOptimizerConfig): 0 | 1 | 2 {
  if (rule.name === "sgd") return rule.momentum === 0 ? 0 : 1;
  return rule.name === "adam" || rule.name === "adamw" || rule.name === "lamb" ? 2 : 1;
}

/** Whether the first slot adds up gradients, so that LAWN projects it; sums of squares are left alone. */
export function hasVelocity(rule: BaseOptimizerConfig): boolean {
  return slotCount(rule) > 0 && rule.name !== "adagrad" && rule.name !== "rmsprop";
}

/** Rules that rescale by norms of whole tensors, so that even a free step needs them. */
export function needsNorms(rule: BaseOptimizerConfig): boolean {
  return rule.name === "lamb" || rule.name === "lars";
}

/** Binding 1 of kernels that include a rule. */
export function ruleWords(rule: BaseOptimizerConfig, flags: readonly number[] = []): Uint32Array<ArrayBuffer> {
  return constantWords(...numbersOf(rule).map(float), float(rule.weightDecay), 0, 0, ...flags);
}

/** decay1, share1, decay2, share2, epsilon */
function numbersOf(rule: BaseOptimizerConfig): readonly number[] {
  switch (rule.name) {
    case "sgd":
      return [rule.momentum, 1, 0, 0, 0];
    case "adagrad":
      return [1, 1, 0, 0, rule.epsilon];
    case "rmsprop":
      return [rule.decay, 1 - rule.decay, 0, 0, rule.epsilon];
    case "lars":
      return [rule.momentum, 1, 0, 0, rule.epsilon];
    default:
      return [rule.beta1, 1 - rule.beta1, rule.beta2, 1 - rule.beta2, rule.epsilon];
  }
}

/** `extra`: members of the constants after the rule's own, words that `ruleWords` was given as flags. */
export function ruleConstants(extra = ""): string {
  return /* wgsl */ `
struct Rule {
  decay1: f32, // beta1, or the momentum
  share1: f32,
  decay2: f32,
  share2: f32,
  epsilon: f32,
  weightDecay: f32,
  unused0: u32,
  unused1: u32,
${extra}}
@group(0) @binding(1) var<uniform> rule: Rule;
`;
}

/**
 * fn direction(gradient, weight, slot0, slot1, numbers): a rule without slots leaves both alone. `numbers`: Adam's
 * corrections; x is LARS's ratio.
 */
export function ruleFunction(rule: BaseOptimizerConfig): string {
  const decayed = rule.weightDecay === 0 ? "gradient" : "gradient + rule.weightDecay * weight";
  return /* wgsl */ `
fn direction(gradient: Real, weight: Real, slot0: ptr<function, Real>, slot1: ptr<function, Real>, numbers: vec2f) -> Real {
${bodyOf(rule, decayed)}
}`;
}

function bodyOf(rule: BaseOptimizerConfig, decayed: string): string {
  const adam = "numbers.x * *slot0 / (sqrt(numbers.y * *slot1) + rule.epsilon)";
  const moments = (gradient: string): string => `  let g = ${gradient};
  *slot0 = rule.decay1 * *slot0 + rule.share1 * g;
  *slot1 = rule.decay2 * *slot1 + rule.share2 * (g * g);`;
  switch (rule.name) {
    case "sgd":
      if (rule.momentum === 0) return `  return ${decayed};`;
      return `  let g = ${decayed};
  *slot0 = rule.decay1 * *slot0 + g;
  return ${rule.nesterov ? "g + rule.decay1 * *slot0" : "*slot0"};`;
    case "adagrad":
    case "rmsprop":
      return `  let g = ${decayed};
  *slot0 = rule.decay1 * *slot0 + rule.share1 * (g * g);
  return g / (sqrt(*slot0) + rule.epsilon);`;
    case "adam":
      return `${moments(decayed)}
  return ${adam};`;
    case "adamw":
    case "lamb":
      return `${moments("gradient")}
  return ${rule.weightDecay === 0 ? adam : `${adam} + rule.weightDecay * weight`};`;
    case "lars":
      return `  *slot0 = rule.decay1 * *slot0 + numbers.x * (${decayed});
  return *slot0;`;
    default:
      return rule satisfies never;
  }
}

/** Declarations of the rule's slots from binding `first` on. */
export function slotBindings(rule: BaseOptimizerConfig, first: number, type: string): string {
  return Array.from(
    { length: slotCount(rule) },
    (_, k) => `@group(0) @binding(${first + k}) var<storage, read_write> slots${k}: array<${type}>;`,
  ).join("\n");
}

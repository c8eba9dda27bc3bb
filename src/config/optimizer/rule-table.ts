/**
 * Every optimizer's facts, a row each: its title, its slots, its trust ratio and its settings. Checks, help texts,
 * reports, engines and contract tests read them here. The arithmetic is one function of the same name in
 * src/optimizer/rules, in src/engine/native/kernels/update-rules.hpp and in
 * src/engine/webgpu/kernels/update/update-rule.ts; a lazy rule takes its dense one's.
 */

export interface Range {
  readonly above?: number;
  readonly least?: number;
  readonly below?: number;
}

const aboveZero: Range = { above: 0 };
const fromZero: Range = { least: 0 };
const fraction: Range = { least: 0, below: 1 };

/** What optimizers can be told. A setting that several of them take has one flag and one range. */
export const ruleSettings = {
  learningRate: { flag: "learning-rate", range: aboveZero, note: "that of adam, adamw and lazy-adam fits the log" },
  weightDecay: { flag: "weight-decay", range: fromZero, note: "refused with LAWN" },
  beta1: { flag: "beta1", range: fraction, note: "" },
  beta2: { flag: "beta2", range: fraction, note: "" },
  epsilon: { flag: "epsilon", range: aboveZero, note: "" },
  momentum: { flag: "momentum", range: fraction, note: "" },
  decay: { flag: "square-decay", range: fraction, note: "" },
  trustCoefficient: { flag: "trust-coefficient", range: aboveZero, note: "" },
} as const satisfies Record<string, { readonly flag: string; readonly range: Range; readonly note: string }>;
export type RuleSettingName = keyof typeof ruleSettings;

/** One optimizer's use of a setting; its help text lists the optimizers of one meaning after it. */
export interface RuleSetting {
  readonly default: number;
  readonly meaning: string;
}

/**
 * Where weight decay enters: L2 is part of the gradient; decoupled decay joins the direction, so that no slot sees it.
 */
export interface WeightDecay extends RuleSetting {
  readonly joins: "gradient" | "direction";
}

/** What is remembered of every weight, zero at first. The name stands in checkpoints. */
export interface Slot {
  readonly name: string;
  /**
   * A velocity adds up gradients, so it lives in the tangent space and LAWN projects it; squares of gradients do not.
   */
  readonly kind: "velocity" | "square";
  /** Whether a table has one value a row, not one a weight; tower and head have one a weight all the same. */
  readonly ofRow?: true;
}

export interface Rule {
  /** In reports. */
  readonly title: string;
  /**
   * Of a rule that steps the rows of a batch alone: the dense rule that it is on tower and head. Absent where every row
   * of a table takes part in every step.
   */
  readonly lazyOf?: string;
  /** At most one of each kind, a velocity first. */
  readonly slots: readonly Slot[];
  /** Which vector a trust ratio rescales by its norm and the tensor's own, and that per tensor; null for none. */
  readonly ratio: "gradient" | "direction" | null;
  readonly settings: Readonly<Partial<Record<RuleSettingName, RuleSetting>>> & {
    readonly learningRate: RuleSetting;
    readonly weightDecay: WeightDecay;
  };
}

const setting = (meaning: string) => (value: number) => ({ default: value, meaning });
const rate = setting("Peak learning rate");
const firstMoment = setting("Decay of the first moment");
const secondMoment = setting("Decay of the second moment");
const epsilon = setting("Term that keeps from dividing by zero");
const momentum = setting("Momentum");
const l2 = (value: number) => ({ default: value, meaning: "L2 strength", joins: "gradient" as const });
const decoupled = (value: number) => ({ default: value, meaning: "decoupled decay", joins: "direction" as const });
const insideRatio = { meaning: "decay inside the trust ratio" };

const velocity = [{ name: "velocity", kind: "velocity" }] as const;
const square = [{ name: "square", kind: "square" }] as const;
const moments = [
  { name: "m", kind: "velocity" },
  { name: "v", kind: "square" },
] as const;

const squareOfRow = [{ name: "square", kind: "square", ofRow: true }] as const;

/** In the order of help texts. Defaults are those of the paper or of common practice. */
export const ruleTable = {
  adam: {
    title: "Adam",
    slots: moments,
    ratio: null,
    settings: {
      learningRate: rate(0.001),
      weightDecay: l2(0),
      beta1: firstMoment(0.9),
      beta2: secondMoment(0.999),
      epsilon: epsilon(1e-8),
    },
  },
  adamw: {
    title: "AdamW",
    slots: moments,
    ratio: null,
    settings: {
      learningRate: rate(0.001),
      weightDecay: decoupled(0.01),
      beta1: firstMoment(0.9),
      beta2: secondMoment(0.999),
      epsilon: epsilon(1e-8),
    },
  },
  sgd: {
    title: "SGD",
    slots: [],
    ratio: null,
    settings: { learningRate: rate(0.1), weightDecay: l2(0) },
  },
  momentum: {
    title: "Momentum",
    slots: velocity,
    ratio: null,
    settings: { learningRate: rate(0.1), weightDecay: l2(0), momentum: momentum(0.9) },
  },
  nesterov: {
    title: "Nesterov",
    slots: velocity,
    ratio: null,
    settings: { learningRate: rate(0.1), weightDecay: l2(0), momentum: momentum(0.9) },
  },
  adagrad: {
    title: "AdaGrad",
    slots: square,
    ratio: null,
    settings: { learningRate: rate(0.01), weightDecay: l2(0), epsilon: epsilon(1e-10) },
  },
  rmsprop: {
    title: "RMSProp",
    slots: square,
    ratio: null,
    settings: {
      learningRate: rate(0.001),
      weightDecay: l2(0),
      decay: setting("Decay of the mean of squares")(0.99),
      epsilon: epsilon(1e-8),
    },
  },
  lamb: {
    title: "LAMB",
    slots: moments,
    ratio: "direction",
    settings: {
      learningRate: rate(0.002),
      weightDecay: { ...decoupled(0), ...insideRatio },
      beta1: firstMoment(0.9),
      beta2: secondMoment(0.999),
      epsilon: epsilon(1e-6),
    },
  },
  lars: {
    title: "LARS",
    slots: velocity,
    ratio: "gradient",
    settings: {
      learningRate: rate(1),
      weightDecay: { ...l2(0), ...insideRatio },
      momentum: momentum(0.9),
      trustCoefficient: setting("Trust coefficient")(0.001),
      epsilon: epsilon(1e-8),
    },
  },
  lion: {
    title: "Lion",
    slots: [{ name: "m", kind: "velocity" }],
    ratio: null,
    settings: {
      learningRate: rate(0.0001),
      weightDecay: decoupled(0),
      beta1: setting("weight of the momentum in the step")(0.9),
      beta2: setting("decay of the momentum")(0.99),
    },
  },
  "lazy-adam": {
    title: "lazy Adam",
    lazyOf: "adam",
    slots: moments,
    ratio: null,
    settings: {
      learningRate: rate(0.001),
      weightDecay: l2(0),
      beta1: firstMoment(0), // without momentum nothing is skipped: docs/lawn.md
      beta2: secondMoment(0.999),
      epsilon: epsilon(1e-8),
    },
  },
  "lazy-momentum": {
    title: "lazy momentum",
    lazyOf: "momentum",
    slots: velocity,
    ratio: null,
    settings: { learningRate: rate(0.1), weightDecay: l2(0), momentum: momentum(0.9) },
  },
  "rowwise-adagrad": {
    title: "row-wise AdaGrad",
    lazyOf: "adagrad",
    slots: squareOfRow,
    ratio: null,
    settings: { learningRate: rate(0.01), weightDecay: l2(0), epsilon: epsilon(1e-8) },
  },
} as const satisfies Record<string, Rule>;

export type RuleName = keyof typeof ruleTable;
export type LazyRuleName = {
  [Name in RuleName]: (typeof ruleTable)[Name] extends { readonly lazyOf: string } ? Name : never;
}[RuleName];
export type DenseRuleName = Exclude<RuleName, LazyRuleName>;
export type SettingOf<Name extends RuleName> = keyof (typeof ruleTable)[Name]["settings"] & RuleSettingName;
export type SlotOf<Name extends RuleName> = (typeof ruleTable)[Name]["slots"][number]["name"];

export const ruleNames = Object.keys(ruleTable) as readonly RuleName[]; // the table has no keys but its own

export function isRuleName(name: string): name is RuleName {
  return Object.hasOwn(ruleTable, name);
}

/** Whether it steps the rows of a batch alone. */
export function isLazyRule(name: RuleName): name is LazyRuleName {
  return ruleOf(name).lazyOf !== undefined;
}

/** The rule that `name` is on tower and head: itself, or of a lazy rule its dense one. */
export function denseRuleOf(name: RuleName): DenseRuleName {
  return (ruleOf(name).lazyOf ?? name) as DenseRuleName; // the table's lazy rules name dense ones
}

/** The row of `name`, whatever it is. */
export function ruleOf(name: RuleName): Rule {
  return ruleTable[name];
}

/** What the rule takes, with its defaults, the learning rate first. */
export function settingsOfRule(name: RuleName): readonly (readonly [RuleSettingName, RuleSetting])[] {
  return Object.entries(ruleOf(name).settings) as [RuleSettingName, RuleSetting][]; // a row has no other keys
}

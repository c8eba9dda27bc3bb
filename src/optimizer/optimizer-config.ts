/**
 * An optimizer as plain data, resolved: epochs are already steps, names already settings. Engines recognise what they can fuse
 * in it; `build-optimizer` turns it into arithmetic. Rules and their sources: docs/lawn.md.
 */

/** Heavy-ball SGD; momentum 0 is plain SGD; nesterov needs momentum > 0. */
export interface SgdConfig {
  readonly name: "sgd";
  readonly momentum: number;
  readonly nesterov: boolean;
  readonly weightDecay: number;
}
export interface AdaGradConfig {
  readonly name: "adagrad";
  readonly epsilon: number;
  readonly weightDecay: number;
}
export interface RmsPropConfig {
  readonly name: "rmsprop";
  /** Decay of the running mean of squares. */
  readonly decay: number;
  readonly epsilon: number;
  readonly weightDecay: number;
}
/** Adam; weightDecay is L2, added to the gradient. */
export interface AdamConfig {
  readonly name: "adam";
  readonly beta1: number;
  readonly beta2: number;
  readonly epsilon: number;
  readonly weightDecay: number;
}
/** AdamW; weightDecay is decoupled. */
export interface AdamWConfig {
  readonly name: "adamw";
  readonly beta1: number;
  readonly beta2: number;
  readonly epsilon: number;
  readonly weightDecay: number;
}
export interface LambConfig {
  readonly name: "lamb";
  readonly beta1: number;
  readonly beta2: number;
  readonly epsilon: number;
  readonly weightDecay: number;
}
export interface LarsConfig {
  readonly name: "lars";
  readonly momentum: number;
  /** 0.001 in the paper (You et al. 2017). */
  readonly trustCoefficient: number;
  readonly epsilon: number;
  readonly weightDecay: number;
}

export type BaseOptimizerConfig =
  | SgdConfig
  | AdaGradConfig
  | RmsPropConfig
  | AdamConfig
  | AdamWConfig
  | LambConfig
  | LarsConfig;

export type LawnScope = "all" | "dense" | "head" | "embeddings";
export type LawnGranularity = "layer" | "row" | "network";
export type LawnProjection = "both" | "gradient" | "none";

/** When blocks become constrained: all before global step `step` (from 0; Infinity is never), or each when its norm reaches `norm`. */
export type LawnSwitch =
  | { readonly kind: "step"; readonly step: number }
  | { readonly kind: "norm"; readonly norm: number };

export interface LawnConfig {
  readonly switchAt: LawnSwitch;
  readonly scope: LawnScope;
  readonly granularity: LawnGranularity;
  readonly project: LawnProjection;
  /** What becomes of the base optimizer's state at the switch; `reset` needs a switch by step. */
  readonly state: "keep" | "reset";
  /** Whether each bias joins its weight's block as [W | b]; otherwise biases stay free. */
  readonly constrainBiases: boolean;
}

export interface OptimizerConfig {
  readonly base: BaseOptimizerConfig;
  /** null trains with the base optimizer alone. With LAWN the base's weightDecay must be 0. */
  readonly lawn: LawnConfig | null;
}

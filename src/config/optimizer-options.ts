/** Which options each optimizer takes, and what they are when nobody says: everything else is refused, never ignored. */

/** Base rules as users name them; momentum and nesterov are heavy-ball SGD with their option set. */
export const baseNames = [
  "adam",
  "adamw",
  "sgd",
  "momentum",
  "nesterov",
  "adagrad",
  "rmsprop",
  "lamb",
  "lars",
] as const;
export type BaseName = (typeof baseNames)[number];

/** Each base alone, and under LAWN. */
export const optimizerNames = [...baseNames, ...baseNames.map((base) => `lawn-${base}` as const)] as const;
export type OptimizerName = (typeof optimizerNames)[number];

export interface OptimizerOptions {
  readonly learningRate: number;
  readonly weightDecay: number;
  readonly beta1?: number;
  readonly beta2?: number;
  readonly epsilon?: number;
  readonly momentum?: number;
  readonly decay?: number;
  readonly trustCoefficient?: number;
}

/** The options of each base with their defaults, those of the paper or of common practice; a missing key is an option it does not take. */
export const optimizerDefaults: Readonly<Record<BaseName, OptimizerOptions>> = {
  adam: { learningRate: 0.001, weightDecay: 0, beta1: 0.9, beta2: 0.999, epsilon: 1e-8 },
  adamw: { learningRate: 0.001, weightDecay: 0.01, beta1: 0.9, beta2: 0.999, epsilon: 1e-8 },
  sgd: { learningRate: 0.1, weightDecay: 0 },
  momentum: { learningRate: 0.1, weightDecay: 0, momentum: 0.9 },
  nesterov: { learningRate: 0.1, weightDecay: 0, momentum: 0.9 },
  adagrad: { learningRate: 0.01, weightDecay: 0, epsilon: 1e-10 },
  rmsprop: { learningRate: 0.001, weightDecay: 0, decay: 0.99, epsilon: 1e-8 },
  lamb: { learningRate: 0.002, weightDecay: 0, beta1: 0.9, beta2: 0.999, epsilon: 1e-6 },
  lars: { learningRate: 1, weightDecay: 0, momentum: 0.9, trustCoefficient: 0.001, epsilon: 1e-8 },
};

export function baseOf(name: OptimizerName): BaseName {
  return name.replace(/^lawn-/, "") as BaseName; // optimizerNames is made of exactly these two forms
}

export function hasLawn(name: OptimizerName): boolean {
  return name.startsWith("lawn-");
}

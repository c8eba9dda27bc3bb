/** `lawn(optimizer, options)`: checked options in, a tf.Optimizer out. */
import type { Optimizer } from "@tensorflow/tfjs-core";
import type { LayersModel } from "@tensorflow/tfjs-layers";
import { ConfigError } from "../../errors.ts";
import type { Selection, TrainedVariable } from "./constrained-variables.ts";
import { finalHomogeneousWeights } from "./homogeneous-suffix.ts";
import { LawnOptimizer, type StepProjection } from "./lawn-optimizer.ts";

export interface LawnOptions {
  /** Steps of the free phase, which is the base to the bit; give this, or freeEpochs with stepsPerEpoch. */
  readonly freeSteps?: number;
  readonly freeEpochs?: number;
  readonly stepsPerEpoch?: number;
  /** Constrains the model's final homogeneous sub-network; the model must be built. Give this, or constrain. */
  readonly model?: LayersModel;
  /** Chooses among the variables that the first step trains. */
  readonly constrain?: (variable: TrainedVariable) => boolean;
  /** What is projected onto the tangent space: gradient and step (default), the gradient alone, or nothing. */
  readonly project?: StepProjection;
}

/**
 * LAWN over any optimizer of TensorFlow.js, which it owns from then on. Throws ConfigError naming every
 * option that makes no sense.
 */
export function lawn(optimizer: Optimizer, options: LawnOptions): LawnOptimizer {
  const { model, constrain, project = "both" } = options;
  const problems = [...freePhaseProblems(options), ...selectionProblems(options)];
  if (!["both", "gradient", "none"].includes(project)) {
    problems.push(`lawn: project is ${project}, expected both, gradient or none`);
  }
  if (problems.length > 0) throw new ConfigError(problems.join("\n"));
  const selection: Selection =
    constrain === undefined
      ? { kind: "names", names: finalHomogeneousWeights(model!) } // one of the two is there: checked above
      : { kind: "predicate", constrain };
  return new LawnOptimizer(optimizer, { freeSteps: freeStepsOf(options), project, selection });
}

function freeStepsOf({ freeSteps, freeEpochs = 0, stepsPerEpoch = 0 }: LawnOptions): number {
  return freeSteps ?? freeEpochs * stepsPerEpoch;
}

function freePhaseProblems(options: LawnOptions): string[] {
  const { freeSteps, freeEpochs, stepsPerEpoch } = options;
  const problems: string[] = [];
  if (freeSteps === undefined && (freeEpochs === undefined || stepsPerEpoch === undefined)) {
    problems.push("lawn: the length of the free phase is missing; give freeSteps, or freeEpochs and stepsPerEpoch");
  }
  if (freeSteps !== undefined && (freeEpochs !== undefined || stepsPerEpoch !== undefined)) {
    problems.push("lawn: freeSteps and freeEpochs both set the free phase; give one of them");
  }
  for (const [name, value] of Object.entries({ freeSteps, freeEpochs, stepsPerEpoch })) {
    if (value === undefined || (Number.isSafeInteger(value) && value >= 0)) continue;
    problems.push(`lawn: ${name} is ${value}, expected a whole number from 0`);
  }
  return problems;
}

function selectionProblems({ model, constrain }: LawnOptions): string[] {
  if (model === undefined && constrain === undefined) {
    return ["lawn: what to constrain is missing; give model, or constrain"];
  }
  if (model !== undefined && constrain !== undefined) {
    return ["lawn: model and constrain both choose what is constrained; give one of them"];
  }
  return [];
}

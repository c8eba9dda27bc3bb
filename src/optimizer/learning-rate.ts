/**
 * The learning rate of each step: one schedule over the whole run, as plain data. It never restarts, not even where
 * LAWN switches. Step indices count from 0 here, as everywhere in the engines; inside an expression they count from 1.
 */
import { ConfigError } from "../errors.ts";
import { compileRateExpression, type RateHorizon } from "./learning-rate-expression.ts";

export type LearningRateSchedule = ConstantRate | WarmupAndDecay | RateExpression;

export interface ConstantRate {
  readonly kind: "constant";
  readonly rate: number;
}

/** Linear growth over the warm-up to `rate`, then a decay over the rest of the run. */
export interface WarmupAndDecay {
  readonly kind: "warmup";
  /** The highest rate. */
  readonly rate: number;
  /** `fraction` is of the run's steps. A warm-up longer than the run is cut off with it. */
  readonly warmup: { readonly amount: number; readonly unit: "steps" | "epochs" | "fraction" };
  readonly decay: "constant" | "linear" | "cosine";
  /** What the decay tends to, from 0 to `rate`; reached one step after the last, so that no step is spent at rate 0. */
  readonly floor: number;
}

/** For example "0.002 * min(1, step / 500)": see learning-rate-expression.ts. */
export interface RateExpression {
  readonly kind: "expression";
  readonly expression: string;
}

/**
 * The rate of global step `step`, from 0. Throws ConfigError for a schedule that gives a rate that
 * is negative or not finite.
 */
export function compileSchedule(schedule: LearningRateSchedule, horizon: RateHorizon): (step: number) => number {
  switch (schedule.kind) {
    case "constant":
      checkRates([["rate", schedule.rate]]);
      return () => schedule.rate;
    case "warmup":
      return warmupAndDecay(schedule, horizon);
    case "expression":
      return compileRateExpression(schedule.expression, horizon);
    default:
      return schedule satisfies never;
  }
}

function warmupAndDecay(schedule: WarmupAndDecay, horizon: RateHorizon): (step: number) => number {
  const { rate, floor, decay } = schedule;
  checkRates([
    ["rate", rate],
    ["floor", floor],
    ["warm-up", schedule.warmup.amount],
  ]);
  if (floor > rate) throw new ConfigError(`learning rate: floor is ${floor}, expected at most the rate, ${rate}`);
  const warmupSteps = stepsOfWarmup(schedule.warmup, horizon);
  const decaySteps = Math.max(1, horizon.steps - warmupSteps);
  return (step) => {
    if (step < warmupSteps) return (rate * (step + 1)) / warmupSteps;
    const progress = Math.min(1, (step - warmupSteps) / decaySteps);
    return floor + (rate - floor) * decayFactor(decay, progress);
  };
}

/** From 1 at progress 0 to 0 at progress 1; cosine: Loshchilov & Hutter 2017, equation 5, one cycle. */
function decayFactor(decay: WarmupAndDecay["decay"], progress: number): number {
  switch (decay) {
    case "constant":
      return 1;
    case "linear":
      return 1 - progress;
    case "cosine":
      return (1 + Math.cos(Math.PI * progress)) / 2;
    default:
      return decay satisfies never;
  }
}

function stepsOfWarmup({ amount, unit }: WarmupAndDecay["warmup"], horizon: RateHorizon): number {
  switch (unit) {
    case "steps":
      return Math.round(amount);
    case "epochs":
      return Math.round(amount * horizon.stepsPerEpoch);
    case "fraction":
      if (amount > 1) {
        throw new ConfigError(`learning rate: warm-up is ${amount} of the run, expected a fraction from 0 to 1`);
      }
      return Math.round(amount * horizon.steps);
    default:
      return unit satisfies never;
  }
}

function checkRates(settings: readonly (readonly [name: string, value: number])[]): void {
  const problems = settings
    .filter(([, value]) => !(value >= 0 && Number.isFinite(value)))
    .map(([name, value]) => `learning rate: ${name} is ${value}, expected a finite number of at least 0`);
  if (problems.length > 0) throw new ConfigError(problems.join("\n"));
}

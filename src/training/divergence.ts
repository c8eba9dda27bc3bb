/** A run whose numbers stopped being numbers: said at once, with where it happened and what to try. */
import type { Parameters } from "../ranker/ranker-spec.ts";

export class DivergenceError extends Error {
  override readonly name = "DivergenceError";
}

export interface StepPosition {
  /** From 1. */
  readonly epoch: number;
  /** Steps done since the pass began, this one included. */
  readonly step: number;
  readonly learningRate: number;
}

/** Throws DivergenceError when the loss of a step is NaN or infinite. */
export function checkLoss(loss: number, at: StepPosition): void {
  if (!Number.isFinite(loss)) throw new DivergenceError(`the loss became ${loss} at ${positionText(at)}`);
}

/** Throws DivergenceError when a parameter is NaN or infinite. One pass over the parameters. */
export function checkParameters(parameters: Parameters, at: StepPosition): void {
  for (const [name, values] of parameters) {
    for (let index = 0; index < values.length; index++) {
      if (!Number.isFinite(values[index]!)) {
        throw new DivergenceError(`${name}[${index}] became ${values[index]} by ${positionText(at)}`);
      }
    }
  }
}

function positionText({ epoch, step, learningRate }: StepPosition): string {
  return (
    `step ${step} (epoch ${epoch}) at learning rate ${learningRate}; training stopped. ` +
    "Try a lower --learning-rate, a longer --warmup-epochs, or smaller initial values (--initialize-embedding)"
  );
}

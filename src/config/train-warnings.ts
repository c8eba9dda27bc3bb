/** Settings that are allowed and are seldom meant. */
import type { TrainConfig } from "./schemas/train-schema.ts";

/** A line for each. */
export function trainWarnings(config: TrainConfig): readonly string[] {
  const warnings: string[] = [];
  const { lawn, epochs } = config;
  if (lawn?.freeEpochs === 0 || lawn?.freeSteps === 0) {
    warnings.push(
      `warning: LAWN constrains from the first step, so norms stay those of the initial values (${config.initialize.embedding}) and small ones keep logits small; give --lawn-free-epochs some epochs`,
    );
  }
  if (lawn?.freeEpochs !== undefined && lawn.freeEpochs >= epochs) {
    warnings.push(
      `warning: ${lawn.freeEpochs} free epochs of ${epochs} leave LAWN nothing to constrain; this is ${config.optimizer.name.replace("lawn-", "")}`,
    );
  }
  return warnings;
}

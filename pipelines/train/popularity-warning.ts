/**
 * Whether the ranker that a run keeps has learnt more than which items are popular: where it has
 * not, somebody should know.
 */
import type { TrainConfig } from "../../src/config/schemas/train-schema.ts";

/**
 * One line, or null where all is well or nothing was validated. `popularity` is the baseline's value
 * of the validation metric.
 */
export function popularityWarning(
  { validation: { metric } }: Pick<TrainConfig, "validation">,
  validation: Readonly<Record<string, number>> | null,
  popularity: number | null,
): string | null {
  const reached = validation?.[metric];
  if (popularity === null || reached === undefined || reached > popularity) return null;
  return `warning: this ranker is not better than popularity: validation ${metric} ${reached.toFixed(4)} against ${popularity.toFixed(4)}; train longer (--epochs), raise --learning-rate, take smaller batches, or let LAWN's free phase last until the loss has fallen (--lawn-free-epochs)`;
}

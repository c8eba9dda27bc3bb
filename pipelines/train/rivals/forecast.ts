/** Before training: whether the log shows tastes at all, as far as the baselines that learn them can tell. */
import type { BaselineName } from "../../../src/config/baseline-settings.ts";
import type { TrainConfig } from "../../../src/config/schemas/train-schema.ts";
import type { Estimates } from "../../../src/runs/baselines-record.ts";
import { shipCommand } from "./verdict.ts";

/** A baseline's figures on validation. */
export interface RivalOnValidation {
  readonly name: BaselineName;
  readonly choice: { readonly parameters: Readonly<Record<string, number>> };
  readonly validation: { readonly estimates: Estimates } | null;
}

/**
 * One line, or null where tastes show. Popularity knows no user: where it stands within the interval of the best
 * baseline that does, a ranker has nothing to learn that could be told apart from chance on so few users.
 */
export function forecastOf(
  rivals: readonly RivalOnValidation[],
  config: Pick<TrainConfig, "dataset" | "dataRoot" | "modelsRoot" | "validation">,
): string | null {
  const { metric } = config.validation;
  const estimateOf = ({ validation }: RivalOnValidation) => validation?.estimates[metric];
  const reachedBy = (rival: RivalOnValidation): number => estimateOf(rival)?.value ?? Number.NEGATIVE_INFINITY;
  const popularity = rivals.find(({ name }) => name === "popularity");
  const [best] = rivals.filter(({ name }) => name !== "popularity").sort((a, b) => reachedBy(b) - reachedBy(a));
  if (popularity === undefined || best === undefined) return null;
  const bound = estimateOf(best)?.low;
  if (bound === undefined || reachedBy(popularity) < bound) return null;
  const shipped = shipCommand({ name: "popularity", parameters: popularity.choice.parameters }, config);
  return (
    `warning: no baseline that learns tastes is clearly above popularity (the best is ${best.name}), so a ranker may ` +
    `not be either; popularity can be shipped as it is: ${shipped}`
  );
}

/**
 * Weights by age: what a user took last says more of what comes next than what was taken long before.
 *
 * A row with `a` newer rows of its user has (1 + a)^-power, scaled so that the rows of each user weigh 1 on average:
 * nobody counts for more than before. A power law rather than a half-life, since people's histories differ in length by
 * orders of magnitude: it has no unit. Weights that the log brings are multiplied.
 */
import { ConfigError } from "../errors.ts";
import type { Interactions } from "./interaction-dataset.ts";

/** Each user's rows must stand oldest first. At power 0 the interactions are what they were, to the object. */
export function withRecency(interactions: Interactions, power: number): Interactions {
  if (!(Number.isFinite(power) && power >= 0)) {
    throw new ConfigError(`recencyPower is ${power}, expected a finite number of at least 0`);
  }
  if (power === 0) return interactions;
  return { ...interactions, weights: weightsByAge(interactions, power) };
}

function weightsByAge({ users, userColumn, weights, length }: Interactions, power: number): Float32Array {
  const newerRows = new Uint32Array(users); // of each user, behind the row that is looked at
  const byAge = new Float64Array(length);
  const totals = new Float64Array(users);
  for (let row = length - 1; row >= 0; row--) {
    const user = userColumn[row]!;
    byAge[row] = (1 + newerRows[user]!++) ** -power;
    totals[user]! += byAge[row]!;
  }
  return Float32Array.from(byAge, (weight, row) => {
    const user = userColumn[row]!;
    return (weight * newerRows[user]! * (weights?.[row] ?? 1)) / totals[user]!; // all rows are behind by now
  });
}

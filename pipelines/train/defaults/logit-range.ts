/**
 * How decided logits may be, by one law: the logarithm of the catalogue times the cube root of a user's rows. What
 * holds inner products (LAWN's norm) and what divides cosines (the temperature) follow from it.
 */

/** How decided logits may be, per unit of ln(items) cbrt(rows a user): of inner products, and of cosines. */
const LOGIT_RANGE = { inner: 0.22, cosine: 0.3 };
/** Colder cosines fitted long logs too closely. */
const TEMPERATURE = { least: 0.1, most: 1 };

/**
 * The length at which LAWN holds a row. Logits of a dot product reach its square: a longer catalogue needs a wider
 * range of them (its logarithm), and a user of many rows has earned a more decided opinion (their cube root).
 */
export function normFor(rowsPerUser: number, items: number): number {
  return Math.max(1, rounded(Math.sqrt(LOGIT_RANGE.inner * opinionOf(rowsPerUser, items))));
}

/** What cosines are divided by: logits reach its inverse, and that follows the same law as the norm's square. */
export function temperatureFor(rowsPerUser: number, items: number): number {
  const { least, most } = TEMPERATURE;
  return Math.min(most, Math.max(least, rounded(1 / (LOGIT_RANGE.cosine * opinionOf(rowsPerUser, items)))));
}

function opinionOf(rowsPerUser: number, items: number): number {
  return Math.log(Math.max(2, items)) * Math.cbrt(rowsPerUser);
}

/** Two digits that matter. */
export function rounded(value: number): number {
  return Number(value.toPrecision(2));
}

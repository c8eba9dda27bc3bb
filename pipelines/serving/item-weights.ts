/** What a program says of a person who is not in the log, checked. */
import { DataError } from "../../src/errors.ts";

/**
 * By the item's id as text, in the order of first mention; 1 each unless given. Of repeats the last weight counts.
 * Throws DataError for weights that are not finite numbers from 0, one for each item.
 */
export function weightsById({
  items,
  weights,
}: {
  readonly items: Iterable<string | number | bigint>;
  readonly weights?: Iterable<number>;
}): Map<string, number> {
  const ids = Array.from(items, String);
  const given = weights === undefined ? ids.map(() => 1) : [...weights];
  if (given.length !== ids.length) {
    throw new DataError(`the person has ${ids.length} items and ${given.length} weights, expected one for each`);
  }
  const bad = given.findIndex((weight) => !(Number.isFinite(weight) && weight >= 0));
  if (bad >= 0) throw new DataError(`the weight of item "${ids[bad]}" is ${given[bad]}, expected a number from 0`);
  return new Map(ids.map((id, index) => [id, given[index]!]));
}

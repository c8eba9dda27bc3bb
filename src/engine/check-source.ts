/**
 * Where an engine draws its batches, looked at once when a session opens: whoever draws follows these columns without
 * looking.
 */
import { shareMasses } from "../dataset/known-masses.ts";
import { type BatchSource, checkBatchSource } from "../dataset/training-batches.ts";
import { EngineError } from "../errors.ts";
import type { LossName } from "../ranker/loss.ts";
import type { RankerSpec } from "../ranker/ranker-spec.ts";
import { checkIndices, checkLength, checkOffsets, checkWeights, columnView, weightsView } from "./own-columns.ts";

/**
 * The same columns, not copied: logs are long. Throws EngineError naming the column, the index and its limit, and
 * ConfigError or DataError for what no sampler can draw from.
 */
export function checkedSource(
  given: BatchSource,
  loss: LossName,
  extents: Pick<RankerSpec, "users" | "items">,
): BatchSource {
  const source = viewOf(given);
  shareMasses(given, source);
  const { interactions, seen, seed } = source;
  if (source.loss !== loss) {
    throw new EngineError(`batches are drawn for ${String(source.loss)}, expected ${loss} as the session's loss`);
  }
  const { users, items, length, userColumn, itemColumn, weights } = interactions;
  if (users !== extents.users || !(Number.isSafeInteger(items) && items > 0 && items <= extents.items)) {
    throw new EngineError(
      `batches are drawn from ${String(users)} users x ${String(items)} items, expected the ranker's ${extents.users}, and at most its ${extents.items} items`,
    );
  }
  if (!Number.isSafeInteger(seed) || seed < 0) {
    throw new EngineError(`source.seed is ${String(seed)}, expected a whole number of at least 0`);
  }
  checkLength("source.interactions.userColumn", userColumn, length);
  checkLength("source.interactions.itemColumn", itemColumn, length);
  checkIndices("source.interactions.userColumn", userColumn, users);
  checkIndices("source.interactions.itemColumn", itemColumn, items);
  if (weights !== null) checkWeights("source.interactions.weights", weights, length);
  const most = seen.itemsSorted.length;
  checkOffsets("source.seen.offsets", seen.offsets, { rows: users, most, of: "seen items" });
  checkIndices("source.seen.itemsSorted", seen.itemsSorted, items);
  checkAscending(seen.offsets, seen.itemsSorted);
  checkBatchSource(source);
  return source;
}

/** Each value read once. */
function viewOf({ interactions, seen, ...numbers }: BatchSource): BatchSource {
  const { loss, negativesPerPositive, negativesFrom, negativesPower, idDropout, batchSize, seed } = numbers;
  const { users, items, length, userColumn, itemColumn, weights } = interactions;
  const { offsets, itemsSorted } = seen;
  return {
    interactions: {
      users,
      items,
      length,
      userColumn: columnView("Uint32Array", "source.interactions.userColumn", userColumn),
      itemColumn: columnView("Uint32Array", "source.interactions.itemColumn", itemColumn),
      weights: weightsView("source.interactions.weights", weights),
    },
    seen: {
      offsets: columnView("Uint32Array", "source.seen.offsets", offsets),
      itemsSorted: columnView("Uint32Array", "source.seen.itemsSorted", itemsSorted),
    },
    loss,
    negativesPerPositive,
    negativesFrom,
    negativesPower,
    idDropout,
    batchSize,
    seed,
  };
}

/** Negatives are found by how many of a user's items stand before them: none twice, none out of order. */
function checkAscending(offsets: Uint32Array, itemsSorted: Uint32Array): void {
  for (let user = 0; user + 1 < offsets.length; user++) {
    const end = offsets[user + 1]!;
    for (let position = offsets[user]! + 1; position < end; position++) {
      if (itemsSorted[position - 1]! >= itemsSorted[position]!) {
        throw new EngineError(
          `source.seen.itemsSorted[${position}] is ${itemsSorted[position]} after ${itemsSorted[position - 1]}, expected the items of user ${user} ascending, each once`,
        );
      }
    }
  }
}

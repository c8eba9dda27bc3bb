/**
 * What every engine refuses before it touches memory: columns of the wrong class or size and indices outside the
 * ranker. What is checked is a copy, and the copy is what the engine is handed. One pass a batch.
 */
import { type Batch, batchKinds, type ListwiseBatch, type MaskedNegatives, type PairBatch } from "../dataset/batch.ts";
import { EngineError } from "../errors.ts";
import type { StreamKey } from "../random.ts";
import type { LossName } from "../ranker/loss.ts";
import type { RankerSpec } from "../ranker/ranker-spec.ts";
import { checkIndices, checkLength, checkOffsets, checkWeights, columnCopy, weightsView } from "./own-columns.ts";

type Extents = Pick<RankerSpec, "users" | "items">;

/** A copy of `batch`. Throws EngineError naming the column, the row, what was found and what was expected. */
export function checkedBatch(batch: Batch, loss: LossName, { users: userRows, items: itemRows }: Extents): Batch {
  const { kind, length, users: userColumn } = batch;
  const expectedKind = batchKinds[loss];
  if (kind !== expectedKind) {
    throw new EngineError(`batch is ${String(kind)}, expected ${expectedKind} under the loss ${loss}`);
  }
  if (!Number.isSafeInteger(length) || length < 1) {
    throw new EngineError(`batch has ${String(length)} rows, expected at least 1`);
  }
  const indices = (name: string, given: unknown, extent: number): Uint32Array => {
    const column = columnCopy("Uint32Array", `batch.${name}`, given);
    checkLength(`batch.${name}`, column, length);
    checkIndices(`batch.${name}`, column, extent);
    return column;
  };
  const weights = weightsView("batch.weights", batch.weights)?.slice() ?? null;
  if (weights !== null) checkWeights("batch.weights", weights, length);
  const idDropout = checkedIdDropout(batch.idDropout);
  const users = indices("users", userColumn, userRows);
  if (kind === "listwise") {
    const positives = indices("positives", batch.positives, itemRows);
    return { kind, length, users, positives, ...checkedBlocks(batch, length, itemRows), weights, idDropout };
  }
  if (kind === "pairwise") {
    const positives = indices("positives", batch.positives, itemRows);
    const negatives = indices("negatives", batch.negatives, itemRows);
    return { kind, length, users, positives, negatives, weights, idDropout };
  }
  const items = indices("items", batch.items, itemRows);
  const labels = columnCopy("Float32Array", "batch.labels", batch.labels);
  checkLength("batch.labels", labels, length);
  return { kind, length, users, items, labels, weights, idDropout };
}

function checkedIdDropout(given: Batch["idDropout"]): Batch["idDropout"] {
  if (given === null) return null;
  if (given === undefined) throw new EngineError("batch.idDropout is missing, expected its draws, or null for none");
  const { users, items, threshold } = given;
  const word = (name: string, value: number, least: number): number => {
    if (Number.isSafeInteger(value) && value >= least && value < 2 ** 32) return value;
    throw new EngineError(
      `batch.idDropout.${name} is ${String(value)}, expected a whole number from ${least} to below 2^32`,
    );
  };
  const key = (name: string, { low, high }: StreamKey): StreamKey => ({
    low: word(`${name}.low`, low, 0),
    high: word(`${name}.high`, high, 0),
  });
  return { users: key("users", users), items: key("items", items), threshold: word("threshold", threshold, 1) };
}

/** For engines whose batches are pairs: they refuse other losses when a session is opened. */
export function checkedPairBatch(batch: Batch, loss: LossName, extents: Extents): PairBatch {
  const checked = checkedBatch(batch, loss, extents);
  if (checked.kind === "listwise") throw new EngineError(`batches of ${loss} are not part of this engine`);
  return checked;
}

type Blocks = Pick<ListwiseBatch, "blockRows" | "negatives" | "masked">;

/** As many negatives for each block of rows, at least one, and masks within them. */
function checkedBlocks({ blockRows, negatives: given, masked }: Blocks, rows: number, itemRows: number): Blocks {
  if (!Number.isSafeInteger(blockRows) || blockRows < 1) {
    throw new EngineError(`batch.blockRows is ${String(blockRows)}, expected a whole number of at least 1`);
  }
  const blocks = Math.ceil(rows / blockRows);
  const negatives = columnCopy("Uint32Array", "batch.negatives", given);
  if (negatives.length === 0 || negatives.length % blocks !== 0) {
    const unit = blockRows === 1 ? "rows" : "blocks";
    throw new EngineError(
      `batch.negatives has ${negatives.length} items, expected a multiple of the ${blocks} ${unit}`,
    );
  }
  checkIndices("batch.negatives", negatives, itemRows);
  if (masked === undefined) throw new EngineError("batch.masked is missing, expected masks, or null for none");
  return {
    blockRows,
    negatives,
    masked: masked === null ? null : checkedMasks(masked, rows, negatives.length / blocks),
  };
}

function checkedMasks(given: MaskedNegatives, rows: number, perBlock: number): MaskedNegatives {
  const offsets = columnCopy("Uint32Array", "batch.masked.offsets", given.offsets);
  const places = columnCopy("Uint32Array", "batch.masked.places", given.places);
  checkOffsets("batch.masked.offsets", offsets, { rows, most: places.length, of: "masked places" });
  checkIndices("batch.masked.places", places, perBlock);
  for (let row = 0; row < rows; row++) {
    for (let at = offsets[row]! + 1; at < offsets[row + 1]!; at++) {
      if (places[at - 1]! >= places[at]!) {
        throw new EngineError(
          `batch.masked.places[${at}] is ${places[at]} after ${places[at - 1]}, expected ascending`,
        );
      }
    }
  }
  return { offsets, places };
}

/** For scoring: copies of as many users as items, all within the ranker; none at all is fine. */
export function checkedPairs(
  userColumn: Uint32Array,
  itemColumn: Uint32Array,
  extents: Extents,
): { readonly users: Uint32Array; readonly items: Uint32Array } {
  const users = checkedUsers(userColumn, extents);
  const items = columnCopy("Uint32Array", "items", itemColumn);
  checkLength("items", items, users.length);
  checkIndices("items", items, extents.items);
  return { users, items };
}

/** A copy, within the ranker. */
export function checkedUsers(userColumn: Uint32Array, { users }: Pick<Extents, "users">): Uint32Array {
  const column = columnCopy("Uint32Array", "users", userColumn);
  checkIndices("users", column, users);
  return column;
}

export function checkLearningRate(learningRate: number): void {
  if (!(Number.isFinite(learningRate) && learningRate >= 0)) {
    throw new EngineError(`learning rate is ${String(learningRate)}, expected a finite number of at least 0`);
  }
}

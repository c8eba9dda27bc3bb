/**
 * What every engine refuses before it touches memory: columns of the wrong size and indices outside the
 * ranker. One pass a batch.
 */
import type { Batch } from "../dataset/batch.ts";
import { EngineError } from "../errors.ts";
import type { LossName } from "../ranker/loss.ts";
import type { RankerSpec } from "../ranker/ranker-spec.ts";

type Extents = Pick<RankerSpec, "users" | "items">;

/** Throws EngineError naming the column, the row, what was found and what was expected. */
export function checkBatch(batch: Batch, loss: LossName, { users, items }: Extents): void {
  const expectedKind = loss === "bce" ? "pointwise" : "pairwise";
  if (batch.kind !== expectedKind) {
    throw new EngineError(`batch is ${batch.kind}, expected ${expectedKind} under the loss ${loss}`);
  }
  if (!Number.isSafeInteger(batch.length) || batch.length < 1) {
    throw new EngineError(`batch has ${batch.length} rows, expected at least 1`);
  }
  checkLength("batch.users", batch.users, batch.length);
  checkIndices("batch.users", batch.users, users);
  if (batch.kind === "pointwise") {
    checkLength("batch.items", batch.items, batch.length);
    checkLength("batch.labels", batch.labels, batch.length);
    checkIndices("batch.items", batch.items, items);
  } else {
    checkLength("batch.positives", batch.positives, batch.length);
    checkLength("batch.negatives", batch.negatives, batch.length);
    checkIndices("batch.positives", batch.positives, items);
    checkIndices("batch.negatives", batch.negatives, items);
  }
}

/** For scoring: as many users as items, all within the ranker; none at all is fine. */
export function checkPairs(userColumn: Uint32Array, itemColumn: Uint32Array, { users, items }: Extents): void {
  checkLength("items", itemColumn, userColumn.length);
  checkIndices("users", userColumn, users);
  checkIndices("items", itemColumn, items);
}

export function checkUsers(userColumn: Uint32Array, { users }: Extents): void {
  checkIndices("users", userColumn, users);
}

export function checkLearningRate(learningRate: number): void {
  if (!(Number.isFinite(learningRate) && learningRate >= 0)) {
    throw new EngineError(`learning rate is ${learningRate}, expected a finite number of at least 0`);
  }
}

function checkLength(name: string, column: { readonly length: number }, expected: number): void {
  if (column.length !== expected) throw new EngineError(`${name} has ${column.length} rows, expected ${expected}`);
}

function checkIndices(name: string, column: Uint32Array, extent: number): void {
  for (let row = 0; row < column.length; row++) {
    if (column[row]! >= extent) {
      throw new EngineError(`${name}[${row}] is ${column[row]}, expected an index below ${extent}`);
    }
  }
}

/**
 * The rows that a batch looks up: those of every user and item that a column of it names, whatever a sample's weight,
 * and whether or not a shared negative is masked. Lazy rules step these alone.
 */

import type { RankerSpec } from "../ranker/ranker-spec.ts";
import type { Side, Sides } from "../ranker/side.ts";
import { type Batch, itemColumnsOf } from "./batch.ts";

export interface RowMasks {
  /** [users] and [items]: 1 for a row of the batch, else 0. */
  readonly users: Float64Array;
  readonly items: Float64Array;
}

/** `spec` has the numbers of rows; entities of a side have a row for each of their entries, whatever it weighs. */
export function rowsOfBatch(batch: Batch, spec: Pick<RankerSpec, "users" | "items">, sides: Sides): RowMasks {
  return {
    users: maskOf(spec.users, sides.users, [batch.users]),
    items: maskOf(spec.items, sides.items, itemColumnsOf(batch)),
  };
}

function maskOf(rows: number, side: Side | null, columns: readonly Uint32Array[]): Float64Array {
  const mask = new Float64Array(rows);
  for (const column of columns) {
    for (const entity of column) {
      if (side === null) mask[entity] = 1;
      else for (const row of side.rowIndices.subarray(side.offsets[entity], side.offsets[entity + 1])) mask[row] = 1;
    }
  }
  return mask;
}

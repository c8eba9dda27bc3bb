/**
 * The rows that a batch looks up: every user and item that a column of it names, whatever a sample's weight, and
 * whether or not a shared negative is masked. Lazy rules step these alone.
 */
import type { Batch } from "./batch.ts";

export interface RowMasks {
  /** [users] and [items]: 1 for a row of the batch, else 0. */
  readonly users: Float64Array;
  readonly items: Float64Array;
}

export function rowsOfBatch(batch: Batch, extents: { readonly users: number; readonly items: number }): RowMasks {
  const items = batch.kind === "pointwise" ? [batch.items] : [batch.positives, batch.negatives];
  return { users: maskOf(extents.users, [batch.users]), items: maskOf(extents.items, items) };
}

function maskOf(extent: number, columns: readonly Uint32Array[]): Float64Array {
  const mask = new Float64Array(extent);
  for (const column of columns) for (const row of column) mask[row] = 1;
  return mask;
}

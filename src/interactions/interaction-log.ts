/**
 * A whole log as typed arrays, numbered and sorted: 5 bytes a row, 8 more with times, 4 more with each of ratings and
 * weights. Everything after the sorting (repeated pairs, k-core, splits) is a pure function of these columns.
 */

export interface InteractionLog {
  readonly rows: number;
  readonly users: number;
  readonly items: number;
  /**
   * [users + 1] user u's rows are userOffsets[u] .. userOffsets[u + 1], oldest first, ties in the order of the files.
   */
  readonly userOffsets: Uint32Array;
  /** [rows] */
  readonly itemColumn: Uint32Array;
  /** [rows] whole milliseconds since 1970, or null when the log has no times. */
  readonly timesMs: Float64Array | null;
  /** [rows] */
  readonly ratings: Float32Array | null;
  /** [rows] at least 0 and finite: how much a row counts in training; null where every row counts alike. */
  readonly weights: Float32Array | null;
  /** [rows] PART_CODE of the file a row came from, or null for a log that is still to be split. */
  readonly parts: Uint8Array | null;
}

/** [rows] 1 for a row still in the log, 0 for one that a cleaning step took out. */
export type KeptRows = Uint8Array;

export function keepAll(log: InteractionLog): KeptRows {
  return new Uint8Array(log.rows).fill(1);
}

export function countKept(kept: KeptRows): number {
  let count = 0;
  for (let row = 0; row < kept.length; row++) count += kept[row]!;
  return count;
}

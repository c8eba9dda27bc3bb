/**
 * How the lanes of a workgroup share rows of values: consecutive lanes have consecutive columns, and a workgroup takes
 * as many rows at once as fit.
 */

export const WORKGROUP_LANES = 256;
/** Rows at once are counted by the bits of a word. */
const MOST_ROWS = 32;

export interface ColumnLanes {
  /** Consecutive lanes that share a row: all columns, or an even part of more than 256. */
  readonly span: number;
  /** Parts that a row is cut into; 0 without columns. */
  readonly chunks: number;
  /** Rows, or parts of rows, at once; 1 where there are several parts. */
  readonly atOnce: number;
}

export function columnLanes(columns: number): ColumnLanes {
  if (columns === 0) return { span: 1, chunks: 0, atOnce: 1 };
  const chunks = Math.ceil(columns / WORKGROUP_LANES);
  const span = Math.ceil(columns / chunks);
  return { span, chunks, atOnce: chunks > 1 ? 1 : Math.min(MOST_ROWS, Math.floor(WORKGROUP_LANES / span)) };
}

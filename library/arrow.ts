/**
 * `lawn-ranker/arrow`: Arrow IPC files as typed arrays, in bounded record batches.
 *
 * @module lawn-ranker/arrow
 */
export type { ColumnDeclaration, ColumnSchema, ColumnType } from "../src/arrow/column-schema.ts";
export { type Columns, readColumns } from "../src/arrow/read-columns.ts";
export { type ColumnWriter, openColumnWriter, type WrittenColumns } from "../src/arrow/write-columns.ts";

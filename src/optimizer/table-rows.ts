/** Tables as rows: which tensors are tables, and how many values a rule remembers of one. */
import type { Slot } from "../config/optimizer/rule-table.ts";
import { sideOf } from "../ranker/carry-rows.ts";
import { type ParameterInfo, sizeOf } from "../ranker/ranker-spec.ts";
import type { Blocks } from "./arrays/array-ops.ts";

/** One value, or one array of a value a row, for each side. */
export interface PerSide<T> {
  readonly users: T;
  readonly items: T;
}

/** A table as its rows; null for a tensor that all users and items share. */
export function tableBlocks(info: ParameterInfo): Blocks | null {
  return sideOf(info.name) === null ? null : { size: sizeOf(info.shape), rows: info.shape[0]! };
}

/** Values of a slot of this tensor. */
export function slotSize(slot: Slot, info: ParameterInfo): number {
  const table = tableBlocks(info);
  return slot.ofRow === true && table !== null ? table.rows : sizeOf(info.shape);
}

/** Rows of each side's tables. */
export function rowCounts(parameters: readonly ParameterInfo[]): PerSide<number> {
  const rowsOf = (side: keyof PerSide<number>): number =>
    parameters.find(({ name }) => sideOf(name) === side)?.shape[0] ?? 0;
  return { users: rowsOf("users"), items: rowsOf("items") };
}

/**
 * Which rows take part in a step. Under a dense rule all of them, and nothing is done here. Under a lazy one those that
 * the batch looks up: before the step their slots catch up on the steps they were absent from, m <- beta^k m, and after
 * it every other row is as it was, to the bit.
 */
import { sideOf } from "../../ranker/carry-rows.ts";
import type { ParameterInfo } from "../../ranker/ranker-spec.ts";
import type { ArrayOps } from "../arrays/array-ops.ts";
import type { BaseRule, OptimizerMemory, Slots, StepInput } from "../rules/transform.ts";
import { type PerSide, rowCounts, slotSize, tableBlocks } from "../table-rows.ts";

/** A tensor with its slots, before or after a step. */
export interface TensorState<A> {
  readonly weight: A;
  readonly slots: Slots<A>;
}

export interface RowSteps<A, C> {
  /** Slots as they are to enter the step. */
  caughtUp(info: ParameterInfo, slots: Slots<A>): Slots<A>;
  /** `moved` where rows take part, `before` elsewhere. */
  chosen(info: ParameterInfo, moved: TensorState<A>, before: TensorState<A>): TensorState<A>;
  /** 1 for each row of this tensor that takes part, else 0; null where all do. */
  maskOf(parameter: string): C | null;
  /** For the memory that the step leaves. */
  readonly lastSteps: PerSide<C> | null;
}

interface RowStepParts<A, C> {
  readonly rule: BaseRule<A>;
  readonly ops: ArrayOps<A, C>;
}

export function rowStepsOf<A, C>(parts: RowStepParts<A, C>, input: StepInput<A, C>): RowSteps<A, C> {
  const { rule, ops } = parts;
  const { memory, rowsOfBatch } = input;
  if (rule.lazy === null) {
    return { caughtUp: (_, slots) => slots, chosen: (_, moved) => moved, maskOf: () => null, lastSteps: null };
  }
  if (rowsOfBatch === null) throw new RangeError("a lazy rule is to be told which rows the batch looks up");
  const { decays } = rule.lazy;
  const slotOf = new Map(rule.slots.map((slot) => [slot.name, slot]));
  const lastSteps = memory.lastSteps === null ? null : movedOn(ops, memory.lastSteps, rowsOfBatch, memory.step + 1);

  return {
    lastSteps,
    maskOf(parameter) {
      const side = sideOf(parameter);
      return side === null ? null : rowsOfBatch[side];
    },
    caughtUp(info, slots) {
      const side = sideOf(info.name);
      const table = tableBlocks(info);
      if (side === null || table === null || memory.lastSteps === null) return slots;
      // Of rows that take part; what it is of others is not chosen.
      const skipped = ops.addScalarC(ops.scaleC(memory.lastSteps[side], -1), memory.step);
      const caught = Object.entries(slots).map(([name, values]) => {
        const decay = decays[name];
        return [name, decay === undefined ? values : ops.scaleBlocks(values, ops.powerC(decay, skipped), table)];
      });
      return Object.fromEntries(caught);
    },
    chosen(info, moved, before) {
      const side = sideOf(info.name);
      const table = tableBlocks(info);
      if (side === null || table === null) return moved;
      const mask = rowsOfBatch[side];
      const slots = Object.entries(moved.slots).map(([name, values]) => {
        const blocks = { size: slotSize(slotOf.get(name)!, info), rows: table.rows };
        return [name, ops.selectBlocks(mask, values, before.slots[name]!, blocks)];
      });
      return {
        weight: ops.selectBlocks(mask, moved.weight, before.weight, table),
        slots: Object.fromEntries(slots),
      };
    },
  };
}

/** Of a memory that has seen no step. */
export function firstLastSteps<A, C>(
  { rule, ops }: RowStepParts<A, C>,
  parameters: readonly ParameterInfo[],
): OptimizerMemory<A, C>["lastSteps"] {
  if (!countsLastSteps(rule)) return null;
  const { users, items } = rowCounts(parameters);
  return { users: ops.blocksFromHost(new Float64Array(users)), items: ops.blocksFromHost(new Float64Array(items)) };
}

/** Whether rows have slots to catch up. */
export function countsLastSteps({ lazy }: Pick<BaseRule<unknown>, "lazy">): boolean {
  return lazy !== null && Object.keys(lazy.decays).length > 0;
}

function movedOn<A, C>(ops: ArrayOps<A, C>, last: PerSide<C>, masks: PerSide<C>, step: number): PerSide<C> {
  const of = (side: keyof PerSide<C>): C =>
    ops.tidy(() => ops.selectC(masks[side], ops.addScalarC(ops.scaleC(last[side], 0), step), last[side]));
  return { users: of("users"), items: of("items") };
}

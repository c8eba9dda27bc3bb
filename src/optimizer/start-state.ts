/**
 * The optimizer's state that a warm start begins with: moments carried over with their rows or none, and LAWN's blocks
 * held from the first step or free. Names are those of optimizer-state.ts, so every engine takes it.
 */
import { carryRowsInto, NO_ROW, type RowSources, sideOf } from "../ranker/carry-rows.ts";
import { type FloatArray, type Parameters, parametersOf, type RankerSpec } from "../ranker/ranker-spec.ts";
import { vanishingNorm } from "./lawn/sphere.ts";
import { type LawnGroup, lawnGroups } from "./lawn-blocks.ts";
import { lazyFactsOf, slotsOf } from "./lazy/lazy-rule.ts";
import { countsLastSteps } from "./lazy/row-steps.ts";
import type { OptimizerConfig } from "./optimizer-config.ts";
import type { OptimizerState } from "./optimizer-state.ts";
import { slotSize } from "./table-rows.ts";

export interface StartStateOptions {
  readonly spec: RankerSpec;
  /** That training starts with, as `spec` numbers users and items. */
  readonly parameters: Parameters;
  /** Where the run's rows stand; NO_ROW for ids that it did not know. */
  readonly sources: RowSources;
  readonly optimizer: OptimizerConfig;
  /**
   * Which norms blocks are held at: `start` those that they start with, but for blocks of new ids alone; `switch` those
   * of their switch, and what the run had held goes on being held where its state is kept.
   */
  readonly targets: "switch" | "start";
  /** The run's own state, of the same rule over the same blocks; null begins without moments. */
  readonly kept: OptimizerState | null;
}

/** Null where that is the state every optimizer begins with. */
export function startState(options: StartStateOptions): OptimizerState | null {
  const { spec, optimizer, targets, kept } = options;
  const groups = optimizer.lawn === null ? [] : lawnGroups(parametersOf(spec), optimizer.lawn);
  if (kept === null && (targets === "switch" || groups.length === 0)) return null;
  const tensors = new Map<string, FloatArray>();
  for (const info of parametersOf(spec)) {
    for (const slot of slotsOf(optimizer.base)) {
      const name = `${slot.name}/${info.name}`;
      tensors.set(name, slotOf(options, name, info.name, slotSize(slot, info)));
    }
  }
  if (countsLastSteps({ lazy: lazyFactsOf(optimizer.base) })) {
    for (const side of ["users", "items"] as const) {
      tensors.set(`lastStep/${side}`, lastStepsOf(options, side, spec[side]));
    }
  }
  for (const group of groups) {
    const held = heldBlocks(options, group);
    tensors.set(`lawn.target/${group.name}`, held.target);
    tensors.set(`lawn.constrained/${group.name}`, held.constrained);
  }
  const step = kept?.numbers.step ?? 0;
  const lawn = { "lawn.switchedAt": -1, "lawn.zeroBlocks": 0, "lawn.keptBlocks": 0 };
  return { tensors, numbers: groups.length === 0 ? { step } : { step, ...lawn } };
}

/** Zeros for what is new. */
function slotOf({ kept, sources }: StartStateOptions, name: string, parameter: string, size: number): Float32Array {
  const values = new Float32Array(size);
  const from = kept?.tensors.get(name);
  if (from === undefined) return values;
  const side = sideOf(parameter);
  if (side === null) values.set(from);
  else carryRowsInto(from, sources[side], values);
  return values;
}

/** What is new has no moments, which stay 0 however many steps they catch up on. */
function lastStepsOf({ kept, sources }: StartStateOptions, side: keyof RowSources, rows: number): Float64Array {
  const values = new Float64Array(rows);
  const from = kept?.tensors.get(`lastStep/${side}`);
  if (from !== undefined) carryRowsInto(from, sources[side], values);
  return values;
}

interface HeldBlocks {
  /** [blocks], 0 while a block is free. */
  readonly target: Float64Array;
  readonly constrained: Float64Array;
}

/**
 * A block of a layer or of the network holds rows of old ids and of new ones; its norm is that of all of them together,
 * so it is taken anew. A block that vanishes could never move, and is left free.
 */
function heldBlocks({ parameters, sources, targets, kept }: StartStateOptions, group: LawnGroup): HeldBlocks {
  const norms = blockNormsOf(group, parameters);
  const side = group.rows === 1 ? null : sideOf(group.name);
  const was = kept?.tensors.get(`lawn.constrained/${group.name}`);
  const wasTarget = kept?.tensors.get(`lawn.target/${group.name}`);
  const target = new Float64Array(group.rows);
  const constrained = new Float64Array(group.rows);
  for (let block = 0; block < group.rows; block++) {
    const source = side === null ? block : sources[side][block]!;
    const isKnown = source !== NO_ROW;
    const isHeld = isKnown && (targets === "start" || was?.[source] === 1);
    if (!isHeld || norms[block]! <= vanishingNorm) continue;
    constrained[block] = 1;
    const ownTarget = group.rows === 1 || targets === "start" ? undefined : wasTarget?.[source];
    target[block] = ownTarget ?? norms[block]!;
  }
  return { target, constrained };
}

/** In float64, over the members of each block end to end. Twin: blockNorms in lawn/sphere.ts. */
function blockNormsOf(group: LawnGroup, parameters: Parameters): Float64Array {
  const squares = new Float64Array(group.rows);
  for (const { info } of group.members) {
    const values = parameters.get(info.name)!; // parameters hold every tensor of the spec
    const width = values.length / group.rows;
    for (const [index, value] of values.entries()) squares[Math.floor(index / width)]! += value * value;
  }
  return squares.map(Math.sqrt);
}

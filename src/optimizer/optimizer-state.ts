/**
 * An optimizer's state as host data, the same for every engine, so that a checkpoint written on one resumes on another.
 *
 * Names of tensors: `<slot>/<parameter>` for the base's slots (its row in rule-table.ts), float32 or float64 as the
 * parameters are; `lastStep/users` and `lastStep/items` under a lazy rule whose slots decay (float64, one value per
 * row: the steps that were done when the row's slots were last brought up to date); `lawn.target/<group>` and
 * `lawn.constrained/<group>` (float64, one value per block, both 0 while it is free; the group's name is that of its
 * first member, or "network"). Names of numbers: `step` (optimizer steps done); with LAWN also `lawn.switchedAt` (the
 * step count at a switch by step, -1 before it), `lawn.zeroBlocks` (blocks of norm <= 1e-12 at their switch) and
 * `lawn.keptBlocks` (retractions refused because the norm vanished).
 */
import type { FloatArray } from "../ranker/ranker-spec.ts";

export interface OptimizerState {
  readonly tensors: ReadonlyMap<string, FloatArray>;
  readonly numbers: Readonly<Record<string, number>>;
}

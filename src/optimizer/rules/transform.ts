/**
 * The two shapes of optimizer: a rule says how one tensor would move, an optimizer moves all of them. Both are pure:
 * new arrays out, arguments untouched. A rule wrapped by `freeOptimizer` trains freely; the same rule wrapped by
 * `lawnOptimizer` is LAWN over it.
 */
import type { Slot } from "../../config/optimizer/rule-table.ts";
import type { ParameterInfo } from "../../ranker/ranker-spec.ts";
import type { LawnGroup } from "../lawn-blocks.ts";
import type { PerSide } from "../table-rows.ts";

/** What a rule remembers of one tensor, by slot name: arrays of as many values as `slotSize` says, zeros at first. */
export type Slots<A, Name extends string = string> = Readonly<Record<Name, A>>;

/** One published rule, for one tensor at a time: the step is w - learningRate * direction. */
export interface BaseRule<A> {
  readonly slots: readonly Slot[];
  /** Null for a dense rule, whose every row takes part in every step. */
  readonly lazy: LazyFacts | null;
  direction(input: RuleInput<A>): Direction<A>;
  /**
   * The direction's final length from the tensor's own norm (LAMB's trust ratio). LAWN applies it after its projection.
   */
  rescale?(direction: A, weight: A, info: ParameterInfo): A;
}

/** What is known of a rule that steps the rows of a batch alone. */
export interface LazyFacts {
  /**
   * By slot: what a step without a gradient leaves of it. A row catches up on the steps it was absent from when it is
   * next in a batch; a slot that is not named here needs no catching up.
   */
  readonly decays: Readonly<Record<string, number>>;
}

export interface RuleInput<A, SlotName extends string = string> {
  readonly gradient: A;
  readonly weight: A;
  readonly slots: Slots<A, SlotName>;
  /** The t of the papers: 1 for the first step that these slots see. */
  readonly step: number;
  readonly info: ParameterInfo;
}

export interface Direction<A, SlotName extends string = string> {
  readonly direction: A;
  readonly slots: Slots<A, SlotName>;
}

/** What a file of this folder gives: the rule without the weight decay, which is the same for all (weight-decay.ts). */
export interface RuleArithmetic<A, SlotName extends string = string> {
  direction(input: DecayedInput<A, SlotName>): Direction<A, SlotName>;
  rescale?(direction: A, weight: A, info: ParameterInfo): A;
}

/** `gradient` holds the decay of rules whose decay joins it. */
export interface DecayedInput<A, SlotName extends string = string> extends RuleInput<A, SlotName> {
  /** Of the loss alone. */
  readonly lossGradient: A;
}

/** Tensors by parameter name. */
export type Tensors<A> = ReadonlyMap<string, A>;

/**
 * An optimizer's state while it lives on the engine's side; `optimizer-transfer.ts` carries it to and from the host.
 */
export interface OptimizerMemory<A, C> {
  /** Steps done. */
  readonly step: number;
  readonly slots: ReadonlyMap<string, Slots<A>>;
  /** The steps that were done when each row's slots were last brought up to date; null where no slot catches up. */
  readonly lastSteps: PerSide<C> | null;
  /** null without LAWN. */
  readonly lawn: LawnMemory<C> | null;
}

export interface LawnMemory<C> {
  /** The step count at which every block became constrained; -1 before, and always when blocks switch by norm. */
  readonly switchedAt: number;
  /**
   * Blocks whose norm was at most 1e-12 at their switch, so that they stay where they are; counted before this memory
   * was last imported.
   */
  readonly zeroBlocksBefore: number;
  /** Retractions refused because the norm vanished, counted before this memory was last imported. */
  readonly keptBlocksBefore: number;
  readonly groups: ReadonlyMap<string, LawnGroupMemory<C>>;
}

/** One value per block. */
export interface LawnGroupMemory<C> {
  /** The norm each block is held at; 0 while it is free. */
  readonly target: C;
  /** 1 where the block is constrained, else 0. */
  readonly constrained: C;
  /** 1 where the norm vanished at a switch since the memory was made or imported, else 0. */
  readonly zero: C;
  /** Retractions refused since the memory was made or imported. */
  readonly kept: C;
}

export interface StepInput<A, C> {
  readonly parameters: Tensors<A>;
  readonly gradients: Tensors<A>;
  readonly memory: OptimizerMemory<A, C>;
  readonly learningRate: number;
  /** 1 for a row that the batch looks up, else 0; null under a dense rule, which asks nobody. */
  readonly rowsOfBatch: PerSide<C> | null;
}

export interface StepOutput<A, C> {
  readonly parameters: Tensors<A>;
  readonly memory: OptimizerMemory<A, C>;
}

export interface Optimizer<A, C> {
  /** The tensors it was built for; `step` expects exactly these. */
  readonly parameters: readonly ParameterInfo[];
  readonly slots: readonly Slot[];
  readonly lazy: LazyFacts | null;
  /** The blocks it constrains; none without LAWN. */
  readonly groups: readonly LawnGroup[];
  /** Fresh state. The caller owns it, and every `memory` that `step` returns. */
  init(): OptimizerMemory<A, C>;
  /**
   * One update. The result shares whatever did not change with the input (LAWN's targets, for one): free the input with
   * `releaseReplaced`, never whole.
   */
  step(input: StepInput<A, C>): StepOutput<A, C>;
}

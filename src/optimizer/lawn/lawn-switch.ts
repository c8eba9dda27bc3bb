/** The moment of constraint: when blocks leave LAWN's free phase, and the norms they are held at from then on. */
import type { ArrayOps } from "../arrays/array-ops.ts";
import { named } from "../arrays/named.ts";
import type { LawnGroup } from "../lawn-blocks.ts";
import type { LawnGroupMemory, LawnMemory, Tensors } from "../rules/transform.ts";
import { atMost, blockNorms, vanishingNorm } from "./sphere.ts";

export interface SwitchParts<A, C> {
  readonly ops: ArrayOps<A, C>;
  readonly groups: readonly LawnGroup[];
  readonly parameters: Tensors<A>;
}

/**
 * Every block free. Targets and masks are there from the start, all 0, so that checkpoints of both phases look alike.
 */
export function freeLawnMemory<C>(
  ops: Pick<ArrayOps<unknown, C>, "blocksFromHost">,
  groups: readonly LawnGroup[],
): LawnMemory<C> {
  const zeros = (rows: number): C => ops.blocksFromHost(new Float64Array(rows));
  return {
    switchedAt: -1,
    zeroBlocksBefore: 0,
    keptBlocksBefore: 0,
    groups: new Map(
      groups.map(({ name, rows }): [string, LawnGroupMemory<C>] => [
        name,
        { target: zeros(rows), constrained: zeros(rows), zero: zeros(rows), kept: zeros(rows) },
      ]),
    ),
  };
}

/** Constrains every block at its present norm, before the step that follows `stepsDone` steps. */
export function switchEveryBlock<A, C>(
  { ops, groups, parameters }: SwitchParts<A, C>,
  lawn: LawnMemory<C>,
  stepsDone: number,
): LawnMemory<C> {
  const switched = groups.map((group): [string, LawnGroupMemory<C>] => {
    const { kept } = named("LAWN's state", lawn.groups, group.name);
    return ops.tidy(() => {
      const target = blockNorms(ops, group, piecesOf(group, parameters));
      const zero = atMost(ops, target, vanishingNorm);
      return [
        group.name,
        { target, constrained: ops.blocksFromHost(new Float64Array(group.rows).fill(1)), zero, kept },
      ];
    });
  });
  return { ...lawn, switchedAt: stepsDone, groups: new Map(switched) };
}

interface GrownBlocks<C> {
  readonly group: LawnGroup;
  readonly memory: LawnGroupMemory<C>;
  readonly norm: number;
  readonly mask: C | null;
}

/**
 * Constrains, at its present norm, each free block of one group whose norm has reached `norm`; the host never waits.
 * `mask`: which blocks take part in the step and are looked at; null for all.
 */
export function switchGrownBlocks<A, C>(
  { ops, parameters }: Pick<SwitchParts<A, C>, "ops" | "parameters">,
  { group, memory, norm, mask }: GrownBlocks<C>,
): LawnGroupMemory<C> {
  return ops.tidy(() => {
    const norms = blockNorms(ops, group, piecesOf(group, parameters));
    const isBelow = ops.greaterC(ops.scaleC(norms, -1), -norm); // norm itself counts as reached
    const ones = ops.blocksFromHost(new Float64Array(group.rows).fill(1));
    const isFree = ops.addC(ones, ops.scaleC(memory.constrained, -1));
    const hasGrown = ops.multiplyC(isFree, ops.addC(ones, ops.scaleC(isBelow, -1)));
    const switchesNow = mask === null ? hasGrown : ops.multiplyC(hasGrown, mask);
    return {
      target: ops.selectC(switchesNow, norms, memory.target),
      constrained: ops.addC(memory.constrained, switchesNow),
      zero: memory.zero,
      kept: memory.kept,
    };
  });
}

/** The group's tensors, one per member. */
export function piecesOf<A>(group: LawnGroup, tensors: Tensors<A>): readonly A[] {
  return group.members.map((member) => named("tensors", tensors, member.info.name));
}

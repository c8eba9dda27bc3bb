/**
 * LAWN, Logit Attenuating Weight Normalization (Gupta et al. 2021, arXiv:2108.05839): our implementation of the
 * published description, over any base rule; what it leaves open is fixed in docs/lawn.md. Training is free until the
 * switch; from then on each constrained block w keeps the norm c it had there. A constrained step:
 *
 *   g <- P(g);  m <- P(m)            before the moments are updated; squares of gradients are left alone
 *   u <- base.direction(g, state)    the free step would be w - rate u
 *   u <- P(u);  u <- base.rescale(u) preconditioning breaks tangency; a trust ratio comes after
 *   w <- R(w - rate u)               onto the stored c, so that rounding never adds up
 */

import { named } from "../arrays/named.ts";
import { freeStep, moveFreely, type OptimizerParts, zeroSlots } from "../free-optimizer.ts";
import { type LawnGroup, lawnGroups } from "../lawn-blocks.ts";
import { firstLastSteps, type RowSteps, rowStepsOf } from "../lazy/row-steps.ts";
import type { LawnConfig } from "../optimizer-config.ts";
import type {
  LawnGroupMemory,
  LawnMemory,
  Optimizer,
  OptimizerMemory,
  Slots,
  StepInput,
  StepOutput,
} from "../rules/transform.ts";
import { freeLawnMemory, piecesOf, switchEveryBlock, switchGrownBlocks } from "./lawn-switch.ts";
import { type Pieces, retract, tangentProjection } from "./sphere.ts";

export function lawnOptimizer<A, C>(parts: OptimizerParts<A, C>, config: LawnConfig): Optimizer<A, C> {
  const { rule, parameters, ops } = parts;
  const lawnParts: LawnParts<A, C> = { ...parts, config, groups: lawnGroups(parameters, config) };
  return {
    parameters,
    slots: rule.slots,
    lazy: rule.lazy,
    groups: lawnParts.groups,
    init: () => ({
      step: 0,
      slots: zeroSlots(parts),
      lastSteps: firstLastSteps(parts, parameters),
      lawn: freeLawnMemory(ops, lawnParts.groups),
    }),
    step: (input) => ops.tidy(() => lawnStep(lawnParts, input)),
  };
}

interface LawnParts<A, C> extends OptimizerParts<A, C> {
  readonly config: LawnConfig;
  readonly groups: readonly LawnGroup[];
}

function lawnStep<A, C>(parts: LawnParts<A, C>, input: StepInput<A, C>): StepOutput<A, C> {
  const memory = switchIfDue(parts, input);
  const { lawn } = memory;
  // A free phase that ends by step costs what the base costs: no block is looked at.
  if (lawn === null || (parts.config.switchAt.kind === "step" && lawn.switchedAt < 0)) return freeStep(parts, input);

  const parameters = new Map(input.parameters);
  const slots = new Map(memory.slots);
  const groups = new Map(lawn.groups);
  const rows = rowStepsOf(parts, { ...input, memory });
  const constrained = new Set(parts.groups.flatMap((group) => group.members.map((member) => member.info.name)));
  for (const info of parts.parameters) {
    if (constrained.has(info.name)) continue;
    const moved = moveFreely(parts, info, { ...input, memory }, rows);
    parameters.set(info.name, moved.weight);
    slots.set(info.name, moved.slots);
  }
  for (const group of parts.groups) {
    const moved = moveOnSphere(parts, { group, input: { ...input, memory }, lawn, rows });
    for (const [i, { info }] of group.members.entries()) {
      parameters.set(info.name, moved.weights[i]!);
      slots.set(info.name, moved.slots[i]!);
    }
    groups.set(group.name, moved.memory);
  }
  const { lastSteps } = rows;
  return { parameters, memory: { step: memory.step + 1, slots, lastSteps, lawn: { ...lawn, groups } } };
}

/**
 * The memory with which the step is to be done: constrained, and with fresh slots if so
 * configured, where the switch is due.
 */
function switchIfDue<A, C>(parts: LawnParts<A, C>, input: StepInput<A, C>): OptimizerMemory<A, C> {
  const { config, groups, ops } = parts;
  const { memory, parameters } = input;
  const { switchAt } = config;
  if (memory.lawn === null || switchAt.kind === "norm") return memory;
  if (memory.lawn.switchedAt >= 0 || memory.step < switchAt.step) return memory;

  const lawn = switchEveryBlock({ ops, groups, parameters }, memory.lawn, memory.step);
  if (config.state === "keep") return { ...memory, lawn };
  const members = groups.flatMap((group) => group.members.map((member) => member.info));
  const fresh = zeroSlots({ ...parts, parameters: members });
  return { ...memory, slots: new Map([...memory.slots, ...fresh]), lawn };
}

interface MovedGroup<A, C> {
  readonly weights: Pieces<A>;
  readonly slots: readonly Slots<A>[];
  readonly memory: LawnGroupMemory<C>;
}

interface GroupStep<A, C> {
  readonly group: LawnGroup;
  readonly input: StepInput<A, C>;
  readonly lawn: LawnMemory<C>;
  readonly rows: RowSteps<A, C>;
}

function moveOnSphere<A, C>(parts: LawnParts<A, C>, step: GroupStep<A, C>): MovedGroup<A, C> {
  const { rule, ops, config } = parts;
  const { group, input, lawn, rows } = step;
  return ops.tidy(() => {
    const memory = groupMemoryNow(parts, step);
    const weights = piecesOf(group, input.parameters);
    const chooseConstrained = constrainedOnly(parts, group, memory);
    const project = tangentProjection(ops, group, weights);
    const toTangent = (vectors: Pieces<A>): Pieces<A> => chooseConstrained(project(vectors), vectors);
    const isProjected = config.project !== "none";

    const gradients = piecesOf(group, input.gradients);
    const tangents = isProjected ? toTangent(gradients) : gradients;
    const slots = group.members.map((member) => named("optimizer state", input.memory.slots, member.info.name));
    const present = group.members.map(({ info }, i) => rows.caughtUp(info, slots[i]!));
    const moments = isProjected ? projectVelocities(parts, present, toTangent) : present;
    const moved = group.members.map(({ info }, i) =>
      rule.direction({
        gradient: tangents[i]!,
        weight: weights[i]!,
        slots: moments[i]!,
        step: stepOfSlots(config, input.memory.step, lawn),
        info,
      }),
    );
    const directions = moved.map(({ direction }) => direction);
    const updates = (config.project === "both" ? toTangent(directions) : directions).map((direction, i) =>
      rule.rescale === undefined ? direction : rule.rescale(direction, weights[i]!, group.members[i]!.info),
    );
    const to = updates.map((update, i) => ops.combine(1, weights[i]!, -input.learningRate, update));
    const retraction = retract(ops, group, { from: weights, to, radii: memory.target });
    const stepped = chooseConstrained(retraction.weights, to).map((weight, i) =>
      rows.chosen(
        group.members[i]!.info,
        { weight, slots: moved[i]!.slots },
        { weight: weights[i]!, slots: slots[i]! },
      ),
    );
    const mask = rows.maskOf(group.name);
    // A free block has target 0, so it counts no kept steps.
    const kept = mask === null ? retraction.kept : ops.multiplyC(retraction.kept, mask);
    return {
      weights: stepped.map(({ weight }) => weight),
      slots: stepped.map((state) => state.slots),
      memory: { ...memory, kept: ops.addC(memory.kept, kept) },
    };
  });
}

function groupMemoryNow<A, C>(parts: LawnParts<A, C>, step: GroupStep<A, C>): LawnGroupMemory<C> {
  const { group, input, lawn, rows } = step;
  const memory = named("LAWN's state", lawn.groups, group.name);
  const { switchAt } = parts.config;
  if (switchAt.kind === "step") return memory;
  const mask = rows.maskOf(group.name);
  return switchGrownBlocks(
    { ops: parts.ops, parameters: input.parameters },
    { group, memory, norm: switchAt.norm, mask },
  );
}

/**
 * Picks the first argument's blocks where constrained, the second's where free, bit for bit. By
 * step, all are constrained.
 */
function constrainedOnly<A, C>(
  { ops, config }: LawnParts<A, C>,
  group: LawnGroup,
  memory: LawnGroupMemory<C>,
): (constrained: Pieces<A>, free: Pieces<A>) => Pieces<A> {
  if (config.switchAt.kind === "step") return (constrained) => constrained;
  return (constrained, free) =>
    group.members.map(({ blocks }, i) => ops.selectBlocks(memory.constrained, constrained[i]!, free[i]!, blocks));
}

/**
 * First moments and velocities moved to the tangent space at the present weights; one slot at a time, over all members.
 */
function projectVelocities<A, C>(
  { rule }: LawnParts<A, C>,
  slots: readonly Slots<A>[],
  toTangent: (vectors: Pieces<A>) => Pieces<A>,
): readonly Slots<A>[] {
  return rule.slots
    .filter((slot) => slot.kind === "velocity")
    .reduce((projected, { name }) => {
      const vectors = toTangent(projected.map((bySlot) => bySlot[name]!));
      return projected.map((bySlot, i) => ({ ...bySlot, [name]: vectors[i]! }));
    }, slots);
}

/** The t that these slots have reached with this step; slots that were reset at the switch count from there. */
function stepOfSlots<C>(config: LawnConfig, stepsDone: number, lawn: LawnMemory<C>): number {
  return config.state === "reset" ? stepsDone - lawn.switchedAt + 1 : stepsDone + 1;
}

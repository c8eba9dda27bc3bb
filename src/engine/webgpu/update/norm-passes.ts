/** The order of the passes where norms count: a step of LAWN over a rule, of LAMB, or of both (docs/lawn.md). */
import type { BaseOptimizerConfig, LawnConfig } from "../../../optimizer/optimizer-config.ts";
import { constantWords, type DispatchPlan, float } from "../device/program.ts";
import { type CombineStage, combineKernel } from "../kernels/update/combine-blocks.ts";
import {
  type LawnPass,
  lawnTileKernel,
  passSlots,
  scalesDirection,
  scalesGradient,
} from "../kernels/update/lawn-tiles.ts";
import { ruleWords } from "../kernels/update/update-rule.ts";
import type { TensorArena } from "../tensors/tensor-arena.ts";
import type { NormPlan } from "./norm-runs.ts";

export interface NormBuffers {
  /** Per piece of the arena. */
  readonly runs: readonly GPUBuffer[];
  readonly sums: GPUBuffer;
  readonly blocks: GPUBuffer;
  readonly ratios: GPUBuffer;
  readonly exempt: GPUBuffer;
  readonly blockGroups: GPUBuffer;
  readonly blockMembers: GPUBuffer;
  readonly tensorGroups: GPUBuffer;
  readonly tensorMembers: GPUBuffer;
}

export interface NormPasses {
  readonly rule: BaseOptimizerConfig;
  /** Null for a rule with a trust ratio alone. */
  readonly lawn: LawnConfig | null;
  readonly norms: NormPlan;
  readonly buffers: NormBuffers;
  readonly values: TensorArena;
  readonly gradients: TensorArena;
  readonly slots: readonly TensorArena[];
}

export function normPlans(passes: NormPasses): DispatchPlan[] {
  const tiles = (pass: LawnPass): DispatchPlan[] => tilePlans(passes, pass);
  const combine = (stage: CombineStage): DispatchPlan => combinePlan(passes, stage);
  const { rule, lawn } = passes;
  const gradientRatios = scalesGradient(rule) ? [...tiles("gradient"), combine("gradient-ratios")] : [];
  const directionRatios = scalesDirection(rule) ? [...tiles("direction"), combine("direction-ratios")] : [];
  if (lawn === null) return [...gradientRatios, ...tiles("moments"), ...directionRatios, ...tiles("move-freely")];
  return [
    ...tiles("dots"),
    combine("projection"),
    ...gradientRatios,
    ...tiles("moments"),
    combine("direction"),
    ...directionRatios,
    ...tiles(scalesDirection(rule) ? "move-projected" : "move"),
    combine("retraction"),
    ...tiles("retract"),
  ];
}

function tilePlans(
  { rule, lawn, norms, buffers, values, gradients, slots }: NormPasses,
  pass: LawnPass,
): DispatchPlan[] {
  return norms.pieces.map(({ count, tiles }, piece) => ({
    kernel: lawnTileKernel(rule, pass),
    constants: ruleWords(rule, [count, tiles, lawn?.state === "reset" ? 1 : 0]),
    storage: [
      buffers.runs[piece]!,
      buffers.blocks,
      buffers.ratios,
      buffers.sums,
      values.pieces[piece]!,
      gradients.pieces[piece]!,
      ...slots.slice(0, passSlots(rule, pass)).map((arena) => arena.pieces[piece]!),
    ],
    workgroups: () => tiles,
  }));
}

function combinePlan({ rule, lawn, norms, buffers }: NormPasses, stage: CombineStage): DispatchPlan {
  const isRatios = stage.endsWith("ratios");
  const { count, workgroups } = isRatios ? norms.tensorGroups : norms.blockGroups;
  const switchNorm = lawn?.switchAt.kind === "norm" ? lawn.switchAt.norm : -1;
  const isProjected = lawn !== null && lawn.project !== "none";
  const { tensorGroups, tensorMembers, blockGroups, blockMembers, sums, exempt, ratios, blocks } = buffers;
  return {
    kernel: combineKernel(stage),
    constants: constantWords(
      count,
      workgroups,
      float(switchNorm),
      isProjected ? 1 : 0,
      lawn?.project === "both" ? 1 : 0,
      ...("trustCoefficient" in rule ? [rule.trustCoefficient, rule.weightDecay, rule.epsilon] : [0, 0, 0]).map(float),
    ),
    storage: isRatios ? [tensorGroups, tensorMembers, sums, exempt, ratios] : [blockGroups, blockMembers, sums, blocks],
    workgroups: () => workgroups,
  };
}

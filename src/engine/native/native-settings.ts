/** A session's settings as the plain numbers that the addon reads (addon/read-settings.cpp). */
import { denseRuleOf, isLazyRule, ruleOf } from "../../config/optimizer/rule-table.ts";
import { type BatchSource, massesOf, type NegativesFrom, rowsPerBlock } from "../../dataset/training-batches.ts";
import type { LawnGroup } from "../../optimizer/lawn-blocks.ts";
import type { BaseOptimizerConfig, LawnConfig } from "../../optimizer/optimizer-config.ts";
import type { LossConfig } from "../../ranker/loss.ts";
import type { ParameterInfo } from "../../ranker/ranker-spec.ts";
import type { Sides } from "../../ranker/side.ts";
import type { SessionOptions } from "../engine.ts";
import { ruleNumbers } from "../rule-numbers.ts";
import { type NativeRanker, nativeRanker, noLossNumbers } from "./native-ranker.ts";

export interface NativeSettings {
  /** Its users and items are the rows of its tables. */
  readonly ranker: NativeRanker;
  readonly sides: Sides;
  readonly loss: NativeLoss;
  readonly optimizer: NativeOptimizer;
  readonly embeddingDecay: number;
  readonly groups: readonly { readonly rows: number; readonly members: Uint32Array }[];
  readonly interactions: NativeInteractions | null;
  readonly threads: number;
  /** Empty for the best that the processor has. */
  readonly instructionSet: string;
}

interface NativeLoss {
  /** By which the addon finds it among its own. */
  readonly name: LossConfig["name"];
  /** Of ccl, else 0. */
  readonly margin: number;
  readonly negativeWeight: number;
  /** Of softmax, else null. */
  readonly itemLogQ: Float32Array | null;
}

interface NativeOptimizer {
  /** The name by which the addon finds it among its own: of a lazy rule its dense one's. */
  readonly rule: string;
  readonly isLazy: boolean;
  /** Whether tables have one square a row. */
  readonly hasRootOfRow: boolean;
  /** See rule-numbers.ts. */
  readonly firstDecay: number;
  readonly firstShare: number;
  readonly secondDecay: number;
  readonly secondShare: number;
  readonly epsilon: number;
  readonly weightDecay: number;
  readonly trustCoefficient: number;
  readonly lawn: NativeLawn | null;
}

interface NativeLawn {
  readonly switchesByNorm: boolean;
  readonly switchStep: number;
  readonly switchNorm: number;
  readonly projectsGradient: boolean;
  readonly projectsDirection: boolean;
  readonly resetsState: boolean;
}

interface NativeInteractions {
  /** Of which negatives are drawn: the ranker's first ones. */
  readonly items: number;
  readonly userColumn: Uint32Array;
  readonly itemColumn: Uint32Array;
  readonly weights: Float32Array | null;
  readonly seenOffsets: Uint32Array;
  readonly seenItems: Uint32Array;
  readonly negativesPerPositive: number;
  /** By its name the addon finds it among its own. */
  readonly negativesFrom: NegativesFrom;
  /** Of draws by popularity, else null: see popularity-draws.ts. */
  readonly itemMass: Uint32Array | null;
  readonly seenMass: Uint32Array | null;
  readonly blockRows: number;
  readonly batchSize: number;
}

/** How the engine runs, whatever it trains. */
export interface NativeMachine {
  readonly threads: number;
  readonly instructionSet: string;
}

export function nativeSettings(
  { spec, sides, loss, optimizer, source, embeddingDecay }: SessionOptions,
  blocks: { readonly parameters: readonly ParameterInfo[]; readonly groups: readonly LawnGroup[] },
  machine: NativeMachine,
): NativeSettings {
  const indices = new Map(blocks.parameters.map(({ name }, index) => [name, index]));
  return {
    ranker: nativeRanker(spec),
    sides,
    loss: { ...noLossNumbers, ...loss },
    optimizer: nativeOptimizer(optimizer.base, optimizer.lawn),
    embeddingDecay,
    groups: blocks.groups.map(({ rows, members }) => ({
      rows,
      members: Uint32Array.from(members, ({ info }) => indices.get(info.name)!),
    })),
    interactions: source === null ? null : nativeInteractions(source),
    ...machine,
  };
}

function nativeOptimizer(base: BaseOptimizerConfig, lawn: LawnConfig | null): NativeOptimizer {
  const { first, second } = ruleNumbers(base);
  return {
    rule: denseRuleOf(base.name),
    isLazy: isLazyRule(base.name),
    hasRootOfRow: ruleOf(base.name).slots.some(({ ofRow }) => ofRow === true),
    firstDecay: first.decay,
    firstShare: first.share,
    secondDecay: second.decay,
    secondShare: second.share,
    epsilon: "epsilon" in base ? base.epsilon : 0,
    weightDecay: base.weightDecay,
    trustCoefficient: "trustCoefficient" in base ? base.trustCoefficient : 0,
    lawn: lawn === null ? null : nativeLawn(lawn),
  };
}

function nativeLawn({ switchAt, project, state }: LawnConfig): NativeLawn {
  return {
    switchesByNorm: switchAt.kind === "norm",
    switchStep: switchAt.kind === "step" ? switchAt.step : Number.POSITIVE_INFINITY,
    switchNorm: switchAt.kind === "norm" ? switchAt.norm : Number.POSITIVE_INFINITY,
    projectsGradient: project !== "none",
    projectsDirection: project === "both",
    resetsState: state === "reset",
  };
}

function nativeInteractions(source: BatchSource): NativeInteractions {
  const { interactions, seen } = source;
  const masses = massesOf(source);
  return {
    items: interactions.items,
    userColumn: interactions.userColumn,
    itemColumn: interactions.itemColumn,
    weights: interactions.weights,
    seenOffsets: seen.offsets,
    seenItems: seen.itemsSorted,
    negativesPerPositive: source.negativesPerPositive,
    negativesFrom: source.negativesFrom,
    itemMass: masses?.itemMass ?? null,
    seenMass: masses?.seenMass ?? null,
    blockRows: rowsPerBlock(source),
    batchSize: source.batchSize,
  };
}

/**
 * What engines have not: losses, similarities, sources of negatives, optimizers and features, by name. A session is
 * refused for it, and `auto` passes over an engine that would refuse.
 */
import { denseRuleOf, isLazyRule, type RuleName } from "../config/optimizer/rule-table.ts";
import { batchKinds } from "../dataset/batch.ts";
import { type NegativesFrom, sharesNegatives } from "../dataset/training-batches.ts";
import { EngineError } from "../errors.ts";
import type { LossName } from "../ranker/loss.ts";
import type { RankerSpec } from "../ranker/ranker-spec.ts";
import { hasSides } from "../ranker/side.ts";
import type { EngineName, SessionOptions } from "./engine.ts";

/** What decides whether an engine can train it. */
export interface TrainingTask {
  readonly spec: Pick<RankerSpec, "embedding" | "cosineTemperature">;
  readonly loss: LossName;
  /** Null where batches are given. */
  readonly negativesFrom: NegativesFrom | null;
  /** The optimizer's base rule. */
  readonly rule: RuleName;
  /** Whether users or items are sums of rows. */
  readonly hasSides: boolean;
}

export interface Lack {
  readonly what: string;
  readonly remedy: string;
}

const lacks: Readonly<Record<EngineName, (task: TrainingTask) => Lack | null>> = {
  reference: () => null,
  native: () => null,
  webgpu: (task) => sharedLayers(task) ?? lazyRule(task),
  tfjs: (task) => features(task) ?? otherThanPairs(task),
};

/** Null where the engine has everything that the task needs. */
export function lackOf(engine: EngineName, task: TrainingTask): Lack | null {
  return lacks[engine](task);
}

/** Throws EngineError for what the engine has not. */
export function refuseLack(engine: EngineName, task: TrainingTask): void {
  const lack = lackOf(engine, task);
  if (lack !== null) throw new EngineError(`${engine} engine: ${lack.what}; ${lack.remedy}`);
}

export function taskOfSession({
  spec,
  sides,
  loss,
  source,
  optimizer,
}: Pick<SessionOptions, "spec" | "sides" | "loss" | "source" | "optimizer">): TrainingTask {
  return {
    spec,
    loss: loss.name,
    negativesFrom: source?.negativesFrom ?? null,
    rule: optimizer.base.name,
    hasSides: hasSides(sides),
  };
}

/** Users and items that are sums of rows. */
function features({ hasSides }: TrainingTask): Lack | null {
  if (!hasSides) return null;
  return { what: "features of users and items are not part of it", remedy: "take --engine native or reference" };
}

/** Shared negatives are matrix products, which a tower is not. */
function sharedLayers({ spec: { embedding }, negativesFrom }: TrainingTask): Lack | null {
  if (embedding === 0 || negativesFrom === null || !sharesNegatives({ negativesFrom })) return null;
  return {
    what: `rows share their negatives, and the ranker has an embedding of ${embedding} for its tower`,
    remedy:
      "give each row its own (--negatives-from uniform or popularity), leave the tower out, or take --engine native",
  };
}

/** An update that walks whole tables. */
function lazyRule({ rule }: TrainingTask): Lack | null {
  if (!isLazyRule(rule)) return null;
  const remedy = `take --engine native, or --optimizer ${denseRuleOf(rule)}`;
  return { what: `the optimizer ${rule} is not part of it`, remedy };
}

/** A positive against several negatives, negatives that are not uniform, and cosines. */
function otherThanPairs({ spec, loss, negativesFrom }: TrainingTask): Lack | null {
  const remedy = "take --engine native or reference";
  if (batchKinds[loss] === "listwise") return { what: `the loss ${loss} is not part of it`, remedy };
  if (negativesFrom !== null && negativesFrom !== "uniform") {
    return { what: `negatives from ${negativesFrom} are not part of it`, remedy };
  }
  return spec.cosineTemperature === null ? null : { what: "the similarity cosine is not part of it", remedy };
}

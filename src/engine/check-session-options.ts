/** What every engine checks when a session opens: that ranker, tensors, loss and batches belong together. */
import { type BatchSource, stepsPerEpoch } from "../dataset/training-batches.ts";
import { EngineError } from "../errors.ts";
import type { LawnConfig, OptimizerConfig } from "../optimizer/optimizer-config.ts";
import { extentsOf, hasSides } from "../ranker/side.ts";
import { checkLearningRate } from "./check-batch.ts";
import { checkedLoss } from "./check-loss.ts";
import { checkedRanker } from "./check-ranker.ts";
import { checkedSides } from "./check-sides.ts";
import { checkedSource } from "./check-source.ts";
import type { SessionOptions, Snapshot, StepSpan } from "./engine.ts";
import { columnCopy, tensorView } from "./own-columns.ts";

/**
 * The options as plain values of our own, each read once; tensors and columns are views of the caller's memory. Throws
 * ConfigError for settings that no ranker or sampler can have, EngineError for parts that do not fit.
 */
export function checkedSessionOptions(given: SessionOptions): SessionOptions {
  const { spec: wanted, sides: matrices, loss: wantedLoss, start: from, optimizer: rule, source: log } = given;
  const { embeddingDecay } = given;
  const { spec, parameters } = checkedRanker(wanted, from.parameters);
  const sides = checkedSides(matrices, spec);
  const extents = extentsOf(spec, sides);
  const loss = checkedLoss(wantedLoss, { ...spec, ...extents });
  if (log === undefined) throw new EngineError("source is missing, expected one to draw batches from, or null");
  const source = log === null ? null : checkedSource(log, loss.name, extents);
  if (source !== null && source.idDropout > 0 && !hasSides(sides)) {
    throw new EngineError(
      `source.idDropout is ${source.idDropout}, but neither users nor items have features; expected 0`,
    );
  }
  const optimizer = plainOptimizer(rule);
  if (!(Number.isFinite(embeddingDecay) && embeddingDecay >= 0)) {
    throw new EngineError(`embeddingDecay is ${String(embeddingDecay)}, expected at least 0 and finite`);
  }
  if (embeddingDecay > 0 && optimizer.lawn !== null) {
    throw new EngineError(
      `embeddingDecay is ${embeddingDecay} under LAWN, whose constrained norms cannot decay; use 0`,
    );
  }
  const start = { parameters, optimizer: plainState(from.optimizer) };
  return { spec, sides, loss, start, optimizer, embeddingDecay, source };
}

export interface CheckedSpan extends StepSpan {
  readonly source: BatchSource;
}

/** A copy with the session's source. Throws EngineError when there is none, or unless the span is within an epoch. */
export function checkedSpan(source: BatchSource | null, span: StepSpan): CheckedSpan {
  const { epoch, firstStep, learningRates: rates } = span;
  if (source === null) {
    throw new EngineError(
      "this session has no source to draw batches from; open it with one, or pass batches to step()",
    );
  }
  if (!Number.isSafeInteger(epoch) || epoch < 0) {
    throw new EngineError(`epoch is ${String(epoch)}, expected a whole number of at least 0`);
  }
  const learningRates = columnCopy("Float64Array", "learningRates", rates);
  const steps = stepsPerEpoch(source);
  if (!Number.isSafeInteger(firstStep) || firstStep < 0 || firstStep + learningRates.length > steps) {
    const end = typeof firstStep === "number" ? firstStep + learningRates.length : "?";
    throw new EngineError(`steps ${String(firstStep)} to ${end} are not within an epoch of ${steps} steps`);
  }
  for (const rate of learningRates) checkLearningRate(rate);
  return { source, epoch, firstStep, learningRates };
}

function plainOptimizer({ base, lawn }: OptimizerConfig): OptimizerConfig {
  return { base: { ...base }, lawn: lawn === null ? null : plainLawn(lawn) };
}

function plainLawn({ switchAt, scope, granularity, project, state, constrainBiases }: LawnConfig): LawnConfig {
  return { switchAt: { ...switchAt }, scope, granularity, project, state, constrainBiases };
}

function plainState(state: Snapshot["optimizer"]): Snapshot["optimizer"] {
  if (state === null) return null;
  const { tensors, numbers } = state;
  return {
    tensors: new Map([...tensors].map(([name, values]) => [String(name), tensorView(String(name), values)])),
    numbers: { ...numbers },
  };
}

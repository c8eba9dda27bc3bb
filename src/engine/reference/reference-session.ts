/**
 * One ranker in training on the reference engine: gather the batch's gradient, let the optimizer
 * move the parameters, repeat.
 */
import type { Batch } from "../../dataset/batch.ts";
import { rowsOfBatch } from "../../dataset/rows-of-batch.ts";
import { drawBatch, epochDraws } from "../../dataset/training-batches.ts";
import type { ArrayOps } from "../../optimizer/arrays/array-ops.ts";
import { buildOptimizer } from "../../optimizer/build-optimizer.ts";
import { exportState, importState } from "../../optimizer/optimizer-transfer.ts";
import { releaseReplaced } from "../../optimizer/release-replaced.ts";
import type { StepOutput } from "../../optimizer/rules/transform.ts";
import { type FloatArray, type Parameters, parametersOf, type RankerSpec } from "../../ranker/ranker-spec.ts";
import { foldSides, type Sides } from "../../ranker/side.ts";
import { breathe } from "../breathe.ts";
import { checkedBatch, checkLearningRate } from "../check-batch.ts";
import { checkedSpan } from "../check-session-options.ts";
import { closedBy } from "../closable.ts";
import type { SessionOptions, TrainingSession } from "../engine.ts";
import { createSessionCalls } from "../session-calls.ts";
import { gatherGradient } from "./batch-gradient.ts";
import { openMixedTables } from "./mixed-tables.ts";
import { openReferenceScorer } from "./reference-scorer.ts";

/** The storage of one precision. */
export interface HostArrays<A extends FloatArray> {
  readonly ops: ArrayOps<A, Float64Array>;
  allocate(length: number): A;
}

/** `options` must have been checked. */
export function openReferenceSession<A extends FloatArray>(
  { spec, sides, loss, start, optimizer: config, source, embeddingDecay }: SessionOptions,
  { ops, allocate }: HostArrays<A>,
): TrainingSession {
  const optimizer = buildOptimizer({ config, parameters: parametersOf(spec), ops });
  const tables = openMixedTables(spec, sides, allocate);
  const folded = openFolded(spec, sides);
  let current = startingPoint();
  /** Everything a session does goes through here, so that nothing sees a half-done step. */
  const { inTurn, close } = createSessionCalls("training session");

  function startingPoint(): StepOutput<A, Float64Array> {
    const parameters = new Map<string, A>();
    for (const { name } of parametersOf(spec)) {
      const values = start.parameters.get(name);
      if (values !== undefined) parameters.set(name, ops.fromHost(values));
    }
    const memory = start.optimizer === null ? optimizer.init() : importState(ops, optimizer, start.optimizer);
    return { parameters, memory };
  }

  async function gather(batch: Batch): Promise<number> {
    tables.clear();
    const parameters = tables.mix(batch, current.parameters);
    return gatherGradient(batch, { ...tables, parameters, loss, embeddingDecay, breathe });
  }

  async function step(given: Batch, learningRate: number): Promise<number> {
    checkLearningRate(learningRate);
    const batch = checkedBatch(given, loss.name, tables.spec);
    const meanLoss = await gather(batch);
    const before = current;
    const masks = optimizer.lazy === null ? null : rowsOfBatch(batch, spec, sides);
    current = optimizer.step({ ...before, gradients: tables.finish(), learningRate, rowsOfBatch: masks });
    releaseReplaced(ops, before, current);
    return meanLoss;
  }

  return {
    step: (batch, learningRate) => inTurn(() => step(batch, learningRate)),

    train: (span) =>
      inTurn(async () => {
        const { source: batches, epoch, firstStep, learningRates } = checkedSpan(source, span);
        const draws = epochDraws(batches, epoch);
        const losses = new Float64Array(learningRates.length);
        for (const [k, learningRate] of learningRates.entries()) {
          losses[k] = await step(drawBatch(batches, draws, firstStep + k), learningRate);
        }
        return losses;
      }),

    gradient: (given) =>
      inTurn(async () => {
        const meanLoss = await gather(checkedBatch(given, loss.name, tables.spec));
        return { loss: meanLoss, gradient: copies(tables.finish()) };
      }),

    scorer: openReferenceScorer(tables.spec, (score) => inTurn(() => score(folded(current.parameters), breathe))),

    snapshot: () =>
      inTurn(async () => ({
        parameters: copies(current.parameters),
        optimizer: await exportState(ops, current.memory),
      })),

    ...closedBy(close),
  };
}

/** The plain ranker's parameters, mixed once for every call between two steps. */
function openFolded(spec: RankerSpec, sides: Sides): (parameters: Parameters) => Parameters {
  let of: Parameters | null = null;
  let folded: Parameters = new Map();
  return (parameters) => {
    if (parameters !== of) folded = foldSides(spec, parameters, sides).parameters;
    of = parameters;
    return folded;
  };
}

function copies(tensors: ReadonlyMap<string, FloatArray>): Map<string, FloatArray> {
  return new Map([...tensors].map(([name, values]) => [name, values.slice()]));
}

/** What every engine checks when a session opens: that ranker, tensors, loss and batches belong together. */
import { type BatchSource, checkBatchSource, stepsPerEpoch } from "../dataset/training-batches.ts";
import { EngineError } from "../errors.ts";
import { checkRankerSpec, type Parameters, parametersOf, type RankerSpec, sizeOf } from "../ranker/ranker-spec.ts";
import type { SessionOptions, StepSpan } from "./engine.ts";

/** Throws ConfigError for settings that no ranker or sampler can have, EngineError for parts that do not fit. */
export function checkSessionOptions({ spec, loss, start, source, optimizer, embeddingDecay }: SessionOptions): void {
  checkRankerSpec(spec);
  checkParameters(spec, start.parameters);
  if (!(Number.isFinite(embeddingDecay) && embeddingDecay >= 0)) {
    throw new EngineError(`embeddingDecay is ${embeddingDecay}, expected at least 0 and finite`);
  }
  if (embeddingDecay > 0 && optimizer.lawn !== null) {
    throw new EngineError(
      `embeddingDecay is ${embeddingDecay} under LAWN, whose constrained norms cannot decay; use 0`,
    );
  }
  if (source === undefined) throw new EngineError("source is missing, expected one to draw batches from, or null");
  if (source === null) return;
  checkBatchSource(source);
  if (source.loss !== loss)
    throw new EngineError(`batches are drawn for ${source.loss}, expected ${loss} as the session's loss`);
  const { users, items } = source.interactions;
  if (users !== spec.users || items !== spec.items) {
    throw new EngineError(
      `batches are drawn from ${users} users x ${items} items, expected the ranker's ${spec.users} x ${spec.items}`,
    );
  }
}

/** The precision that all tensors share; names, sizes and types must be those of the ranker. */
export function precisionOf(parameters: Parameters): "float32" | "float64" {
  const isDouble = [...parameters.values()].map((values) => values instanceof Float64Array);
  if (isDouble.every((claim) => claim)) return "float64";
  if (!isDouble.some((claim) => claim)) return "float32";
  throw new EngineError("parameters mix float32 and float64 tensors, expected one precision for all");
}

/** The session's source. Throws EngineError when there is none, or unless the span lies within one epoch of it. */
export function checkSpan(source: BatchSource | null, { epoch, firstStep, learningRates }: StepSpan): BatchSource {
  if (source === null) {
    throw new EngineError(
      "this session has no source to draw batches from; open it with one, or pass batches to step()",
    );
  }
  if (!Number.isSafeInteger(epoch) || epoch < 0) {
    throw new EngineError(`epoch is ${epoch}, expected a whole number of at least 0`);
  }
  const steps = stepsPerEpoch(source);
  const end = firstStep + learningRates.length;
  if (!Number.isSafeInteger(firstStep) || firstStep < 0 || end > steps) {
    throw new EngineError(`steps ${firstStep} to ${end} are not within an epoch of ${steps} steps`);
  }
  return source;
}

function checkParameters(spec: RankerSpec, parameters: Parameters): void {
  const problems: string[] = [];
  const expectedNames = new Set<string>();
  for (const { name, shape } of parametersOf(spec)) {
    expectedNames.add(name);
    const found = parameters.get(name)?.length;
    if (found !== sizeOf(shape)) {
      problems.push(`${name} has ${found ?? "no"} values, expected ${sizeOf(shape)} [${shape.join(", ")}]`);
    }
  }
  for (const name of parameters.keys())
    if (!expectedNames.has(name)) problems.push(`${name} is not part of this ranker`);
  if (problems.length > 0) throw new EngineError(`parameters do not fit the ranker: ${problems.join("; ")}`);
}

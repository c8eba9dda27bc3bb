/** What engines of pairs and inner products say of other losses and similarities. */
import { batchKinds } from "../dataset/batch.ts";
import { EngineError } from "../errors.ts";
import type { SessionOptions } from "./engine.ts";

/**
 * Throws EngineError where the loss compares a positive with several negatives, negatives are not uniform, or the dot
 * path is a cosine.
 */
export function refuseForeign(engine: "webgpu" | "tfjs", { loss, spec, source }: SessionOptions): void {
  const remedy = "take --engine native or reference";
  if (batchKinds[loss.name] === "listwise") {
    throw new EngineError(`${engine} engine: the loss ${loss.name} is not part of it; ${remedy}`);
  }
  if (source !== null && source.negativesFrom !== "uniform") {
    throw new EngineError(`${engine} engine: negatives from ${source.negativesFrom} are not part of it; ${remedy}`);
  }
  if (spec.cosineTemperature !== null) {
    throw new EngineError(`${engine} engine: the similarity cosine is not part of it; ${remedy}`);
  }
}

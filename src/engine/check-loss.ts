/** What every engine checks of a loss: that there is one of that name, with its numbers, and a ranker that suits it. */
import { lossNames } from "../config/losses/loss-names.ts";
import { EngineError } from "../errors.ts";
import type { LossConfig } from "../ranker/loss.ts";
import type { RankerSpec } from "../ranker/ranker-spec.ts";
import { checkLength, columnCopy } from "./own-columns.ts";

/** As plain values of our own, each read once. */
export function checkedLoss(given: LossConfig, spec: RankerSpec): LossConfig {
  const name = typeof given === "object" && given !== null ? given.name : given;
  if (!lossNames.includes(name)) {
    throw new EngineError(`loss.name is ${String(name)}, expected one of ${lossNames.join(", ")}`);
  }
  if (name === "softmax") {
    return { name, itemLogQ: checkedLogQ((given as Extract<LossConfig, { name: "softmax" }>).itemLogQ, spec) };
  }
  if (name !== "ccl") return { name };
  const { margin, negativeWeight } = given as Extract<LossConfig, { name: "ccl" }>;
  if (!Number.isFinite(margin)) throw new EngineError(`loss.margin is ${String(margin)}, expected a finite number`);
  if (!(Number.isFinite(negativeWeight) && negativeWeight >= 0)) {
    throw new EngineError(`loss.negativeWeight is ${String(negativeWeight)}, expected a finite number of at least 0`);
  }
  if (!isCosine(spec)) {
    throw new EngineError("ccl is a loss of cosines: expected a ranker of a dot path alone, with a cosineTemperature");
  }
  return { name, margin, negativeWeight };
}

function checkedLogQ(given: unknown, { items }: RankerSpec): Float32Array | null {
  if (given === null) return null;
  const column = columnCopy("Float32Array", "loss.itemLogQ", given);
  checkLength("loss.itemLogQ", column, items);
  for (const [item, value] of column.entries()) {
    if (!Number.isFinite(value)) throw new EngineError(`loss.itemLogQ[${item}] is ${value}, expected a finite number`);
  }
  return column;
}

/** Whether every logit is a cosine over the temperature, and nothing that could grow without bound. */
function isCosine({ cosineTemperature, gmf, embedding, idBiases }: RankerSpec): boolean {
  return cosineTemperature !== null && gmf === 0 && embedding === 0 && !idBiases;
}

/** An optimizer's state at rest, beside the parameters it belongs to: what --start-optimizer keep goes on with. */
import { z } from "zod";
import { parseJson } from "../config/json-text.ts";
import type { Snapshot } from "../engine/engine.ts";
import { DataError } from "../errors.ts";
import type { FloatArray } from "../ranker/ranker-spec.ts";
import { decodeSafetensors, encodeSafetensors } from "../ranker/safetensors.ts";

export type OptimizerState = NonNullable<Snapshot["optimizer"]>;

const NUMBERS_KEY = "numbers";
const numbersSchema = z.record(z.string(), z.number());

/** The same state gives the same bytes. */
export function encodeOptimizer({ tensors, numbers }: OptimizerState): Uint8Array<ArrayBuffer> {
  return encodeSafetensors({
    tensors: new Map([...tensors].map(([name, values]) => [name, { shape: [values.length], values }])),
    metadata: { [NUMBERS_KEY]: JSON.stringify(numbers) },
  });
}

/** `where` (a file name) begins every message. Throws DataError when the buffer is not what encodeOptimizer writes. */
export function decodeOptimizer(bytes: Uint8Array, where: string): OptimizerState {
  const { tensors, metadata } = decodeSafetensors(bytes, where);
  const numbers = parseJson(metadata[NUMBERS_KEY] ?? "", numbersSchema, {
    where: `${where}: "${NUMBERS_KEY}" in its metadata`,
    what: "an optimizer's state",
    remedy: "start with --start-optimizer fresh",
  });
  const floats = [...tensors].map(([name, { values }]): [string, FloatArray] => {
    if (values instanceof Uint32Array) throw new DataError(`${where}: ${name} is U32, expected F32 or F64`);
    return [name, values];
  });
  return { numbers, tensors: new Map(floats) };
}

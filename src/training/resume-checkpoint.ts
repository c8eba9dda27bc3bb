/**
 * An unfinished pass as one safetensors buffer: parameters under their own names, next to them `optimizer/...`,
 * `best/...`, `bestOptimizer/...`, `previous/...` and `switch/...`; counters as JSON, which gives every float64 back
 * exactly. Arrays that are the same are stored once.
 */
import { createHash } from "node:crypto";
import { z } from "zod";
import { parseJson } from "../config/json-text.ts";
import { DataError } from "../errors.ts";
import { decodeCheckpoint, encodeCheckpoint } from "../ranker/checkpoint.ts";
import { type FloatArray, type Parameters, parametersOf, type RankerSpec } from "../ranker/ranker-spec.ts";
import type { StoredTensor } from "../ranker/safetensors.ts";
import type { OptimizerState } from "./optimizer-file.ts";
import type { ResumePoint } from "./training-state.ts";

export interface ResumeFile {
  readonly spec: RankerSpec;
  readonly point: ResumePoint;
  /** What the caller wants to know again: texts by name, "training" and "sha256" are taken. */
  readonly labels: Readonly<Record<string, string>>;
}

const STATE_KEY = "training";
const HASH_KEY = "sha256";
const CURRENT_OPTIMIZER = "optimizer/";
const BEST_OPTIMIZER = "bestOptimizer/";
const kinds = ["best", "previous", "switch"] as const;
type Kind = (typeof kinds)[number];

/** `current`: the same arrays as the parameters in training. */
const storedWhere = z.enum(["none", "current", "stored"]);

const stateSchema = z.object({
  epoch: z.int().min(0),
  step: z.int().min(0),
  lossSum: z.number(),
  seconds: z.number(),
  selection: z.object({ bestEpoch: z.int(), bestValue: z.number().nullable(), epochsWithoutGain: z.int() }),
  best: z.object({ epoch: z.int(), metrics: z.record(z.string(), z.number()) }).nullable(),
  tensors: z.object({ best: storedWhere, previous: storedWhere, switch: storedWhere }),
  optimizer: z.record(z.string(), z.number()).nullable(),
  /** Of the best epoch, where it is kept; the tensors are the current ones, or stored under bestOptimizer/. */
  bestOptimizer: z
    .object({ numbers: z.record(z.string(), z.number()), tensors: z.enum(["current", "stored"]) })
    .nullable()
    .default(null),
});

export function encodeResume({ spec, point, labels }: ResumeFile): Uint8Array<ArrayBuffer> {
  const { snapshot, best, previous, atSwitch, epoch, step, lossSum, seconds, selection } = point;
  const extras = new Map<string, StoredTensor>();
  const bestOptimizer = best?.optimizer ?? null;
  const isBestStored = bestOptimizer !== null && bestOptimizer !== snapshot.optimizer;
  const store = (kind: Kind, parameters: Parameters | null): z.output<typeof storedWhere> => {
    if (parameters === null) return "none";
    if (parameters === snapshot.parameters) return "current";
    for (const { name, shape } of parametersOf(spec)) {
      extras.set(`${kind}/${name}`, { shape, values: parameters.get(name)! });
    }
    return "stored";
  };
  const state: z.output<typeof stateSchema> = {
    epoch,
    step,
    lossSum,
    seconds,
    selection,
    best: best === null ? null : { epoch: best.epoch, metrics: { ...best.metrics } },
    tensors: {
      best: store("best", best?.parameters ?? null),
      previous: store("previous", previous),
      switch: store("switch", atSwitch),
    },
    optimizer: snapshot.optimizer === null ? null : { ...snapshot.optimizer.numbers },
    bestOptimizer:
      bestOptimizer === null
        ? null
        : { numbers: { ...bestOptimizer.numbers }, tensors: isBestStored ? "stored" : "current" },
  };
  const storeOptimizer = (prefix: string, { tensors }: OptimizerState): void => {
    for (const [name, values] of tensors) extras.set(`${prefix}${name}`, { shape: [values.length], values });
  };
  if (snapshot.optimizer !== null) storeOptimizer(CURRENT_OPTIMIZER, snapshot.optimizer);
  if (isBestStored) storeOptimizer(BEST_OPTIMIZER, bestOptimizer);
  const stateText = JSON.stringify(state);
  const { parameters } = snapshot;
  const hash = contentHash(stateText, parameters, extras);
  return encodeCheckpoint({
    spec,
    parameters,
    extras,
    metadata: { ...labels, [STATE_KEY]: stateText, [HASH_KEY]: hash },
  });
}

/** `where` (a file name) begins every message. Throws DataError when the buffer is not what encodeResume writes. */
export function decodeResume(bytes: Uint8Array, where: string): ResumeFile {
  const { spec, parameters, extras, metadata } = decodeCheckpoint(bytes, where);
  const { [STATE_KEY]: stateText, [HASH_KEY]: hash, ...labels } = metadata;
  const state = parseState(stateText, where);
  if (hash !== contentHash(stateText ?? "", parameters, extras)) {
    throw new DataError(`${where}: damaged (its content is not of the sha256 it names); train anew with --force`);
  }
  const find = (kind: Kind): Parameters | null => {
    switch (state.tensors[kind]) {
      case "none":
        return null;
      case "current":
        return parameters;
      case "stored":
        return new Map(parametersOf(spec).map(({ name }) => [name, floatsOf(extras, `${kind}/${name}`, where)]));
      default:
        return state.tensors[kind] satisfies never;
    }
  };
  const optimizerOf = (prefix: string, numbers: OptimizerState["numbers"]): OptimizerState => {
    const names = [...extras.keys()].filter((name) => name.startsWith(prefix));
    return {
      numbers,
      tensors: new Map(names.map((name) => [name.slice(prefix.length), floatsOf(extras, name, where)])),
    };
  };
  const optimizer = state.optimizer === null ? null : optimizerOf(CURRENT_OPTIMIZER, state.optimizer);
  const bestOptimizerOf = ({ numbers, tensors }: NonNullable<typeof state.bestOptimizer>) =>
    tensors === "stored" ? optimizerOf(BEST_OPTIMIZER, numbers) : optimizer;
  const bestOptimizer = state.bestOptimizer === null ? null : bestOptimizerOf(state.bestOptimizer);
  const bestParameters = find("best");
  const { epoch, step, lossSum, seconds, selection } = state;
  return {
    spec,
    labels,
    point: {
      epoch,
      step,
      lossSum,
      seconds,
      selection,
      best:
        state.best === null || bestParameters === null
          ? null
          : { ...state.best, parameters: bestParameters, optimizer: bestOptimizer },
      previous: find("previous"),
      atSwitch: find("switch"),
      snapshot: { parameters, optimizer },
    },
  };
}

/** sha256 of all that training goes on from: a changed bit would else go on unseen. */
function contentHash(stateText: string, parameters: Parameters, extras: ReadonlyMap<string, StoredTensor>): string {
  const digest = createHash("sha256").update(stateText);
  const tensors = [...parameters, ...[...extras].map(([name, { values }]) => [name, values] as const)];
  for (const [name, values] of tensors.sort(([a], [b]) => (a < b ? -1 : 1))) {
    digest.update(`\n${name}\n`).update(new Uint8Array(values.buffer, values.byteOffset, values.byteLength));
  }
  return digest.digest("hex");
}

function parseState(text: string | undefined, where: string): z.output<typeof stateSchema> {
  if (text === undefined)
    throw new DataError(`${where}: no "${STATE_KEY}" in its metadata; it is not a state to resume from`);
  return parseJson(text, stateSchema, {
    where: `${where}: "${STATE_KEY}" in its metadata`,
    what: "a state to resume from",
    remedy: "train anew with --force",
  });
}

function floatsOf(extras: ReadonlyMap<string, StoredTensor>, name: string, where: string): FloatArray {
  const tensor = extras.get(name);
  if (tensor === undefined) throw new DataError(`${where}: the tensor ${name} is missing`);
  if (tensor.values instanceof Uint32Array) throw new DataError(`${where}: ${name} is U32, expected F32 or F64`);
  return tensor.values;
}

/**
 * A ranker at rest: its spec and parameters in one safetensors buffer, with whatever else a stage wants to keep there
 * (optimizer state, the best parameters so far, counters). In memory only; pipelines read and write the files.
 */
import { ConfigError, DataError, messageOf } from "../errors.ts";
import { checkRankerSpec, type FloatArray, type Parameters, parametersOf, type RankerSpec } from "./ranker-spec.ts";
import { decodeSafetensors, encodeSafetensors, type SafetensorsIndex, type StoredTensor } from "./safetensors.ts";

export interface Checkpoint {
  readonly spec: RankerSpec;
  /** Stored under their own names, so that other tools find `userGmf` and `tower.0.weight` at once. */
  readonly parameters: Parameters;
  /** Anything else, by names that no parameter has, such as "optimizer/m/userGmf". */
  readonly extras: ReadonlyMap<string, StoredTensor>;
  /** Texts by name; "ranker" is taken. Numbers that must survive bit for bit go in as JSON. */
  readonly metadata: Readonly<Record<string, string>>;
}

const SPEC_KEY = "ranker";
/** In this order whatever the caller's, so that equal specs give equal bytes. */
const SPEC_FIELDS = ["users", "items", "dot", "gmf", "embedding", "tower", "idBiases"] satisfies (keyof RankerSpec)[];
/** Written where it is one: a ranker of plain inner products is stored as ever. */
const COSINE_FIELD = "cosineTemperature" satisfies keyof RankerSpec;

/** The same content gives the same bytes. */
export function encodeCheckpoint({ spec, parameters, extras, metadata }: Checkpoint): Uint8Array<ArrayBuffer> {
  const tensors = new Map<string, StoredTensor>();
  for (const { name, shape } of parametersOf(spec)) {
    const values = parameters.get(name);
    if (values === undefined) throw new DataError(`checkpoint: the parameter ${name} is missing`);
    tensors.set(name, { shape, values });
  }
  for (const [name, tensor] of extras) {
    if (tensors.has(name))
      throw new DataError(`checkpoint: "${name}" is a parameter and cannot be an extra tensor too`);
    tensors.set(name, tensor);
  }
  if (SPEC_KEY in metadata) throw new DataError(`checkpoint: the metadata key "${SPEC_KEY}" is taken by the spec`);
  const fields = spec.cosineTemperature === null ? SPEC_FIELDS : [...SPEC_FIELDS, COSINE_FIELD];
  return encodeSafetensors({ tensors, metadata: { ...metadata, [SPEC_KEY]: JSON.stringify(spec, fields) } });
}

/** `where` (a file name) begins every message. Throws DataError when bytes, spec and tensors do not hold together. */
export function decodeCheckpoint(bytes: Uint8Array, where: string): Checkpoint {
  const { tensors, metadata: allMetadata } = decodeSafetensors(bytes, where);
  const { [SPEC_KEY]: specText, ...metadata } = allMetadata;
  const spec = parseSpec(specText, where);
  const parameters = new Map<string, FloatArray>();
  for (const { name, shape } of parametersOf(spec)) {
    const tensor = tensors.get(name);
    if (tensor === undefined) throw new DataError(`${where}: the parameter ${name} is missing`);
    checkShape(name, tensor.shape, shape, where);
    if (tensor.values instanceof Uint32Array) throw new DataError(`${where}: ${name} is U32, expected F32 or F64`);
    parameters.set(name, tensor.values);
  }
  const extras = new Map([...tensors].filter(([name]) => !parameters.has(name)));
  return { spec, parameters, extras, metadata };
}

/**
 * The ranker of a file whose header has been read, once its parameters are known to be there as
 * float32. Throws DataError.
 */
export function rankerOfIndex({ metadata, tensors }: SafetensorsIndex, where: string): RankerSpec {
  const spec = parseSpec(metadata[SPEC_KEY], where);
  for (const { name, shape } of parametersOf(spec)) {
    const tensor = tensors.get(name);
    if (tensor === undefined) throw new DataError(`${where}: the parameter ${name} is missing`);
    checkShape(name, tensor.shape, shape, where);
    if (tensor.dtype !== "F32") throw new DataError(`${where}: ${name} is ${tensor.dtype}, expected F32`);
  }
  return spec;
}

function checkShape(name: string, found: readonly number[], expected: readonly number[], where: string): void {
  if (found.join() === expected.join()) return;
  throw new DataError(`${where}: ${name} is [${found.join(", ")}], expected [${expected.join(", ")}]`);
}

function parseSpec(text: string | undefined, where: string): RankerSpec {
  if (text === undefined) {
    throw new DataError(`${where}: no "${SPEC_KEY}" in its metadata; it is not a checkpoint of this program`);
  }
  const refuse = (problem: string): never => {
    throw new DataError(`${where}: its ranker is not a ranker: ${problem}`);
  };
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    return refuse(messageOf(error));
  }
  if (typeof value !== "object" || value === null) return refuse(`${text} is not an object`);
  const fields = new Map<string, unknown>(Object.entries(value));
  const number = (name: string): number => {
    const found = fields.get(name);
    return typeof found === "number" ? found : refuse(`${name} is ${JSON.stringify(found)}, expected a number`);
  };
  const tower = fields.get("tower");
  const idBiases = fields.get("idBiases");
  if (!isNumbers(tower)) return refuse(`tower is ${JSON.stringify(tower)}, expected a list of numbers`);
  if (typeof idBiases !== "boolean") return refuse(`idBiases is ${JSON.stringify(idBiases)}, expected true or false`);
  const spec: RankerSpec = {
    users: number("users"),
    items: number("items"),
    dot: number("dot"),
    gmf: number("gmf"),
    embedding: number("embedding"),
    tower,
    idBiases,
    cosineTemperature: (fields.get(COSINE_FIELD) ?? null) === null ? null : number(COSINE_FIELD),
  };
  try {
    checkRankerSpec(spec);
  } catch (error) {
    if (error instanceof ConfigError) return refuse(error.message);
    throw error;
  }
  return spec;
}

function isNumbers(value: unknown): value is number[] {
  return Array.isArray(value) && value.every((entry) => typeof entry === "number");
}

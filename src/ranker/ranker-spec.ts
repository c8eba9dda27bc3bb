/**
 * What a ranker IS, as plain data: one sum of optional paths whose four classic settings are MF, GMF, MLP and NeuMF.
 *
 *   logit(u, i) = <userDot[u], itemDot[i]>                                dot path   (dot > 0)
 *                 or their cosine / cosineTemperature                     unless cosineTemperature is null
 *               + <head[0..gmf), userGmf[u] * itemGmf[i]>                 GMF path   (gmf > 0; He et al. 2017, eq. 8-9)
 *               + <head[gmf..),  tower([userMlp[u] | itemMlp[i]])>        MLP path   (embedding > 0; eq. 10)
 *               + userBias[u] + itemBias[i]                               id biases  (idBiases)
 *               + headBias                                                always
 *
 * tower: h <- ReLU(W h + b) for each width in `tower`; an empty tower hands the concatenation to the head.
 */
import { ConfigError } from "../errors.ts";

export interface RankerSpec {
  /** Number of users, at least 1; user indices are [0, users). */
  readonly users: number;
  /** Number of items, at least 1; item indices are [0, items). */
  readonly items: number;
  /** Width of the plain dot-product path; 0 leaves the path out. */
  readonly dot: number;
  /** Width of the element-wise product path with learned head weights (GMF); 0 leaves the path out. */
  readonly gmf: number;
  /** Width of the user and of the item embedding that feed the tower; 0 leaves the path out. */
  readonly embedding: number;
  /** Output width of each hidden layer of the tower, first to last. Empty when `embedding` is 0. */
  readonly tower: readonly number[];
  /** Whether each user and each item has a scalar bias. */
  readonly idBiases: boolean;
  /** What the cosine of the dot path is divided by, above 0; null where that path is the plain inner product. */
  readonly cosineTemperature: number | null;
}

/** What part a tensor plays: LAWN's scope, LAMB's and LARS's exclusions and the initialisers go by it. */
export type ParameterRole = "embedding" | "dense" | "head" | "bias";

export interface ParameterInfo {
  readonly name: string;
  /** Row-major. Tables are [ids, width], dense weights [outputs, inputs], the head [inputs], biases one-dimensional. */
  readonly shape: readonly number[];
  readonly role: ParameterRole;
}

/** Whole models live in float32; float64 exists so that gradients can be checked against finite differences. */
export type FloatArray = Float32Array | Float64Array;

/** Tensors by name, in the order of `parametersOf`. Who creates them owns them. */
export type Parameters = ReadonlyMap<string, FloatArray>;

/**
 * Every tensor of the ranker, in the one order that files, engines and optimizers share: userDot itemDot userGmf
 * itemGmf userMlp itemMlp userBias itemBias tower.0.weight tower.0.bias ... head.weight head.bias.
 */
export function parametersOf(spec: RankerSpec): readonly ParameterInfo[] {
  const { users, items, dot, gmf, embedding, tower } = spec;
  const parameters: ParameterInfo[] = [];
  const table = (suffix: string, width: number): void => {
    if (width === 0) return;
    parameters.push({ name: `user${suffix}`, shape: [users, width], role: "embedding" });
    parameters.push({ name: `item${suffix}`, shape: [items, width], role: "embedding" });
  };
  table("Dot", dot);
  table("Gmf", gmf);
  table("Mlp", embedding);
  if (spec.idBiases) {
    parameters.push({ name: "userBias", shape: [users], role: "bias" });
    parameters.push({ name: "itemBias", shape: [items], role: "bias" });
  }
  let inputs = 2 * embedding;
  for (const [layer, outputs] of tower.entries()) {
    parameters.push({ name: `tower.${layer}.weight`, shape: [outputs, inputs], role: "dense" });
    parameters.push({ name: `tower.${layer}.bias`, shape: [outputs], role: "bias" });
    inputs = outputs;
  }
  if (headWidth(spec) > 0) parameters.push({ name: "head.weight", shape: [headWidth(spec)], role: "head" });
  parameters.push({ name: "head.bias", shape: [1], role: "bias" });
  return parameters;
}

/**
 * Inputs of the head: the GMF products, then the last tower layer (or the concatenation itself
 * when the tower is empty).
 */
export function headWidth(spec: RankerSpec): number {
  return spec.gmf + (spec.embedding === 0 ? 0 : (spec.tower.at(-1) ?? 2 * spec.embedding));
}

/** Number of values in a tensor of this shape. */
export function sizeOf(shape: readonly number[]): number {
  return shape.reduce((product, extent) => product * extent, 1);
}

/** Throws ConfigError naming every setting that cannot make a ranker. */
export function checkRankerSpec(spec: RankerSpec): void {
  const problems: string[] = [];
  const whole = (name: string, value: number, least: number): void => {
    if (!Number.isSafeInteger(value) || value < least) {
      problems.push(`ranker.${name} is ${String(value)}, expected a whole number of at least ${least}`);
    }
  };
  for (const side of ["users", "items"] as const) {
    whole(side, spec[side], 1);
    if (spec[side] >= 2 ** 32)
      problems.push(`ranker.${side} is ${spec[side]}, expected below 2^32: indices have 32 bits`);
  }
  whole("dot", spec.dot, 0);
  whole("gmf", spec.gmf, 0);
  whole("embedding", spec.embedding, 0);
  for (const [layer, width] of spec.tower.entries()) whole(`tower[${layer}]`, width, 1);
  if (spec.embedding === 0 && spec.tower.length > 0) {
    problems.push("ranker.tower has layers but ranker.embedding is 0; give it an embedding or an empty tower");
  }
  if (spec.dot === 0 && spec.gmf === 0 && spec.embedding === 0) {
    problems.push("ranker has no path; set at least one of ranker.dot, ranker.gmf, ranker.embedding above 0");
  }
  checkTemperature(spec, problems);
  if (typeof spec.idBiases !== "boolean") problems.push("ranker.idBiases is neither true nor false");
  if (problems.length > 0) throw new ConfigError(problems.join("\n"));
}

function checkTemperature({ cosineTemperature: temperature, dot }: RankerSpec, problems: string[]): void {
  if (temperature === null) return;
  if (!(Number.isFinite(temperature) && temperature > 0)) {
    problems.push(`ranker.cosineTemperature is ${String(temperature)}, expected a number above 0, or null for none`);
  }
  if (dot === 0) problems.push("ranker.cosineTemperature is given, but ranker.dot is 0; a cosine needs a dot path");
}

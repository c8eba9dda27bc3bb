/**
 * Initial values of a ranker's tensors. Each tensor has its own stream, named for it, and each value its own counter,
 * so that a value depends on (seed, tensor name, index) only: adding a path or changing a width elsewhere leaves the
 * other tensors as they were.
 */
import { ConfigError } from "../errors.ts";
import { standardNormal, streamKey, threefry, unitInterval } from "../random.ts";
import { type ParameterInfo, type ParameterRole, parametersOf, type RankerSpec, sizeOf } from "./ranker-spec.ts";

/** Named distributions of which only a bias may not use those that go by fan-in or fan-out: a bias has neither. */
export type Initializer =
  | { readonly name: "zeros" }
  /** Normal with standard deviation `scale`. */
  | { readonly name: "normal"; readonly scale: number }
  /** Uniform in (-scale, scale). */
  | { readonly name: "uniform"; readonly scale: number }
  | { readonly name: FanInitializerName };

/**
 * Variance by the tensor's fans: glorot 2 / (fanIn + fanOut) (Glorot & Bengio 2010), he 2 / fanIn (He et al. 2015),
 * lecun 1 / fanIn (LeCun et al. 1998). Normal or uniform with that variance; none is truncated.
 */
export type FanInitializerName =
  | "glorot-normal"
  | "glorot-uniform"
  | "he-normal"
  | "he-uniform"
  | "lecun-normal"
  | "lecun-uniform";

/** Which distribution each role of tensor starts from. */
export type Initializers = Readonly<Record<ParameterRole, Initializer>>;

/** Those of He et al. 2017 (their Keras code): N(0, 0.01) tables, Glorot tower, LeCun head, zero biases. */
export const defaultInitializers: Initializers = {
  embedding: { name: "normal", scale: 0.01 },
  dense: { name: "glorot-uniform" },
  head: { name: "lecun-uniform" },
  bias: { name: "zeros" },
};

/**
 * New float32 tensors in the order of `parametersOf`; the caller owns them. Throws ConfigError for a
 * distribution that cannot be.
 */
export function initializeParameters(
  spec: RankerSpec,
  initializers: Initializers,
  seed: number,
): Map<string, Float32Array> {
  const parameters = new Map<string, Float32Array>();
  for (const info of parametersOf(spec)) {
    parameters.set(info.name, initializeTensor(info, initializers[info.role], seed));
  }
  return parameters;
}

function initializeTensor(info: ParameterInfo, initializer: Initializer, seed: number): Float32Array {
  const values = new Float32Array(sizeOf(info.shape));
  if (initializer.name === "zeros") return values;
  const { isNormal, deviation } = distributionOf(info, initializer);
  const halfWidth = deviation * Math.sqrt(3); // of the uniform distribution with this standard deviation
  const key = streamKey(seed, `initialize/${info.name}`);
  const block = { first: 0, second: 0 };
  for (let index = 0; index < values.length; index++) {
    threefry(key, index, 0, block);
    values[index] = isNormal ? deviation * standardNormal(block) : halfWidth * (2 * unitInterval(block.first) - 1);
  }
  return values;
}

function distributionOf(
  info: ParameterInfo,
  initializer: Exclude<Initializer, { name: "zeros" }>,
): { isNormal: boolean; deviation: number } {
  if (initializer.name === "normal" || initializer.name === "uniform") {
    const { name, scale } = initializer;
    if (!(Number.isFinite(scale) && scale >= 0)) {
      throw new ConfigError(
        `initializer of ${info.name}: ${name} has scale ${scale}, expected a finite number of at least 0`,
      );
    }
    return { isNormal: name === "normal", deviation: name === "normal" ? scale : scale / Math.sqrt(3) };
  }
  const name: FanInitializerName = initializer.name;
  const { fanIn, fanOut } = fansOf(info, name);
  const isNormal = name.endsWith("-normal");
  switch (name) {
    case "glorot-normal":
    case "glorot-uniform":
      return { isNormal, deviation: Math.sqrt(2 / (fanIn + fanOut)) };
    case "he-normal":
    case "he-uniform":
      return { isNormal, deviation: Math.sqrt(2 / fanIn) };
    case "lecun-normal":
    case "lecun-uniform":
      return { isNormal, deviation: Math.sqrt(1 / fanIn) };
    default:
      return name satisfies never;
  }
}

/**
 * Dense [outputs, inputs] and head [inputs] as usual. For a table [ids, width] fanIn is the width (as PyTorch counts
 * it), so that lecun gives rows of norm about 1 whatever the number of ids, and fanOut the number of ids.
 */
function fansOf(info: ParameterInfo, initializerName: string): { fanIn: number; fanOut: number } {
  const [first = 1, second] = info.shape;
  switch (info.role) {
    case "bias":
      throw new ConfigError(
        `initializer of ${info.name}: ${initializerName} goes by fan-in, which a bias lacks; use zeros, normal or uniform`,
      );
    case "head":
      return { fanIn: first, fanOut: 1 };
    case "embedding":
    case "dense":
      return { fanIn: second ?? 1, fanOut: first };
    default:
      return info.role satisfies never;
  }
}

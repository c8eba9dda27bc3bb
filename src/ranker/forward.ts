/**
 * The logit of one pair, as ranker-spec writes it, in plain loops and float64 arithmetic whatever the storage.
 * The activations of the last pair stay readable: the reference engine differentiates through them, diagnostics
 * count units that never fire.
 */
import { type FloatArray, headWidth, type Parameters, type RankerSpec } from "./ranker-spec.ts";
import { unitScale } from "./unit-rows.ts";

export interface Forward {
  /** Logit of (user, item), both within the spec's extents: not checked here. Overwrites `layers`. */
  logit(user: number, item: number): number;
  /**
   * For the last pair: layers[0] is [userMlp | itemMlp], layers[l + 1] the output of tower layer l.
   * Empty without an MLP path.
   */
  readonly layers: readonly Float64Array[];
  /** Tower layers, first to last, as they were when opened. */
  readonly tower: readonly DenseLayer[];
  /** [gmf + last tower width] */
  readonly head: Float64Array;
}

/** One layer of the tower. */
export interface DenseLayer {
  /** [outputs, inputs], row-major, in float64. */
  readonly weight: Float64Array;
  /** [outputs] */
  readonly bias: Float64Array;
}

/** Tables are read in place; the tower and the head are copied, so values changed later are not seen. */
export function openForward(spec: RankerSpec, parameters: Parameters): Forward {
  const { dot, gmf, embedding, cosineTemperature: temperature } = spec;
  const tower = towerOf(spec, parameters);
  const head = headWidth(spec) > 0 ? new Float64Array(tensor(parameters, "head.weight")) : new Float64Array(0);
  const headBias = tensor(parameters, "head.bias")[0]!;
  const widths = embedding === 0 ? [] : [2 * embedding, ...spec.tower];
  const layers = widths.map((width) => new Float64Array(width));
  const concatenation = layers[0];
  const last = layers.at(-1);

  const userDot = table(parameters, "userDot", dot);
  const itemDot = table(parameters, "itemDot", dot);
  const userGmf = table(parameters, "userGmf", gmf);
  const itemGmf = table(parameters, "itemGmf", gmf);
  const userMlp = table(parameters, "userMlp", embedding);
  const itemMlp = table(parameters, "itemMlp", embedding);
  const userBias = spec.idBiases ? tensor(parameters, "userBias") : null;
  const itemBias = spec.idBiases ? tensor(parameters, "itemBias") : null;

  const logit = (user: number, item: number): number => {
    let sum = headBias;
    if (temperature === null) {
      for (let i = 0; i < dot; i++) sum += userDot[user * dot + i]! * itemDot[item * dot + i]!;
    } else {
      let product = 0;
      for (let i = 0; i < dot; i++) product += userDot[user * dot + i]! * itemDot[item * dot + i]!;
      sum += (product * unitScale(userDot, user, dot) * unitScale(itemDot, item, dot)) / temperature;
    }
    for (let i = 0; i < gmf; i++) sum += head[i]! * userGmf[user * gmf + i]! * itemGmf[item * gmf + i]!;
    if (concatenation !== undefined && last !== undefined) {
      for (let i = 0; i < embedding; i++) {
        concatenation[i] = userMlp[user * embedding + i]!;
        concatenation[embedding + i] = itemMlp[item * embedding + i]!;
      }
      for (let layer = 0; layer < tower.length; layer++) denseRelu(tower[layer]!, layers[layer]!, layers[layer + 1]!);
      for (let i = 0; i < last.length; i++) sum += head[gmf + i]! * last[i]!;
    }
    if (userBias !== null && itemBias !== null) sum += userBias[user]! + itemBias[item]!;
    return sum;
  };
  return { logit, layers, tower, head };
}

/** Float64 copies: small, read for every sample, and of one type whatever the storage. */
function towerOf(spec: RankerSpec, parameters: Parameters): readonly DenseLayer[] {
  return spec.tower.map((_, layer) => ({
    weight: new Float64Array(tensor(parameters, `tower.${layer}.weight`)),
    bias: new Float64Array(tensor(parameters, `tower.${layer}.bias`)),
  }));
}

/**
 * out = ReLU(W x + b). Four outputs at a time: four independent sums keep the processor's adders busy.
 * Math.max lets NaN through, to be found rather than hidden.
 */
export function denseRelu({ weight, bias }: DenseLayer, x: Float64Array, out: Float64Array): void {
  const inputs = x.length;
  const outputs = out.length;
  let o = 0;
  for (; o + 4 <= outputs; o += 4) {
    let row0 = o * inputs;
    let row1 = row0 + inputs;
    let row2 = row1 + inputs;
    let row3 = row2 + inputs;
    let sum0 = bias[o]!;
    let sum1 = bias[o + 1]!;
    let sum2 = bias[o + 2]!;
    let sum3 = bias[o + 3]!;
    for (let i = 0; i < inputs; i++) {
      const value = x[i]!;
      sum0 += weight[row0++]! * value;
      sum1 += weight[row1++]! * value;
      sum2 += weight[row2++]! * value;
      sum3 += weight[row3++]! * value;
    }
    out[o] = Math.max(0, sum0);
    out[o + 1] = Math.max(0, sum1);
    out[o + 2] = Math.max(0, sum2);
    out[o + 3] = Math.max(0, sum3);
  }
  for (; o < outputs; o++) {
    let sum = bias[o]!;
    for (let i = 0; i < inputs; i++) sum += weight[o * inputs + i]! * x[i]!;
    out[o] = Math.max(0, sum);
  }
}

function tensor(parameters: Parameters, name: string): FloatArray {
  const values = parameters.get(name);
  if (values === undefined) throw new RangeError(`parameters have no ${name}; they belong to another ranker`);
  return values;
}

/** A path that the spec leaves out has no table; an empty one stands in and is never read. */
function table(parameters: Parameters, name: string, width: number): FloatArray {
  return width === 0 ? new Float64Array(0) : tensor(parameters, name);
}

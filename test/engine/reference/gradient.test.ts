/** The reference engine's gradient against finite differences and Euler's identities, in float64. */
import { describe, expect, it } from "@jest/globals";
import { type Batch, negativesOfRow } from "../../../src/dataset/batch.ts";
import { referenceEngine } from "../../../src/engine/reference/reference-engine.ts";
import { openForward } from "../../../src/ranker/forward.ts";
import {
  bayesianPersonalizedRanking,
  binaryCrossEntropy,
  binaryCrossEntropySlope,
  type LossName,
} from "../../../src/ranker/loss.ts";
import type { Parameters, RankerSpec } from "../../../src/ranker/ranker-spec.ts";
import { noSides } from "../../../src/ranker/side.ts";
import {
  adamCase,
  combinationsOf,
  cosines,
  everything,
  float32,
  float64,
  lossConfigs,
  neumf,
  randomBatch,
  randomParameters,
  sharedBatch,
  weightedBatch,
} from "../../support/engines/engine-cases.ts";
import { noPaths } from "../../support/engines/no-paths.ts";

async function gradientOf(spec: RankerSpec, loss: LossName, batch: Batch, parameters: Parameters) {
  const session = await referenceEngine.open({
    spec,
    sides: noSides,
    loss: lossConfigs[loss],
    start: { parameters, optimizer: null },
    optimizer: adamCase.config,
    embeddingDecay: 0,
    source: null,
  });
  const result = await session.gradient(batch);
  session.close();
  return result;
}

function meanLoss(spec: RankerSpec, loss: LossName, batch: Batch, parameters: Parameters): number {
  const { logit } = openForward(spec, parameters);
  let sum = 0;
  for (let k = 0; k < batch.length; k++) {
    const user = batch.users[k]!;
    let term: number;
    if (batch.kind === "pointwise") {
      term = binaryCrossEntropy(logit(user, batch.items[k]!), batch.labels[k]!);
    } else if (batch.kind === "pairwise") {
      term = bayesianPersonalizedRanking(logit(user, batch.positives[k]!) - logit(user, batch.negatives[k]!));
    } else {
      const others = [...negativesOfRow(batch, k)].map((item) => logit(user, item));
      const own = logit(user, batch.positives[k]!);
      term =
        loss === "softmax"
          ? Math.log([own, ...others].reduce((total, z) => total + Math.exp(z), 0)) - own
          : 1 - own + (2 / others.length) * others.reduce((total, z) => total + Math.max(0, z - 0.1), 0); // lossConfigs
    }
    sum += (batch.weights?.[k] ?? 1) * term;
  }
  return sum / batch.length;
}

describe.each(combinationsOf())("the gradient of $name under $loss", ({ spec, loss }) => {
  const isListed = loss === "softmax";
  it.each(["alike", "with weights", ...(isListed ? ["in blocks"] : [])])(
    "is the slope of the mean loss in every parameter, samples %s",
    async (how) => {
      const plain = how === "in blocks" ? sharedBatch(spec) : randomBatch(spec, loss, { length: 9 });
      const batch = how === "with weights" ? weightedBatch(plain) : plain;
      const parameters = randomParameters(spec, float64);
      const { loss: found, gradient } = await gradientOf(spec, loss, batch, parameters);
      expect(found).toBeCloseTo(meanLoss(spec, loss, batch, parameters), 12); // float64, sums of 9 terms
      const step = 1e-5;
      for (const [name, values] of parameters) {
        if (loss === "ccl" && name === "head.bias") {
          expect(gradient.get(name)![0]).toBe(0); // a loss of cosines takes it for a constant
          continue;
        }
        for (const [k, value] of values.entries()) {
          values[k] = value + step;
          const above = meanLoss(spec, loss, batch, parameters);
          values[k] = value - step;
          const below = meanLoss(spec, loss, batch, parameters);
          values[k] = value;
          const slope = (above - below) / (2 * step);
          const error = Math.abs(slope - gradient.get(name)![k]!);
          // Central differences err by step^2 times a third derivative of order 1, and by 1e-16 / step of rounding.
          if (!(error < 1e-8)) throw new Error(`${name}[${k}]: gradient ${gradient.get(name)![k]}, slope ${slope}`);
        }
      }
    },
  );
});

describe("a sample's weight", () => {
  // z = p q + b with p = 1, q = (2, -1), b = 0: logits 2 and -1.
  const spec: RankerSpec = { ...noPaths, users: 1, items: 2, dot: 1 };
  const parameters = new Map([
    ["userDot", Float64Array.of(1)],
    ["itemDot", Float64Array.of(2, -1)],
    ["head.bias", Float64Array.of(0)],
  ]);

  it("multiplies its term of the mean under bce, which is over the samples", async () => {
    const { loss, gradient } = await gradientOf(
      spec,
      "bce",
      {
        kind: "pointwise",
        length: 2,
        users: Uint32Array.of(0, 0),
        items: Uint32Array.of(0, 1),
        labels: Float32Array.of(1, 0),
        weights: Float32Array.of(3, 1),
        idDropout: null,
      },
      parameters,
    );
    // (3 ln(1 + e^-2) + ln(1 + e^-1)) / 2 = (3 x 0.1269280 + 0.3132617) / 2
    expect(loss).toBeCloseTo(0.3470229, 6);
    // slopes 3 (sigmoid(2) - 1) / 2 = -0.1788044 and sigmoid(-1) / 2 = 0.1344707
    expect([...gradient.get("itemDot")!].map((value) => value.toFixed(6))).toEqual(["-0.178804", "0.134471"]);
    expect(gradient.get("userDot")![0]).toBeCloseTo(2 * -0.1788044 - 0.1344707, 6);
    expect(gradient.get("head.bias")![0]).toBeCloseTo(-0.1788044 + 0.1344707, 6);
  });

  it("multiplies both sides of its pair under bpr", async () => {
    const { loss, gradient } = await gradientOf(
      spec,
      "bpr",
      {
        kind: "pairwise",
        length: 2,
        users: Uint32Array.of(0, 0),
        positives: Uint32Array.of(0, 1),
        negatives: Uint32Array.of(1, 0),
        weights: Float32Array.of(0.5, 2),
        idDropout: null,
      },
      parameters,
    );
    // margins 3 and -3: (0.5 ln(1 + e^-3) + 2 ln(1 + e^3)) / 2 = (0.5 x 0.0485874 + 2 x 3.0485874) / 2
    expect(loss).toBeCloseTo(3.0607342, 6);
    // slopes -0.5 sigmoid(-3) / 2 = -0.0118565 and -2 sigmoid(3) / 2 = -0.9525741
    expect(gradient.get("itemDot")![0]).toBeCloseTo(-0.0118565 + 0.9525741, 6);
    expect(gradient.get("itemDot")![1]).toBeCloseTo(0.0118565 - 0.9525741, 6);
    expect(gradient.get("userDot")![0]).toBeCloseTo(3 * (-0.0118565 + 0.9525741), 6);
    expect(gradient.get("head.bias")![0]).toBe(0);
  });
});

describe.each(["bpr", "softmax"] as const)("what %s compares", (loss) => {
  it("has no user bias and no head bias in it: their float32 gradients are 0, not rounding errors", async () => {
    const batch = randomBatch(everything, loss, { length: 200 });
    const { gradient } = await gradientOf(everything, loss, batch, randomParameters(everything, float32));
    expect(new Set([...gradient.get("userBias")!, ...gradient.get("head.bias")!])).toEqual(new Set([0]));
    expect(gradient.get("itemBias")!.every((slope) => slope !== 0)).toBe(true);
  });
});

describe("a row without a direction", () => {
  it("scores 0 in a cosine, whose gradient is 0 too", async () => {
    const parameters = randomParameters(cosines, float64);
    parameters.get("userDot")!.fill(0, 0, 3);
    const batch = { ...randomBatch(cosines, "bce", { length: 1 }), users: Uint32Array.of(0) } as Batch;
    const { gradient } = await gradientOf(cosines, "bce", batch, parameters);
    expect(openForward(cosines, parameters).logit(0, 2)).toBe(parameters.get("head.bias")![0]);
    for (const name of ["userDot", "itemDot"]) expect(gradient.get(name)!.every((slope) => slope === 0)).toBe(true);
  });
});

describe("Euler's identities of a homogeneous ranker, with zero biases", () => {
  const pair: Batch = {
    kind: "pointwise",
    length: 1,
    users: Uint32Array.of(3),
    items: Uint32Array.of(2),
    labels: Float32Array.of(1),
    weights: null,
    idDropout: null,
  };

  function unbiased(): Map<string, Float64Array> {
    const parameters = randomParameters(neumf, float64, { seed: 4 });
    for (const [name, values] of parameters) if (name.endsWith("bias")) values.fill(0);
    return parameters;
  }

  /** The logit with part of the head switched off. */
  function logitOfHead(keep: (index: number) => boolean): number {
    const parameters = unbiased();
    const head = parameters.get("head.weight")!;
    parameters.set(
      "head.weight",
      head.map((value, index) => (keep(index) ? value : 0)),
    );
    return openForward(neumf, parameters).logit(3, 2);
  }

  async function productWithSlope(name: string): Promise<number> {
    const parameters = unbiased();
    const logit = openForward(neumf, parameters).logit(3, 2);
    const { gradient } = await gradientOf(neumf, "bce", pair, parameters);
    const lossSlope = binaryCrossEntropySlope(logit, 1); // gradient = lossSlope * dz/dtheta for a single pair
    return parameters.get(name)!.reduce((sum, value, k) => sum + (value * gradient.get(name)![k]!) / lossSlope, 0);
  }

  it("<h, dz/dh> = z", async () => {
    expect(await productWithSlope("head.weight")).toBeCloseTo(
      logitOfHead(() => true),
      12,
    );
  });

  it("<p_g, dz/dp_g> = <q_g, dz/dq_g> = z_gmf", async () => {
    const ofProducts = logitOfHead((index) => index < neumf.gmf);
    expect(Math.abs(ofProducts)).toBeGreaterThan(1e-3);
    expect(await productWithSlope("userGmf")).toBeCloseTo(ofProducts, 12);
    expect(await productWithSlope("itemGmf")).toBeCloseTo(ofProducts, 12);
  });

  it("<W_l, dz/dW_l> = z_mlp for every layer, and for the two embeddings together", async () => {
    const ofTower = logitOfHead((index) => index >= neumf.gmf);
    expect(Math.abs(ofTower)).toBeGreaterThan(1e-3);
    for (const layer of neumf.tower.keys()) {
      expect(await productWithSlope(`tower.${layer}.weight`)).toBeCloseTo(ofTower, 12);
    }
    expect((await productWithSlope("userMlp")) + (await productWithSlope("itemMlp"))).toBeCloseTo(ofTower, 12);
  });
});

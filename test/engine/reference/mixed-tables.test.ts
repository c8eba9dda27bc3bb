/** Rankers whose users and items are sums of rows, on the reference engine: by hand and by finite differences. */
import { describe, expect, it } from "@jest/globals";
import type { Batch } from "../../../src/dataset/batch.ts";
import { idDropoutKeys, idDropoutOf, isWithoutId } from "../../../src/dataset/id-dropout.ts";
import type { SessionOptions } from "../../../src/engine/engine.ts";
import { referenceEngine } from "../../../src/engine/reference/reference-engine.ts";
import type { Parameters, RankerSpec } from "../../../src/ranker/ranker-spec.ts";
import { foldSides, type Side, type Sides } from "../../../src/ranker/side.ts";
import {
  batchesOf,
  combinationsOf,
  everything,
  float32,
  float64,
  optionsOf,
  randomBatch,
  randomParameters,
  sharedBatch,
} from "../../support/engines/engine-cases.ts";
import { noPaths } from "../../support/engines/no-paths.ts";
import { expectSameSnapshot } from "../../support/engines/same-bits.ts";
import { identity, sideCases, sideOfEntries, specOfRows } from "../../support/engines/side-cases.ts";

async function gradientOf(options: SessionOptions, batch: Batch) {
  const session = await referenceEngine.open(options);
  const result = await session.gradient(batch);
  session.close();
  return result;
}

/** By the plain ranker of the entities. */
async function foldedLoss(options: SessionOptions, batch: Batch, parameters: Parameters): Promise<number> {
  const folded = foldSides(options.spec, parameters, options.sides);
  const start = { parameters: folded.parameters, optimizer: null };
  const plain = { ...options, spec: folded.spec, sides: { users: null, items: null }, start };
  return (await gradientOf(plain, batch)).loss;
}

const combinations = combinationsOf().filter(({ name }) =>
  ["mf", "everything beside a cosine", "cosines", "one user and one item"].includes(name),
);

describe.each(sideCases)("with $name", ({ sidesOf }) => {
  it.each(combinations)("the gradient of $name under $loss is the slope in every row", async ({ spec, loss }) => {
    const sides = sidesOf(spec);
    const rows = specOfRows(spec, sides);
    const parameters = randomParameters(rows, float64);
    const options = optionsOf(rows, loss, { sides, start: { parameters, optimizer: null } });
    const batch = loss === "softmax" ? sharedBatch(spec) : randomBatch(spec, loss, { length: 9 });
    const { loss: found, gradient } = await gradientOf(options, batch);
    expect(found).toBe(await foldedLoss(options, batch, parameters));
    const step = 1e-5;
    for (const [name, values] of parameters) {
      if (loss === "ccl" && name === "head.bias") continue; // a loss of cosines takes it for a constant
      for (const [k, value] of values.entries()) {
        values[k] = value + step;
        const above = await foldedLoss(options, batch, parameters);
        values[k] = value - step;
        const below = await foldedLoss(options, batch, parameters);
        values[k] = value;
        const error = Math.abs((above - below) / (2 * step) - gradient.get(name)![k]!);
        // Central differences err by step^2 times a third derivative, here with weights of up to 2 in its rows.
        if (!(error < 1e-7)) throw new Error(`${name}[${k}] is off by ${error}`);
      }
    }
  });
});

describe("a side of identities", () => {
  it.each(["adam", "lazy-adam"] as const)("trains as none does, bit for bit, with %s", async (name) => {
    const sides: Sides = { users: identity(everything.users), items: identity(everything.items) };
    const base = { name, beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weightDecay: 0.01 };
    const changes = { optimizer: { base, lawn: null }, embeddingDecay: 0.1 };
    const plain = await referenceEngine.open(optionsOf(everything, "bpr", changes));
    const mixed = await referenceEngine.open(optionsOf(everything, "bpr", { ...changes, sides }));
    for (const batch of batchesOf(everything, "bpr", 5)) {
      expect(await mixed.step(batch, 0.01)).toBe(await plain.step(batch, 0.01));
    }
    expectSameSnapshot(await mixed.snapshot(), await plain.snapshot());
    const users = Uint32Array.of(0, 3);
    expect(await mixed.scorer.catalogue(users)).toEqual(await plain.scorer.catalogue(users));
    plain.close();
    mixed.close();
  });
});

describe("a dot product of sums", () => {
  // User 0 is id 0 (2) and a value (4) of weight 1/2: 4. Item 0 is id 0 (1) and twice a value (-1): -1; item 1 that
  // value alone: -1. Logits -4 and -4.
  const spec: RankerSpec = { ...noPaths, users: 2, items: 3, dot: 1 };
  const sides: Sides = {
    users: sideOfEntries(
      [
        [
          [0, 1],
          [1, 0.5],
        ],
      ],
      { ids: 1, features: 1 },
    ),
    items: sideOfEntries(
      [
        [
          [0, 1],
          [2, 2],
        ],
        [[2, 1]],
      ],
      { ids: 2, features: 1 },
    ),
  };
  const parameters = new Map([
    ["userDot", Float64Array.of(2, 4)],
    ["itemDot", Float64Array.of(1, 9, -1)],
    ["head.bias", Float64Array.of(0)],
  ]);
  const batch: Batch = {
    kind: "pointwise",
    length: 2,
    users: Uint32Array.of(0, 0),
    items: Uint32Array.of(0, 1),
    labels: Float32Array.of(1, 0),
    weights: null,
    idDropout: null,
  };
  const options = (embeddingDecay: number) =>
    optionsOf(spec, "bce", { sides, embeddingDecay, start: { parameters, optimizer: null } });

  it("gives each row its weight's share of the entities' slopes", async () => {
    const { loss, gradient } = await gradientOf(options(0), batch);
    // Slopes (sigmoid(-4) - 1) / 2 = -0.4910069 and sigmoid(-4) / 2 = 0.0089931; losses 4.0181499 and 0.0181499.
    expect(loss).toBeCloseTo((4.0181499 + 0.0181499) / 2, 6);
    const ofItems = [4 * -0.4910069, 4 * 0.0089931] as const;
    const ofUser = -1 * (-0.4910069 + 0.0089931);
    for (const [row, slope] of [ofUser, 0.5 * ofUser].entries())
      expect(gradient.get("userDot")![row]).toBeCloseTo(slope, 6);
    for (const [row, slope] of [ofItems[0], 0, 2 * ofItems[0] + ofItems[1]].entries())
      expect(gradient.get("itemDot")![row]).toBeCloseTo(slope, 6);
  });

  it("decays what a logit sees, and each row by its share of that", async () => {
    const [without, decayed] = [await gradientOf(options(0), batch), await gradientOf(options(0.1), batch)];
    expect(decayed.loss).toBe(without.loss);
    const added = (name: string) =>
      [...decayed.gradient.get(name)!].map((value, row) => value - without.gradient.get(name)![row]!);
    // Two samples of two: 0.1 x 4 of the user in all, 0.05 x -1 of each item.
    for (const [row, share] of [0.4, 0.5 * 0.4].entries()) expect(added("userDot")[row]).toBeCloseTo(share, 12);
    for (const [row, share] of [-0.05, 0, 2 * -0.05 - 0.05].entries())
      expect(added("itemDot")[row]).toBeCloseTo(share, 12);
  });

  it("scores entities by the parameters of the moment", async () => {
    const session = await referenceEngine.open(options(0));
    expect([session.scorer.users, session.scorer.items]).toEqual([1, 2]);
    expect([...(await session.scorer.catalogue(Uint32Array.of(0)))]).toEqual([-4, -4]);
    await session.step(batch, 0.1);
    const { parameters: after } = await session.snapshot();
    expect(after.get("userDot")).toHaveLength(2);
    const [first] = await session.scorer.pairs(Uint32Array.of(0), Uint32Array.of(0));
    const [p, q] = [after.get("userDot")!, after.get("itemDot")!];
    const logit = (p[0]! + p[1]! / 2) * (q[0]! + 2 * q[2]!) + after.get("head.bias")![0]!;
    expect(first).toBeCloseTo(logit, 5); // float32
    session.close();
  });
});

describe("a user or an item without its id", () => {
  it("has the logits of its features alone, and gives its id's row no gradient", async () => {
    const sides = sideCases.find(({ name }) => name === "weighted values")!.sidesOf(everything);
    const spec = specOfRows(everything, sides);
    const parameters = randomParameters(spec, float64);
    const options = optionsOf(spec, "bce", { sides, start: { parameters, optimizer: null } });
    const idDropout = idDropoutOf(0.5, idDropoutKeys(1, 0), 0)!;
    const batch = { ...randomBatch(everything, "bce", { length: 40 }), idDropout };
    const found = await gradientOf(options, batch);
    // The same by a matrix whose ids weigh nothing where they are left out.
    const withoutIds = (name: "users" | "items"): Side => {
      const side = sides[name]!;
      const weights = side.weights.slice();
      for (let entity = 0; entity < side.entities; entity++)
        if (isWithoutId(idDropout, name, entity)) weights[side.offsets[entity]!] = 0; // ids come first
      return { ...side, weights };
    };
    const zeroed = { users: withoutIds("users"), items: withoutIds("items") };
    const expected = await gradientOf({ ...options, sides: zeroed }, { ...batch, idDropout: null });
    expect(found.loss).toBe(expected.loss);
    expect(found.gradient).toEqual(expected.gradient);
    const left = [...Array(everything.users).keys()].filter((user) => isWithoutId(idDropout, "users", user));
    expect(left.length).toBeGreaterThan(0);
    expect(left.length).toBeLessThan(everything.users);
    const slopes = found.gradient.get("userBias")!;
    for (let user = 0; user < everything.users; user++) expect(slopes[user] === 0).toBe(left.includes(user));
  });
});

describe("rows that no entity of a batch is made of", () => {
  it("have a gradient of 0, and no earlier batch's", async () => {
    const sides = sideCases.find(({ name }) => name === "one value each")!.sidesOf(everything);
    const spec = specOfRows(everything, sides);
    const session = await referenceEngine.open(
      optionsOf(spec, "bce", { sides, start: { parameters: randomParameters(spec, float32), optimizer: null } }),
    );
    await session.gradient(randomBatch(everything, "bce", { seed: 1 }));
    const one = { ...randomBatch(everything, "bce", { length: 1 }), users: Uint32Array.of(2) } as Batch;
    const { gradient } = await session.gradient(one);
    const width = everything.dot;
    const moved = [...gradient.get("userDot")!.keys()].filter((at) => gradient.get("userDot")![at] !== 0);
    // User 2 is row 2 and the first of three values, in row 5 + 0.
    expect([...new Set(moved.map((at) => Math.floor(at / width)))]).toEqual([2, 5]);
    session.close();
  });
});

/** Users and items that are sums of rows, in native memory: the bits of any number of threads, and of no features. */
import { describe, expect, it } from "@jest/globals";
import type { NegativesFrom } from "../../../src/dataset/training-batches.ts";
import type { SessionOptions, Snapshot } from "../../../src/engine/engine.ts";
import { openNativeEngine } from "../../../src/engine/native/native-engine.ts";
import type { NativeOptions } from "../../../src/engine/native/native-machine.ts";
import { referenceEngine } from "../../../src/engine/reference/reference-engine.ts";
import type { LossName } from "../../../src/ranker/loss.ts";
import type { RankerSpec } from "../../../src/ranker/ranker-spec.ts";
import { noSides, type Sides } from "../../../src/ranker/side.ts";
import { skewedSource } from "../../support/data/skewed-source.ts";
import { expectClose } from "../../support/engines/close-tensors.ts";
import { lawnAdamCase, optionsOf } from "../../support/engines/engine-cases.ts";
import { describeNative, instructionSets } from "../../support/engines/native-engine.ts";
import { plainLawn } from "../../support/engines/optimizer-cases.ts";
import { expectSameSnapshot } from "../../support/engines/same-bits.ts";
import { identity, sideCases, specOfRows } from "../../support/engines/side-cases.ts";

/** Of entities: more than a task takes, in batches of several chunks, and widths with a loop of their own and odd. */
const entities: RankerSpec = {
  users: 900,
  items: 700,
  dot: 17,
  gmf: 8,
  embedding: 32,
  tower: [32, 7],
  idBiases: true,
  cosineTemperature: null,
};
const product: RankerSpec = { ...entities, embedding: 0, tower: [] };
const cosine: RankerSpec = { ...product, cosineTemperature: 0.2 };
const weighted = sideCases.find(({ name }) => name === "weighted values")!.sidesOf(entities);
const missing = sideCases.find(({ name }) => name === "missing ids")!.sidesOf(entities);
const identities: Sides = { users: identity(entities.users), items: identity(entities.items) };
const lazyLawn: SessionOptions["optimizer"] = {
  base: { name: "lazy-adam", beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weightDecay: 0 },
  lawn: { ...plainLawn, granularity: "row", switchAt: { kind: "step", step: 1 } },
};

interface Way {
  readonly title: string;
  readonly spec: RankerSpec;
  readonly loss: LossName;
  readonly negativesFrom: NegativesFrom;
}
const ways: readonly Way[] = [
  { title: "every path under bce", spec: entities, loss: "bce", negativesFrom: "uniform" },
  { title: "every path under bpr", spec: entities, loss: "bpr", negativesFrom: "popularity" },
  { title: "products of shared negatives", spec: product, loss: "softmax", negativesFrom: "shared" },
  { title: "cosines of shared negatives", spec: cosine, loss: "softmax", negativesFrom: "batch" },
  { title: "every path of shared negatives", spec: entities, loss: "softmax", negativesFrom: "shared" },
];

function optionsFor({ spec, loss, negativesFrom }: Way, sides: Sides, changes: Partial<SessionOptions> = {}) {
  const batchSize = loss === "softmax" ? 5000 : 20_000; // rows of the log, or samples of them
  const negativesPower = negativesFrom === "popularity" ? 0.5 : 0;
  const source = { ...skewedSource(spec, loss, { batchSize }), negativesFrom, negativesPower };
  return optionsOf(specOfRows(spec, sides), loss, { sides, source, embeddingDecay: 0.01, ...changes });
}

async function trained(options: SessionOptions, machine: NativeOptions): Promise<Snapshot> {
  const session = await openNativeEngine(machine).open(options);
  await session.train({ epoch: 1, firstStep: 0, learningRates: Float64Array.of(0.01, 0.02) });
  const first = await session.scorer.top({ users: Uint32Array.of(3), k: 2 });
  await session.train({ epoch: 2, firstStep: 0, learningRates: Float64Array.of(0.01) });
  const { items, scores } = await session.scorer.top({ users: Uint32Array.of(3), k: 2 });
  expect(scores).not.toEqual(first.scores); // what was summed for scores is summed anew
  expect(await session.scorer.pairs(Uint32Array.of(3, 3), items)).toEqual(scores);
  const snapshot = await session.snapshot();
  session.close();
  return snapshot;
}

describeNative("sides in the native engine", () => {
  describe.each(ways)("with $title", (way) => {
    it("have the same bits on any number of threads", async () => {
      for (const sides of [weighted, missing]) {
        for (const instructionSet of instructionSets) {
          const alone = await trained(optionsFor(way, sides), { threads: 1, instructionSet });
          for (const threads of [2, 3]) {
            expectSameSnapshot(await trained(optionsFor(way, sides), { threads, instructionSet }), alone);
          }
        }
      }
    });

    it("have the bits of no features where each entity is its own row", async () => {
      const lazy = { optimizer: lazyLawn, embeddingDecay: 0 };
      for (const changes of [{}, { optimizer: lawnAdamCase.config, embeddingDecay: 0 }, lazy]) {
        const plain = await trained(optionsFor(way, noSides, changes), { threads: 2 });
        expectSameSnapshot(await trained(optionsFor(way, identities, changes), { threads: 2 }), plain);
      }
    });
  });

  it("take the reference's step on a batch of several chunks", async () => {
    const options = optionsFor(ways[0]!, weighted);
    const { parameters } = await trained(options, { threads: 2 });
    const exact = await referenceEngine.open(options);
    await exact.train({ epoch: 1, firstStep: 0, learningRates: Float64Array.of(0.01, 0.02) });
    await exact.train({ epoch: 2, firstStep: 0, learningRates: Float64Array.of(0.01) });
    expectClose(parameters, (await exact.snapshot()).parameters, 1e-3); // Adam turns roundings into steps
    exact.close();
  });
});

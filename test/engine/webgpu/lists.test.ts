/**
 * Losses of a positive among several negatives on the webgpu engine: lists and blocks longer than a tile, cut into
 * chunks, over tables in pieces, as the reference and finite differences have them; and the draws of every source.
 */
import { describe, expect, it, jest } from "@jest/globals";
import { type Batch, batchKinds, type ListwiseBatch } from "../../../src/dataset/batch.ts";
import { type BatchSource, drawBatch, epochDraws, type NegativesFrom } from "../../../src/dataset/training-batches.ts";
import { referenceEngine } from "../../../src/engine/reference/reference-engine.ts";
import { openWebgpuEngine, webgpuProvider } from "../../../src/engine/webgpu/webgpu-engine.ts";
import { boundedInteger, streamKey, threefry } from "../../../src/random.ts";
import type { LossName } from "../../../src/ranker/loss.ts";
import type { RankerSpec } from "../../../src/ranker/ranker-spec.ts";
import { uniformSource } from "../../support/data/uniform-source.ts";
import { expectClose } from "../../support/engines/close-tensors.ts";
import {
  correctedSoftmax,
  float32,
  optionsOf,
  randomBatch,
  randomParameters,
  weightedBatch,
  weightedSource,
} from "../../support/engines/engine-cases.ts";
import { noPaths } from "../../support/engines/no-paths.ts";
import { expectSameBits, expectSameSnapshot } from "../../support/engines/same-bits.ts";

// A software adapter is slow, more so on a busy machine.
jest.setTimeout(600_000);

const probe = await webgpuProvider.probe({ allowSoftwareAdapter: true });
const title = `lists of the webgpu engine${probe.available ? "" : ` (skipped: ${probe.reason})`}`;

// 64 users: what stands for no user has one bit more
const sums: RankerSpec = { ...noPaths, users: 64, items: 90, dot: 5, gmf: 3, idBiases: true };
const cosines: RankerSpec = { ...noPaths, users: 64, items: 90, dot: 20, cosineTemperature: 0.3 };
const tower: RankerSpec = { ...sums, embedding: 4, tower: [5], cosineTemperature: 0.5 };

interface ListCase {
  readonly name: string;
  readonly spec: RankerSpec;
  readonly loss: "softmax" | "ccl";
  readonly batch: (spec: RankerSpec) => Batch;
  readonly largestBinding?: number;
  readonly changes?: object;
}

const ownLists = (length: number, each: number) => (spec: RankerSpec) => {
  const { negatives } = randomBatch(spec, "softmax", { length: Math.ceil((length * each) / 3) }) as ListwiseBatch;
  return { ...randomBatch(spec, "softmax", { length }), negatives: negatives.subarray(0, length * each) } as Batch;
};

/** Rows in blocks, each of which leaves out about a seventh of its negatives. */
const blocks = (length: number, blockRows: number, perBlock: number) => (spec: RankerSpec) => {
  const whole = ownLists(Math.ceil(length / blockRows), perBlock)(spec) as ListwiseBatch;
  const offsets = new Uint32Array(length + 1);
  const places: number[] = [];
  for (let row = 0; row < length; row++) {
    for (let place = 0; place < perBlock; place++) if ((row * 5 + place * 3) % 7 === 0) places.push(place);
    offsets[row + 1] = places.length;
  }
  const masked = { offsets, places: Uint32Array.from(places) };
  return { ...randomBatch(spec, "softmax", { length }), blockRows, negatives: whole.negatives, masked } as Batch;
};

const cases: readonly ListCase[] = [
  { name: "lists of 40", spec: tower, loss: "softmax", batch: ownLists(70, 40) },
  // 4,096 bytes: a chunk has 4 lists of 5 pairs of 44 columns
  {
    name: "lists cut into chunks over tables in pieces, with decay",
    spec: cosines,
    loss: "ccl",
    batch: ownLists(50, 4),
    largestBinding: 4096,
    changes: { embeddingDecay: 0.5 },
  },
  { name: "blocks of several tiles", spec: sums, loss: "softmax", batch: blocks(300, 130, 75) },
  {
    name: "corrected blocks with weights and decay",
    spec: sums,
    loss: "softmax",
    batch: (spec) => weightedBatch(blocks(150, 64, 33)(spec)),
    changes: { loss: correctedSoftmax(sums), embeddingDecay: 0.5 },
  },
  { name: "blocks of cosines under ccl", spec: cosines, loss: "ccl", batch: blocks(200, 70, 65) },
  {
    name: "blocks cut into chunks over tables in pieces, with decay",
    spec: cosines,
    loss: "softmax",
    batch: blocks(50, 9, 7),
    largestBinding: 4096,
    changes: { embeddingDecay: 0.5 },
  },
];

(probe.available ? describe : describe.skip)(title, () => {
  const open = (largestBinding?: number) =>
    openWebgpuEngine({ allowSoftwareAdapter: true, ...(largestBinding === undefined ? {} : { largestBinding }) });

  it.each(cases)("have the reference's loss and gradient, $name", async (one) => {
    const { spec, loss, largestBinding, changes = {} } = one;
    const batch = one.batch(spec);
    const start = {
      parameters: new Map(
        [...randomParameters(spec, float32)].map(([name, values]) => [name, Float64Array.from(values)]),
      ),
      optimizer: null,
    };
    const exact = await referenceEngine.open(optionsOf(spec, loss, { ...changes, start }));
    const session = await (await open(largestBinding)).open(optionsOf(spec, loss, changes));
    const expected = await exact.gradient(batch);
    const found = await session.gradient(batch);
    expect(found.loss).toBeCloseTo(expected.loss, 4); // float32 logits of order 10
    // sums of thousands of slopes, each with a rounding of 6e-8 of the sum so far
    expectClose(found.gradient, expected.gradient, 2e-5, 1e-1);
    expectSameBits((await session.gradient(batch)).gradient, found.gradient);
    session.close();
    exact.close();
  });

  it.each([
    { spec: tower, loss: "softmax" as const, batch: ownLists(20, 6) },
    { spec: sums, loss: "softmax" as const, batch: blocks(30, 12, 9) },
    { spec: cosines, loss: "ccl" as const, batch: blocks(30, 12, 9) },
  ])("have the gradient that finite differences of the loss have, $loss", async ({ spec, loss, batch: batchOf }) => {
    const engine = await open();
    const batch = batchOf(spec);
    const lossAt = async (name: string, index: number, shift: number): Promise<number> => {
      const parameters = randomParameters(spec, float32);
      parameters.get(name)![index]! += shift;
      const session = await engine.open(optionsOf(spec, loss, { start: { parameters, optimizer: null } }));
      const found = (await session.gradient(batch)).loss;
      session.close();
      return found;
    };
    const session = await engine.open(optionsOf(spec, loss));
    const { gradient } = await session.gradient(batch);
    session.close();
    for (const [name, values] of gradient) {
      if (loss === "ccl" && name === "head.bias") continue; // held still: every cosine would be off by it
      const index = Float64Array.from(values).reduce(
        (best, value, k) => (Math.abs(value) > Math.abs(values[best]!) ? k : best),
        0,
      );
      // A loss of order 2 is rounded to 2e-7, so over 2e-2 the quotient to 1e-5; the third derivative, of order
      // 1 / T^3, adds h^2 / 6 times itself.
      const quotient = ((await lossAt(name, index, 0.01)) - (await lossAt(name, index, -0.01))) / 0.02;
      expect(Math.abs(quotient - values[index]!)).toBeLessThan(2e-3 * (1 + Math.abs(quotient)));
    }
  });

  it.each([
    { loss: "softmax", from: "uniform", each: 40 },
    { loss: "softmax", from: "popularity", each: 40 },
    { loss: "bce", from: "popularity", each: 3 },
    { loss: "bpr", from: "popularity", each: 2 },
    { loss: "softmax", from: "shared", each: 70 },
    { loss: "ccl", from: "batch", each: 29 },
  ] as const)("are drawn as drawBatch draws them, over chunks, under $loss from $from", async (how) => {
    const { loss, from, each } = how;
    // Of shared negatives a block is a chunk: 256 rows and 70 negatives of 48 columns; of others about 160 pairs are.
    const engine = await open(from === "shared" ? 80_000 : 30_000);
    const spec = loss === "ccl" ? cosines : { ...sums, dot: 20 };
    const source = logOf(spec, loss, { from, each });
    const drawing = await engine.open(optionsOf(spec, loss, { source }));
    const given = await engine.open(optionsOf(spec, loss));
    const rates = Float64Array.of(0.01, 0.02, 0.01);
    const losses = await drawing.train({ epoch: 1, firstStep: 0, learningRates: rates });
    const draws = epochDraws(source, 1);
    for (const [step, rate] of rates.entries()) {
      expect(await given.step(drawBatch(source, draws, step), rate)).toBe(losses[step]);
    }
    expectSameSnapshot(await drawing.snapshot(), await given.snapshot());
    drawing.close();
    given.close();
  });
});

/** 700 rows with weights in three steps, the last one short; every user lacks something. */
function logOf(
  { users, items }: RankerSpec,
  loss: LossName,
  { from, each }: { readonly from: NegativesFrom; readonly each: number },
): BatchSource {
  const block = { first: 0, second: 0 };
  const column = (name: string, extent: number): Uint32Array =>
    Uint32Array.from({ length: 700 }, (_, row) => {
      threefry(streamKey(1, name), row, 0, block);
      return Math.min(boundedInteger(block.first, extent), boundedInteger(block.second, extent));
    });
  const interactions = {
    users,
    items,
    length: 700,
    userColumn: column("test/users", users),
    itemColumn: column("test/items", items - 1),
    weights: null,
  };
  const perRow = batchKinds[loss] === "listwise" ? 1 : loss === "bce" ? 1 + each : each;
  const uniform = weightedSource(
    uniformSource(interactions, { loss, negativesPerPositive: each, batchSize: 340 * perRow, seed: 3 }),
  );
  return { ...uniform, negativesFrom: from, negativesPower: from === "uniform" || from === "batch" ? 0 : 0.75 };
}

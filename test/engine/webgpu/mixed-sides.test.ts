/**
 * Users and items that are sums of rows on a GPU: rows that hundreds of entities have, tables in several pieces, and
 * batches in several chunks, as the reference has them.
 */
import { describe, expect, it, jest } from "@jest/globals";
import { referenceEngine } from "../../../src/engine/reference/reference-engine.ts";
import { openWebgpuEngine, webgpuProvider } from "../../../src/engine/webgpu/webgpu-engine.ts";
import type { LossName } from "../../../src/ranker/loss.ts";
import type { RankerSpec } from "../../../src/ranker/ranker-spec.ts";
import { expectClose } from "../../support/engines/close-tensors.ts";
import { optionsOf, randomBatch } from "../../support/engines/engine-cases.ts";
import { expectSameBits } from "../../support/engines/same-bits.ts";
import { sideCases, specOfRows } from "../../support/engines/side-cases.ts";

// A software adapter is slow, more so on a busy machine.
jest.setTimeout(600_000);

const probe = await webgpuProvider.probe({ allowSoftwareAdapter: true });
const title = `sides on the webgpu engine${probe.available ? "" : ` (skipped: ${probe.reason})`}`;

/** Of entities: 3000 users have one value alike, and a third of them or half the others. */
const entities: RankerSpec = {
  users: 3000,
  items: 400,
  dot: 3,
  gmf: 2,
  embedding: 8,
  tower: [4],
  idBiases: true,
  cosineTemperature: null,
};
const cosines: RankerSpec = { ...entities, gmf: 0, embedding: 0, tower: [], cosineTemperature: 0.5 };
const sidesCalled = (name: string) => sideCases.find((candidate) => candidate.name === name)!;

interface Way {
  readonly name: string;
  readonly spec: RankerSpec;
  readonly loss: LossName;
  readonly sides: string;
  readonly largestBinding?: number;
}
const ways: readonly Way[] = [
  { name: "long rows", spec: entities, loss: "bce", sides: "weighted values" },
  // 65,536 bytes: 2,048 rows of the 8-wide table, and some hundred samples of 28 features
  { name: "pieces and chunks", spec: entities, loss: "bpr", sides: "missing ids", largestBinding: 65_536 },
  { name: "features of one side", spec: entities, loss: "bce", sides: "features of users alone" },
  { name: "cosines", spec: cosines, loss: "softmax", sides: "weighted values" },
];

(probe.available ? describe : describe.skip)(title, () => {
  it.each(ways)("have the gradient of the reference with $name, the same bits each time", async (way) => {
    const sides = sidesCalled(way.sides).sidesOf(way.spec);
    const options = optionsOf(specOfRows(way.spec, sides), way.loss, { sides, embeddingDecay: 0.5 });
    const batch = randomBatch(way.spec, way.loss, { length: 700 });
    const exact = await referenceEngine.open(options);
    const expected = await exact.gradient(batch);
    const { largestBinding } = way;
    const engine = await openWebgpuEngine({
      allowSoftwareAdapter: true,
      ...(largestBinding === undefined ? {} : { largestBinding }),
    });
    const session = await engine.open(options);
    const found = await session.gradient(batch);
    // Sums of up to 3000 terms that cancel, in float32 in both.
    expectClose(found.gradient, expected.gradient, 1e-4, 1e-1);
    expect(found.loss / expected.loss).toBeCloseTo(1, 5); // numbers of up to 1500 in float32
    expectSameBits((await session.gradient(batch)).gradient, found.gradient);
    const [users, items] = [Uint32Array.of(0, 1, 2998), Uint32Array.of(3, 2, 398)];
    const scores = await session.scorer.pairs(users, items);
    const closeTo = await exact.scorer.pairs(users, items);
    for (const [k, score] of scores.entries()) expect(score / closeTo[k]!).toBeCloseTo(1, 4);
    await session.step(batch, 0.01);
    expect(await session.scorer.pairs(users, items)).not.toEqual(scores); // mixed anew
    session.close();
    exact.close();
  });
});

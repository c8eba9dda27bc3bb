/**
 * Gradients of tables where some rows have most of a batch and many have none of it: sorted, cut into blocks and added
 * up as the reference adds them.
 */
import { describe, it, jest } from "@jest/globals";
import type { Batch } from "../../../src/dataset/batch.ts";
import { referenceEngine } from "../../../src/engine/reference/reference-engine.ts";
import { openWebgpuEngine, webgpuProvider } from "../../../src/engine/webgpu/webgpu-engine.ts";
import type { LossName } from "../../../src/ranker/loss.ts";
import type { RankerSpec } from "../../../src/ranker/ranker-spec.ts";
import { expectClose } from "../../support/engines/close-tensors.ts";
import { float32, optionsOf, randomBatch, randomParameters } from "../../support/engines/engine-cases.ts";
import { expectSameBits } from "../../support/engines/same-bits.ts";

// A software adapter is slow, more so on a busy machine.
jest.setTimeout(600_000);

const probe = await webgpuProvider.probe({ allowSoftwareAdapter: true });
const title = `table gradients of the webgpu engine${probe.available ? "" : ` (skipped: ${probe.reason})`}`;

interface GradientCase {
  readonly name: string;
  readonly spec: RankerSpec;
  readonly loss: LossName;
  readonly length: number;
  readonly largestBinding?: number;
  readonly embeddingDecay?: number;
}

const everything: RankerSpec = {
  users: 3000,
  items: 200,
  dot: 2,
  gmf: 3,
  embedding: 8,
  tower: [4],
  idBiases: true,
  cosineTemperature: null,
};
const wide: RankerSpec = { ...everything, users: 20, items: 15, dot: 200, gmf: 150, embedding: 1, tower: [2] };
const narrow: RankerSpec = { ...everything, users: 300, dot: 0, gmf: 1, embedding: 0, tower: [], idBiases: false };

const cases: readonly GradientCase[] = [
  { name: "rows in many blocks, under bce", spec: everything, loss: "bce", length: 3001 },
  { name: "rows in many blocks, under bpr", spec: everything, loss: "bpr", length: 1501 },
  { name: "the decay of rows in many blocks", spec: everything, loss: "bce", length: 2000, embeddingDecay: 0.5 },
  // 65,536 bytes: 2,048 rows of the 8-wide table, 585 samples of 28 features
  { name: "pieces and chunks, under bce", spec: everything, loss: "bce", length: 1500, largestBinding: 65_536 },
  {
    name: "pieces and chunks with decay, under bpr",
    spec: everything,
    loss: "bpr",
    length: 700,
    largestBinding: 65_536,
    embeddingDecay: 0.5,
  },
  { name: "more columns than lanes", spec: wide, loss: "bce", length: 700, embeddingDecay: 0.5 },
  { name: "a single column", spec: narrow, loss: "bce", length: 1025 },
  { name: "the last batch that is sorted at once", spec: narrow, loss: "bce", length: 1024 },
  { name: "long blocks", spec: narrow, loss: "bce", length: 2 ** 18 + 77 },
];

(probe.available ? describe : describe.skip)(title, () => {
  it.each(cases)("adds up $name", async ({ spec, loss, length, largestBinding, embeddingDecay = 0 }) => {
    const engine = await openWebgpuEngine({
      allowSoftwareAdapter: true,
      ...(largestBinding === undefined ? {} : { largestBinding }),
    });
    const batch = skewed(randomBatch(spec, loss, { length }));
    const options = optionsOf(spec, loss, { embeddingDecay });
    const exact = await referenceEngine.open({
      ...options,
      start: {
        parameters: new Map(
          [...randomParameters(spec, float32)].map(([name, values]) => [name, Float64Array.from(values)]),
        ),
        optimizer: null,
      },
    });
    const session = await engine.open(options);
    const found = await session.gradient(batch);
    // float32 sums of thousands of terms, block by block: each adds a rounding of 6e-8 of the sum so far
    expectClose(found.gradient, (await exact.gradient(batch)).gradient, 2e-5, 1e-2);
    expectSameBits((await session.gradient(batch)).gradient, found.gradient);
    session.close();
    exact.close();
  });
});

/** Six pairs in ten are of user 7, and of item 3; the ids of the others lie in one half of the catalogue. */
function skewed(batch: Batch): Batch {
  const column = (ids: Uint32Array, popular: number, salt: number): Uint32Array =>
    ids.map((id, row) => ((row * 7 + salt) % 10 < 6 ? popular : id >> 1));
  const users = column(batch.users, 7, 1);
  return batch.kind === "pointwise"
    ? { ...batch, users, items: column(batch.items, 3, 4) }
    : { ...batch, users, positives: column(batch.positives, 3, 4), negatives: column(batch.negatives, 3, 9) };
}

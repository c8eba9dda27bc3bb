import { describe, expect, it } from "@jest/globals";
import { type ListwiseBatch, negativesOfRow } from "../../src/dataset/batch.ts";
import { groupItemsByUser } from "../../src/dataset/interaction-dataset.ts";
import {
  type BatchSource,
  checkBatchSource,
  drawBatch,
  epochDraws,
  logQOf,
  stepsPerEpoch,
} from "../../src/dataset/training-batches.ts";
import { skewedSource } from "../support/data/skewed-source.ts";

const extents = { users: 60, items: 90 };

function sourceOf(changes: Partial<BatchSource>): BatchSource {
  return {
    ...skewedSource(extents, "softmax", { length: 2000, batchSize: 600 }),
    negativesPerPositive: 20,
    ...changes,
  };
}

const batchesOf = (source: BatchSource, epoch = 0): ListwiseBatch[] =>
  Array.from({ length: stepsPerEpoch(source) }, (_, step) => {
    const batch = drawBatch(source, epochDraws(source, epoch), step);
    if (batch.kind !== "listwise") throw new Error(batch.kind);
    return batch;
  });

describe.each(["shared", "batch"] as const)("negatives from %s", (negativesFrom) => {
  const source = sourceOf({ negativesFrom });
  const seen = groupItemsByUser(source.interactions);
  const hasSeen = (user: number, item: number) =>
    seen.itemsSorted.subarray(seen.offsets[user], seen.offsets[user + 1]).includes(item);

  it("are left out by rows whose users have seen them, and by no others", () => {
    const wrong: number[] = [];
    for (const batch of batchesOf(source)) {
      const perBlock = batch.negatives.length / Math.ceil(batch.length / batch.blockRows);
      for (let row = 0; row < batch.length; row++) {
        const first = Math.floor(row / batch.blockRows) * perBlock;
        const all = batch.negatives.subarray(first, first + perBlock);
        const expected = all.filter((item) => !hasSeen(batch.users[row]!, item));
        if (negativesOfRow(batch, row).join() !== expected.join()) wrong.push(row);
      }
    }
    expect(wrong).toEqual([]);
  });

  it("are drawn anew for every epoch, and the same again for the same one", () => {
    const [first] = batchesOf(source, 0);
    expect(batchesOf(source, 0)[0]).toEqual(first);
    expect(batchesOf(source, 1)[0]!.negatives).not.toEqual(first!.negatives);
  });

  it("need a loss of lists", () => {
    for (const loss of ["bce", "bpr"] as const) {
      expect(() => checkBatchSource({ ...source, loss })).toThrow(`negativesFrom is ${negativesFrom} under ${loss}`);
    }
  });
});

describe("a block", () => {
  it("is of 256 rows where negatives are shared, each block of the epoch with its own", () => {
    const batches = batchesOf(sourceOf({ negativesFrom: "shared" }));
    expect(batches.map(({ blockRows }) => blockRows)).toEqual(batches.map(() => 256));
    const blocks = batches.flatMap(({ negatives }) =>
      Array.from({ length: negatives.length / 20 }, (_, block) => negatives.slice(20 * block, 20 * block + 20).join()),
    );
    expect(blocks).toHaveLength(3 + 3 + 3 + 1); // 600, 600, 600 and 200 rows
    expect(new Set(blocks).size).toBe(blocks.length);
  });

  it("is of n + 1 rows where they are its positives, a short one filled up with the batch's first", () => {
    const [batch] = batchesOf(sourceOf({ negativesFrom: "batch", negativesPerPositive: 249 }));
    expect(batch!.blockRows).toBe(250);
    const { positives, negatives } = batch!;
    expect(negatives.subarray(0, 500)).toEqual(positives.subarray(0, 500));
    expect(negatives.subarray(500)).toEqual(Uint32Array.of(...positives.subarray(500), ...positives.subarray(0, 150)));
    const few = batchesOf(sourceOf({ negativesFrom: "batch", negativesPerPositive: 10_000 }))[0]!;
    expect(few.negatives).toEqual(few.positives); // a batch is all there is
  });
});

describe("log q", () => {
  it("is that of what negatives are drawn by: nothing where all are alike", () => {
    expect(logQOf(sourceOf({}))).toBeNull();
    expect(logQOf(sourceOf({ negativesFrom: "shared" }))).toBeNull();
    const counts = new Float64Array(extents.items);
    for (const item of sourceOf({}).interactions.itemColumn) counts[item]!++;
    const inBatch = logQOf(sourceOf({ negativesFrom: "batch" }))!;
    const byRoot = logQOf(sourceOf({ negativesFrom: "popularity", negativesPower: 0.5 }))!;
    const roots = counts.reduce((sum, count) => sum + Math.sqrt(count), 0);
    for (const [item, count] of counts.entries()) {
      if (count === 0) continue;
      expect(inBatch[item]).toBeCloseTo(Math.log(count / 2000), 5);
      expect(byRoot[item]).toBeCloseTo(Math.log(Math.sqrt(count) / roots), 5);
    }
  });

  it("is refused a power where there is none to take", () => {
    for (const negativesFrom of ["uniform", "batch"] as const) {
      expect(() => checkBatchSource(sourceOf({ negativesFrom, negativesPower: 1 }))).toThrow(
        `negativesPower is 1 with negatives from ${negativesFrom}, expected 0`,
      );
    }
    expect(() => checkBatchSource(sourceOf({ negativesFrom: "shared", negativesPower: -1 }))).toThrow(
      "negativesPower is -1",
    );
  });
});

describe("negatives by popularity", () => {
  /** The share of negatives among the first quarter of items, the skewed log's popular ones; none may be known. */
  function popularShare(changes: Partial<BatchSource>): number {
    const source = sourceOf(changes);
    const seen = groupItemsByUser(source.interactions);
    let popular = 0;
    let all = 0;
    let known = 0;
    for (const batch of batchesOf(source)) {
      expect(batch.blockRows).toBe(1);
      for (let row = 0; row < batch.length; row++) {
        const user = batch.users[row]!;
        const own = seen.itemsSorted.subarray(seen.offsets[user], seen.offsets[user + 1]);
        for (const item of negativesOfRow(batch, row)) {
          if (own.includes(item)) known++;
          if (item < extents.items / 4) popular++;
          all++;
        }
      }
    }
    expect(known).toBe(0);
    return popular / all;
  }

  it("are each row's own, unseen, and popular more often than uniform ones", () => {
    const byCount = popularShare({ negativesFrom: "popularity", negativesPower: 1 });
    expect(byCount).toBeGreaterThan(1.5 * popularShare({}));
  });
});

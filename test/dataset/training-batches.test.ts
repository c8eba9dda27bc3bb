import { describe, expect, it } from "@jest/globals";
import type { Batch } from "../../src/dataset/batch.ts";
import { groupItemsByUser, type Interactions } from "../../src/dataset/interaction-dataset.ts";
import {
  type BatchSource,
  checkBatchSource,
  drawBatch,
  epochDraws,
  samplesPerEpoch,
  stepsPerEpoch,
} from "../../src/dataset/training-batches.ts";
import { ConfigError } from "../../src/errors.ts";
import { uniformSource } from "../support/data/uniform-source.ts";

const interactions: Interactions = {
  users: 4,
  items: 9,
  length: 7,
  userColumn: Uint32Array.of(0, 0, 1, 2, 2, 2, 3),
  itemColumn: Uint32Array.of(0, 5, 3, 1, 2, 8, 8),
  weights: null,
};

function sourceOf(changes: Partial<BatchSource> = {}): BatchSource {
  const source = uniformSource(interactions, { loss: "bce", negativesPerPositive: 3, batchSize: 5, seed: 1 });
  return { ...source, ...changes };
}

/** Every sample of an epoch as text, in order. */
function epochOf(source: BatchSource, epoch: number): string[] {
  const draws = epochDraws(source, epoch);
  const samples: string[] = [];
  for (let step = 0; step < stepsPerEpoch(source); step++) {
    const batch = drawBatch(source, draws, step);
    for (let k = 0; k < batch.length; k++) {
      if (batch.kind === "pointwise") {
        samples.push(`${batch.users[k]} ${batch.items[k]} ${batch.labels[k]}`);
        continue;
      }
      const perRow = batch.negatives.length / batch.length;
      const others = batch.negatives.subarray(k * perRow, (k + 1) * perRow);
      samples.push(`${batch.users[k]} ${batch.positives[k]} > ${others.join(" ")}`);
    }
  }
  return samples;
}

const positives = [..."0123456"].map(
  (row) => `${interactions.userColumn[Number(row)]} ${interactions.itemColumn[Number(row)]}`,
);
const isSeen = (user: number, item: number): boolean => positives.includes(`${user} ${item}`);

function positiveText(batch: Batch, k: number): string {
  return `${batch.users[k]} ${batch.kind === "pointwise" ? batch.items[k] : batch.positives[k]}`;
}

describe("drawBatch", () => {
  it.each(["bce", "bpr"] as const)("gives a positive's samples its row's weight under %s, negatives 1", (loss) => {
    const weights = Float32Array.of(2, 3, 4, 5, 6, 7, 8);
    const source = sourceOf({ interactions: { ...interactions, weights }, loss, batchSize: 28 });
    const plain = drawBatch(sourceOf({ loss, batchSize: 28 }), epochDraws(sourceOf({ loss }), 0), 0);
    expect(plain.weights).toBeNull();
    const batch = drawBatch(source, epochDraws(source, 0), 0);
    expect({ ...batch, weights: null }).toEqual(plain);
    const found = [...batch.weights!].sort((a, b) => a - b);
    const three = (weight: number) => [weight, weight, weight];
    // 7 positives, 3 negatives each: under bce 21 samples of weight 1 beside the positives; under bpr 3 of each row.
    expect(found).toEqual(loss === "bce" ? [...Array(21).fill(1), ...weights] : [...weights].flatMap(three));
    for (const [k, weight] of [...batch.weights!].entries()) {
      if (batch.kind === "pointwise" && batch.labels[k] === 0) expect(weight).toBe(1);
      else expect(weight).toBe(weights[positives.indexOf(positiveText(batch, k))]);
    }
  });

  it("gives every positive once and its negatives beside it under bce, the last batch short", () => {
    const source = sourceOf();
    expect(samplesPerEpoch(source)).toBe(28); // 7 positives x (1 + 3)
    expect(stepsPerEpoch(source)).toBe(6); // five of 5 and one of 3
    expect(drawBatch(source, epochDraws(source, 0), 5).length).toBe(3);
    const samples = epochOf(source, 0);
    expect(samples.filter((sample) => sample.endsWith(" 1")).sort()).toEqual(
      positives.map((pair) => `${pair} 1`).sort(),
    );
    const negatives = samples.filter((sample) => sample.endsWith(" 0")).map((sample) => sample.split(" ").map(Number));
    expect(negatives).toHaveLength(21);
    for (const [user, item] of negatives) expect(isSeen(user!, item!)).toBe(false);
    for (let user = 0; user < 4; user++) {
      const owned = interactions.userColumn.filter((owner) => owner === user).length;
      expect(negatives.filter(([owner]) => owner === user)).toHaveLength(3 * owned);
    }
  });

  it("sets every positive against its own negatives under bpr", () => {
    const samples = epochOf(sourceOf({ loss: "bpr", negativesPerPositive: 2 }), 0);
    expect(samples.map((sample) => sample.split(" > ")[0]).sort()).toEqual([...positives, ...positives].sort());
    for (const sample of samples) {
      const [pair, negative] = sample.split(" > ");
      expect(isSeen(Number(pair!.split(" ")[0]), Number(negative))).toBe(false);
    }
  });

  it("sets every positive among all of its negatives under softmax, one sample a positive", () => {
    const source = sourceOf({ loss: "softmax", negativesPerPositive: 2 });
    expect(samplesPerEpoch(source)).toBe(7);
    expect(stepsPerEpoch(source)).toBe(2);
    const lists = epochOf(source, 0);
    expect(lists.map((sample) => sample.split(" > ")[0]).sort()).toEqual([...positives].sort());
    // The draws of the other losses: (user, positive) against each.
    const pairs = epochOf(sourceOf({ loss: "bpr", negativesPerPositive: 2 }), 0);
    expect(
      lists
        .flatMap((sample) => {
          const [pair, others] = sample.split(" > ");
          return others!.split(" ").map((other) => `${pair} > ${other}`);
        })
        .sort(),
    ).toEqual([...pairs].sort());
  });

  it("gives the same samples in the same order whatever the batch size", () => {
    const whole = epochOf(sourceOf({ batchSize: 1000 }), 2);
    for (const batchSize of [1, 4, 28]) expect(epochOf(sourceOf({ batchSize }), 2)).toEqual(whole);
  });

  it("redraws order and negatives every epoch and for every seed", () => {
    const first = epochOf(sourceOf(), 0);
    for (const other of [epochOf(sourceOf(), 1), epochOf(sourceOf({ seed: 2 }), 0)]) {
      expect(other).not.toEqual(first);
      expect([...other].sort()).not.toEqual([...first].sort()); // not only the order differs
    }
    expect(epochOf(sourceOf(), 0)).toEqual(first);
  });

  it("keeps a row's first negatives when more are drawn, and shares them between the losses", () => {
    const few = new Set(epochOf(sourceOf({ negativesPerPositive: 1 }), 0));
    const many = new Set(epochOf(sourceOf({ negativesPerPositive: 3 }), 0));
    for (const sample of few) expect(many.has(sample)).toBe(true);
    for (const sample of epochOf(sourceOf({ loss: "bpr", negativesPerPositive: 3 }), 0)) {
      const [pair, negative] = sample.split(" > ");
      expect(many.has(`${pair!.split(" ")[0]} ${negative} 0`)).toBe(true);
    }
  });

  it("draws each row's negatives on their own, also for rows of one user", () => {
    const rows = 50;
    const one: Interactions = {
      users: 1,
      items: 100_000,
      length: rows,
      userColumn: new Uint32Array(rows),
      itemColumn: Uint32Array.from({ length: rows }, (_, row) => row),
      weights: null,
    };
    const source = sourceOf({
      interactions: one,
      seen: groupItemsByUser(one),
      negativesPerPositive: 2,
      batchSize: 150,
    });
    const negatives = epochOf(source, 0).filter((sample) => sample.endsWith(" 0"));
    expect(new Set(negatives).size).toBeGreaterThan(95); // 100 of 99,950: about 0.05 repeats expected
  });

  it("mixes positives and negatives in each batch rather than sorting them", () => {
    const source = sourceOf({ negativesPerPositive: 1, batchSize: 7 });
    const batch = drawBatch(source, epochDraws(source, 0), 0);
    const labels = batch.kind === "pointwise" ? [...batch.labels] : [];
    expect(new Set(labels)).toEqual(new Set([0, 1]));
  });

  it.each([-1, 6, 0.5, Number.NaN])("refuses step %p of an epoch of 6", (step) => {
    const source = sourceOf();
    expect(() => drawBatch(source, epochDraws(source, 0), step)).toThrow(/expected 0 to 5/);
  });
});

describe("checkBatchSource", () => {
  it("accepts what can be drawn, no negatives at all under bce included", () => {
    expect(() => checkBatchSource(sourceOf())).not.toThrow();
    expect(() => checkBatchSource(sourceOf({ negativesPerPositive: 0 }))).not.toThrow();
  });

  it("names every setting that cannot be", () => {
    const broken = sourceOf({ loss: "bpr", negativesPerPositive: 0, batchSize: 0 });
    expect(() => checkBatchSource(broken)).toThrow(ConfigError);
    expect(() => checkBatchSource(broken)).toThrow(/negativesPerPositive is 0.*at least 1 under bpr\nbatchSize is 0/s);
  });

  it("refuses an epoch beyond 2^32 samples, no interactions, and seen items of other users", () => {
    expect(() => checkBatchSource(sourceOf({ negativesPerPositive: 2 ** 31 }))).toThrow(/at most 2\^32/);
    const none = { ...interactions, length: 0, userColumn: new Uint32Array(0), itemColumn: new Uint32Array(0) };
    expect(() => checkBatchSource(sourceOf({ interactions: none }))).toThrow(/no training interactions/);
    const seen = groupItemsByUser({ ...none, users: 3 });
    expect(() => checkBatchSource(sourceOf({ seen }))).toThrow(/grouped for 3 users, expected the 4/);
  });
});

/**
 * The contract of fold-in with training: at any row, the slope of a person's loss is the mean over draws of the slope
 * that training gives the same person's row.
 */
import { describe, expect, it } from "@jest/globals";
import { lossOfRun } from "../../../pipelines/fold-in/loss-of-run.ts";
import { groupItemsByUser, type Interactions } from "../../../src/dataset/interaction-dataset.ts";
import { countsOf } from "../../../src/dataset/popularity-draws.ts";
import {
  type BatchSource,
  drawBatch,
  epochDraws,
  logQOf,
  samplesPerEpoch,
} from "../../../src/dataset/training-batches.ts";
import { referenceEngine } from "../../../src/engine/reference/reference-engine.ts";
import { personLoss } from "../../../src/fold-in/person-loss.ts";
import { openPersonScores } from "../../../src/fold-in/person-scores.ts";
import { rowDirection } from "../../../src/fold-in/row-direction.ts";
import { rowLayout, tableOf } from "../../../src/fold-in/row-layout.ts";
import { standInsFor } from "../../../src/fold-in/stand-ins.ts";
import { initializeParameters } from "../../../src/ranker/initialize.ts";
import type { LossConfig } from "../../../src/ranker/loss.ts";
import type { RankerSpec } from "../../../src/ranker/ranker-spec.ts";
import { withoutCosine } from "../../../src/ranker/unit-rows.ts";
import { optionsOf } from "../../support/engines/engine-cases.ts";
import { noPaths } from "../../support/engines/no-paths.ts";

/** Item i is taken more often the lower it is. User 0 takes items 0, 2 and 9, of weights 1, 2 and 3. */
const taken = [
  [0, 2, 9],
  [0, 1, 2, 3, 4],
  [0, 1, 2],
  [0, 1, 5, 6],
  [0, 3, 7, 8, 10, 11],
];
const pairs = taken.flatMap((items, user) => items.map((item) => ({ user, item })));
const interactions: Interactions = {
  users: 5,
  items: 12,
  userColumn: Uint32Array.from(pairs, ({ user }) => user),
  itemColumn: Uint32Array.from(pairs, ({ item }) => item),
  weights: Float32Array.from(pairs, ({ user }, k) => (user === 0 ? k + 1 : 1)),
  length: pairs.length,
};
const normal = { name: "normal", scale: 0.7 } as const;
const initializers = { embedding: normal, dense: normal, head: normal, bias: normal };
const plain: RankerSpec = { ...noPaths, users: 5, items: 12, dot: 3, idBiases: true };

interface Case {
  readonly name: string;
  readonly loss: LossConfig["name"];
  readonly from: BatchSource["negativesFrom"];
  readonly power: number;
  readonly negatives: number;
  readonly spec: RankerSpec;
  /** By how much of the slope the logarithm of a mean may differ from the mean of logarithms; 0 of other losses. */
  readonly bias: number;
}

const cosine = { ...plain, cosineTemperature: 0.5 };
const pure = { ...noPaths, users: 5, items: 12, dot: 3, cosineTemperature: 1 };
const gmf = { ...plain, gmf: 2 };
const cases: readonly Case[] = [
  { name: "bce", loss: "bce", from: "uniform", power: 0, negatives: 4, spec: plain, bias: 0 },
  { name: "bce by popularity", loss: "bce", from: "popularity", power: 0.75, negatives: 4, spec: gmf, bias: 0 },
  { name: "bce of cosines", loss: "bce", from: "uniform", power: 0, negatives: 4, spec: cosine, bias: 0 },
  { name: "bpr by popularity", loss: "bpr", from: "popularity", power: 1, negatives: 4, spec: plain, bias: 0 },
  { name: "ccl", loss: "ccl", from: "uniform", power: 0, negatives: 6, spec: pure, bias: 0 },
  { name: "ccl, shared", loss: "ccl", from: "shared", power: 0.5, negatives: 200, spec: pure, bias: 0.01 },
  { name: "softmax", loss: "softmax", from: "uniform", power: 0, negatives: 200, spec: plain, bias: 0.01 },
  {
    name: "softmax by popularity",
    loss: "softmax",
    from: "popularity",
    power: 1,
    negatives: 200,
    spec: gmf,
    bias: 0.01,
  },
  { name: "softmax, shared", loss: "softmax", from: "shared", power: 0, negatives: 200, spec: cosine, bias: 0.01 },
  {
    name: "softmax, by shares",
    loss: "softmax",
    from: "shared",
    power: 0.75,
    negatives: 200,
    spec: cosine,
    bias: 0.01,
  },
  { name: "softmax of a batch", loss: "softmax", from: "batch", power: 0, negatives: 20, spec: cosine, bias: 1e-4 },
];
const EPOCHS = 150;
const contrast = { margin: 0.1, negativeWeight: 3 };

/** By epoch, the slope of the summed loss along the row of user 0 in training. */
async function trained({ loss, from, power, negatives, spec }: Case) {
  const parameters = initializeParameters(spec, initializers, 3);
  const seen = groupItemsByUser(interactions);
  const draws = { negativesPerPositive: negatives, negativesFrom: from, negativesPower: power };
  const source: BatchSource = { interactions, seen, loss, ...draws, idDropout: 0, batchSize: 1, seed: 5 };
  const whole = { ...source, batchSize: samplesPerEpoch(source) };
  const config: LossConfig =
    loss === "softmax"
      ? { name: loss, itemLogQ: logQOf(whole) }
      : loss === "ccl"
        ? { name: loss, ...contrast }
        : { name: loss };
  const session = await referenceEngine.open(
    optionsOf(spec, loss, { start: { parameters, optimizer: null }, loss: config }),
  );
  const layout = rowLayout(spec);
  const slopes: Float64Array[] = [];
  for (let epoch = 0; epoch < EPOCHS; epoch++) {
    const batch = drawBatch(whole, epochDraws(whole, epoch), 0);
    const { gradient } = await session.gradient(batch);
    const row = new Float64Array(layout.width);
    for (const { name, start, end } of layout.tables) {
      for (let i = start; i < end; i++) row[i] = gradient.get(name)![i - start]! * batch.length;
    }
    slopes.push(row);
  }
  session.close();
  return slopes;
}

/** The slope of the person's loss along the same row. */
function folded({ loss, from, power, negatives, spec }: Case): Float64Array {
  const itemCounts = countsOf(interactions.itemColumn, 12);
  const config = { loss, negatives, negativesFrom: from, negativesPower: power, seed: 5 };
  const options = lossOfRun(loss === "ccl" ? { ...config, ccl: contrast } : config, itemCounts);
  const own = initializeParameters(spec, initializers, 3);
  const inner = withoutCosine(spec, own);
  const layout = rowLayout(spec);
  const correction = loss === "softmax" ? options.negatives.itemLogQ : null;
  const scoresOf = openPersonScores(inner.spec, inner.parameters, { layout, correction });
  const standIns = standInsFor(options.negatives, { items: Uint32Array.from({ length: 12 }, (_, i) => i), seed: 5 });
  const items = Uint32Array.from(taken[0]!);
  const { shares, perPositive } = standIns.negativesOf(items);
  const lossOf = personLoss({
    ...options,
    negativesPerPositive: perPositive,
    weights: Float64Array.of(1, 2, 3),
    shares,
  });
  const rowIn = (parameters: ReadonlyMap<string, ArrayLike<number>>): Float64Array => {
    const row = new Float64Array(layout.width);
    for (const { name, start, end } of layout.tables) {
      for (let i = start; i < end; i++) row[i] = parameters.get(name)![i - start]!;
    }
    return row;
  };
  const row = rowIn(inner.parameters);
  const [positives, others] = [scoresOf(items), scoresOf(standIns.items)];
  const [logits, otherLogits] = [new Float64Array(3), new Float64Array(12)];
  positives.score(row, logits);
  others.score(row, otherLogits);
  const [slopes, otherSlopes, gradient] = [new Float64Array(3), new Float64Array(12), new Float64Array(layout.width)];
  lossOf(logits, otherLogits, slopes, otherSlopes);
  positives.addGradient(slopes, gradient);
  others.addGradient(otherSlopes, gradient);
  const { cosineTemperature: temperature } = spec;
  if (temperature !== null) rowDirection(tableOf(layout, "userDot"), 1 / temperature).pullBack(rowIn(own), gradient);
  return gradient;
}

describe("a person's loss", () => {
  it.each(cases)("has the mean slope of training under $name", async (given) => {
    const drawn = await trained(given);
    const expected = folded(given);
    const largest = Math.max(...expected.map(Math.abs));
    expect(largest).toBeGreaterThan(0.1);
    for (const [i, slope] of expected.entries()) {
      const values = drawn.map((row) => row[i]!);
      const mean = values.reduce((sum, value) => sum + value, 0) / EPOCHS;
      const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (EPOCHS - 1);
      // Four standard errors of the mean, and float32.
      const most = 4 * Math.sqrt(variance / EPOCHS) + (given.bias + 1e-5) * largest;
      expect(Math.abs(slope - mean)).toBeLessThan(most);
    }
  });
});

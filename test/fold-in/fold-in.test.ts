/** Rows of people: by hand, at the least of their loss, the same each time, and no longer than LAWN let them be. */
import { describe, expect, it } from "@jest/globals";
import { type FoldInOptions, openFoldIn } from "../../src/fold-in/fold-in.ts";
import { personLoss } from "../../src/fold-in/person-loss.ts";
import { rowLayout } from "../../src/fold-in/row-layout.ts";
import { rowPrior } from "../../src/fold-in/row-prior.ts";
import { standInsFor } from "../../src/fold-in/stand-ins.ts";
import { openForward } from "../../src/ranker/forward.ts";
import { initializeParameters } from "../../src/ranker/initialize.ts";
import type { Parameters, RankerSpec } from "../../src/ranker/ranker-spec.ts";
import { withoutCosine } from "../../src/ranker/unit-rows.ts";
import { noPaths } from "../support/engines/no-paths.ts";

const options: FoldInOptions = {
  loss: { name: "bce" },
  negatives: { perPositive: 1, itemLogQ: null, leavesOut: false },
  seed: 1,
  heldNorms: new Map(),
  users: Uint32Array.of(0, 1),
  items: Uint32Array.of(0, 1),
};
const fourEach = { perPositive: 4, itemLogQ: null, leavesOut: false };
const indices = (count: number) => Uint32Array.from({ length: count }, (_, k) => k);

/** The row of a person, in tables of two users of whom it is the second. */
function rowOf(
  ranker: { spec: RankerSpec; parameters: Parameters },
  given: FoldInOptions,
  items: readonly number[],
  weights = items.map(() => 1),
): Float32Array {
  const tables = new Map([["userDot", new Float32Array(2 * ranker.spec.dot)]]);
  const person = { items: Uint32Array.from(items), weights: Float64Array.from(weights) };
  openFoldIn(ranker, given).solveInto(person, tables, 1);
  expect([...tables.get("userDot")!.subarray(0, ranker.spec.dot)]).toEqual(new Array(ranker.spec.dot).fill(0));
  return tables.get("userDot")!.subarray(ranker.spec.dot);
}

/** The solver ends at a hundredth of the slope it began with. */
function expectNear(value: number, expected: number): void {
  expect(Math.abs(value - expected)).toBeLessThan(0.01);
}

describe("a person's row", () => {
  const spec = { ...noPaths, users: 2, items: 2, dot: 1 };
  const parameters = new Map([
    ["userDot", Float32Array.of(-1, 1)],
    ["itemDot", Float32Array.of(1, -1)],
    ["head.bias", Float32Array.of(0)],
  ]);

  it("is where loss and prior are in balance, by hand", () => {
    // Users -1 and 1: mean 0, variance 1 (and 1e-4 besides), of which 0.3 counts. The person took item 0, item 1 is the
    // negative. With row x it costs 2 softplus(-x) + 0.3 x^2 / 2, whose slope -2 sigmoid(-x) + 0.3 x is 0 where
    // x = (2 / 0.3) / (1 + e^x): x = 1.3608, e^x = 3.8992, 6.6667 / 4.8992 = 1.3608.
    expectNear(rowOf({ spec, parameters }, options, [0])[0]!, 1.3608);
    // Of weight 3 the positive pulls three times, beside its one negative: x = (4 / 0.3) / (1 + e^x): x = 1.8351,
    // e^x = 6.2657, 13.3333 / 7.2657 = 1.8351.
    expectNear(rowOf({ spec, parameters }, options, [0], [3])[0]!, 1.8351);
  });

  it("is where a softmax and the prior are in balance, by hand", () => {
    // One negative, as bpr: softplus(-2x) + 0.3 x^2 / 2 (variance 1, and 1e-4 besides), whose slope
    // -2 sigmoid(-2x) + 0.3 x is 0 where x = (2 / 0.3) / (1 + e^(2x)): x = 0.8773, e^(2x) = 5.7806,
    // 6.6667 / 6.7806 = 0.9832; x = 0.9113 (6.1879, 0.9275); x = 0.9161 (6.2476, 0.9199); x = 0.9172 (6.2614, 0.9181).
    const softmax: FoldInOptions = { ...options, loss: { name: "softmax" } };
    expectNear(rowOf({ spec, parameters }, softmax, [0])[0]!, 0.9175);
  });

  it("is that of the mean user where nothing is learnt from", () => {
    expect(
      rowOf({ spec, parameters }, { ...options, negatives: { ...options.negatives, perPositive: 0 } }, [0], [0])[0],
    ).toBeCloseTo(0, 12);
  });

  it("is no longer than LAWN let a row grow", () => {
    const heldNorms = new Map([["userDot", 0.25]]);
    expect(rowOf({ spec, parameters }, { ...options, heldNorms }, [0])[0]).toBeCloseTo(0.25, 6);
    expect(rowOf({ spec, parameters }, { ...options, heldNorms }, [1])[0]).toBeCloseTo(-0.25, 6);
    expectNear(rowOf({ spec, parameters }, { ...options, heldNorms: new Map([["userDot", 5]]) }, [0])[0]!, 1.3608);
  });
});

describe("a person's row among many items", () => {
  const spec = { ...noPaths, users: 300, items: 60, dot: 6 };
  const parameters = initializeParameters(
    spec,
    {
      embedding: { name: "normal", scale: 1 },
      dense: { name: "zeros" },
      head: { name: "zeros" },
      bias: { name: "normal", scale: 1 },
    },
    5,
  );
  const given: FoldInOptions = { ...options, negatives: fourEach, users: indices(300), items: indices(60) };
  const taken = [3, 17, 20, 41];

  /** What the row costs: the loss of the person's samples by ranker/forward.ts, and the prior. */
  function costOf(row: Float32Array, { loss, negatives }: FoldInOptions, temperature: number | null): number {
    const cosine = { ...spec, users: 1, cosineTemperature: temperature };
    const { logit } = openForward(cosine, new Map([...parameters, ["userDot", row]]));
    const corrected = (item: number): number =>
      logit(0, item) - (loss.name === "softmax" ? (negatives.itemLogQ?.[item] ?? 0) : 0);
    const logits = Float64Array.from(taken, corrected);
    const all = Float64Array.from(given.items, corrected);
    const weights = new Float64Array(taken.length).fill(1);
    const { shares, perPositive } = standInsFor(negatives, given).negativesOf(Uint32Array.from(taken));
    const lossOf = personLoss({ loss, negativesPerPositive: perPositive, weights, shares });
    const plain = withoutCosine({ ...spec, cosineTemperature: temperature }, parameters);
    const { mean, precision } = rowPrior(rowLayout(spec), plain.parameters, given.users);
    let cost = lossOf(logits, all, new Float64Array(taken.length), new Float64Array(all.length));
    const scale = temperature === null ? 1 : 1 / (temperature * Math.hypot(...row));
    const offset = mean.map((value, i) => scale * row[i]! - value);
    for (let i = 0; i < 6; i++) {
      for (let j = 0; j < 6; j++) cost += (0.3 * offset[i]! * precision[i * 6 + j]! * offset[j]!) / 2;
    }
    return cost;
  }

  const logQ = Float32Array.from({ length: 60 }, (_, item) => Math.log((item + 1) / 1830)); // 1 + ... + 60 = 1830
  const lists = { perPositive: 40, itemLogQ: logQ, leavesOut: true };
  it.each([
    ["bce", null, fourEach],
    ["bce", null, { ...fourEach, itemLogQ: logQ }],
    ["bpr", null, fourEach],
    ["softmax", null, { ...lists, itemLogQ: null }],
    ["softmax", null, lists],
    ["bce", 0.3, fourEach],
    ["softmax", 0.3, lists],
  ] as const)("is at the least of loss and prior under %s at temperature %d", (name, temperature, negatives) => {
    const asked = { ...given, loss: { name }, negatives };
    const row = rowOf({ spec: { ...spec, cosineTemperature: temperature }, parameters }, asked, taken);
    const least = costOf(row, asked, temperature);
    // A hundredth of the first slope is left; of a cosine more, since slopes fall as the solver's numbers grow.
    const step = (temperature === null ? 0.02 : 0.06) * Math.hypot(...row);
    for (let i = 0; i < 6; i++) {
      for (const by of [-step, step]) {
        const moved = row.slice();
        moved[i]! += by;
        expect(costOf(moved, asked, temperature)).toBeGreaterThan(least);
      }
    }
  });

  it("is near the least under ccl, whose loss has corners", () => {
    const asked: FoldInOptions = {
      ...given,
      loss: { name: "ccl", margin: 0.3, negativeWeight: 5 },
      negatives: { ...lists, itemLogQ: null },
    };
    const row = rowOf({ spec: { ...spec, cosineTemperature: 1 }, parameters }, asked, taken);
    const least = costOf(row, asked, 1);
    for (let k = 0; k < 200; k++) {
      const moved = row.map((value, i) => value + 0.1 * Math.hypot(...row) * Math.sin(7 * k + 3 * i));
      expect(costOf(moved, asked, 1)).toBeGreaterThan(least);
    }
  });

  it("is of one direction whatever lengths a cosine's users have", () => {
    const cosine = { ...spec, cosineTemperature: 0.3 };
    const longer = new Map(parameters).set(
      "userDot",
      parameters.get("userDot")!.map((value) => 3 * value),
    );
    const asked: FoldInOptions = { ...given, loss: { name: "softmax" }, negatives: lists };
    const row = rowOf({ spec: cosine, parameters }, asked, taken);
    for (const [i, value] of rowOf({ spec: cosine, parameters: longer }, asked, taken).entries()) {
      expect(value).toBeCloseTo(row[i]!, 5);
    }
    // Held at another length, it says the same.
    const held = rowOf({ spec: cosine, parameters }, { ...asked, heldNorms: new Map([["userDot", 0.25]]) }, taken);
    expect(Math.hypot(...held)).toBeCloseTo(0.25, 6);
    for (const [i, value] of held.entries()) expect(value * Math.hypot(...row) * 4).toBeCloseTo(row[i]!, 5);
  });

  it("is the same each time, whatever the order of the items", () => {
    const row = rowOf({ spec, parameters }, given, taken);
    expect(rowOf({ spec, parameters }, given, taken)).toEqual(row);
    const turned = rowOf({ spec, parameters }, given, [...taken].reverse());
    // Sums in another order.
    for (const [i, value] of row.entries()) expect(turned[i]).toBeCloseTo(value, 5);
  });
});

describe("a person's row in a catalogue of more than 4,096 items", () => {
  const spec = { ...noPaths, users: 50, items: 5000, dot: 3 };
  const normal = { name: "normal", scale: 1 } as const;
  const initializers = { embedding: normal, dense: normal, head: normal, bias: normal };
  const ranker = { spec, parameters: initializeParameters(spec, initializers, 2) };
  const given = { ...options, negatives: fourEach, users: indices(50), items: indices(5000) };

  it("is solved against those nearest to it and some that are drawn by the run's seed", () => {
    const [one, again] = [rowOf(ranker, given, [7, 4711]), rowOf(ranker, given, [7, 4711])];
    expect(again).toEqual(one);
    const other = rowOf(ranker, { ...given, seed: 2 }, [7, 4711]);
    expect(other).not.toEqual(one);
    // Two draws of most of the same items say nearly the same.
    for (const [i, value] of one.entries()) expect(Math.abs(other[i]! - value)).toBeLessThan(0.1);
  });

  it("is nearly that of the whole catalogue under softmax, where the nearest items decide", () => {
    const lists = { perPositive: 1000, itemLogQ: null, leavesOut: true };
    const asked: FoldInOptions = { ...given, loss: { name: "softmax" }, negatives: lists };
    const row = rowOf(ranker, asked, [7, 4711, 23]);
    // At the row that was found, no step makes the cost over all 5,000 items much less.
    const { mean, precision } = rowPrior(rowLayout(spec), ranker.parameters, given.users);
    const costOf = (at: Float32Array): number => {
      const { logit } = openForward({ ...spec, users: 1 }, new Map([...ranker.parameters, ["userDot", at]]));
      const shares = Float64Array.from(given.items, (item) => ([7, 4711, 23].includes(item) ? 0 : 1 / 4997));
      const weights = new Float64Array(3).fill(1);
      const perPositive = (1000 * 4997) / 5000;
      const lossOf = personLoss({ loss: asked.loss, negativesPerPositive: perPositive, weights, shares });
      const logits = Float64Array.from([7, 4711, 23], (item) => logit(0, item));
      const all = Float64Array.from(given.items, (item) => logit(0, item));
      let cost = lossOf(logits, all, new Float64Array(3), new Float64Array(5000));
      const offset = mean.map((value, i) => at[i]! - value);
      for (let i = 0; i < 3; i++) {
        for (let j = 0; j < 3; j++) cost += (0.3 * offset[i]! * precision[i * 3 + j]! * offset[j]!) / 2;
      }
      return cost;
    };
    const found = costOf(row);
    for (let i = 0; i < 3; i++) {
      for (const by of [-0.05, 0.05]) {
        const moved = row.slice();
        moved[i]! += by;
        expect(costOf(moved)).toBeGreaterThan(found);
      }
    }
  });
});

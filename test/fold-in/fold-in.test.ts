/** Rows of people: by hand, at the least of their loss, the same each time, and no longer than LAWN let them be. */
import { describe, expect, it } from "@jest/globals";
import { type FoldInOptions, openFoldIn } from "../../src/fold-in/fold-in.ts";
import { personLoss } from "../../src/fold-in/person-loss.ts";
import { rowLayout } from "../../src/fold-in/row-layout.ts";
import { rowPrior } from "../../src/fold-in/row-prior.ts";
import { openForward } from "../../src/ranker/forward.ts";
import { initializeParameters } from "../../src/ranker/initialize.ts";
import type { Parameters, RankerSpec } from "../../src/ranker/ranker-spec.ts";
import { noPaths } from "../support/engines/no-paths.ts";

const options: FoldInOptions = {
  loss: "bce",
  negativesPerPositive: 1,
  seed: 1,
  heldNorms: new Map(),
  users: Uint32Array.of(0, 1),
  items: Uint32Array.of(0, 1),
};
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

  it("is that of the mean user where nothing is learnt from", () => {
    expect(rowOf({ spec, parameters }, { ...options, negativesPerPositive: 0 }, [0], [0])[0]).toBeCloseTo(0, 12);
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
  const given: FoldInOptions = { ...options, negativesPerPositive: 4, users: indices(300), items: indices(60) };
  const taken = [3, 17, 20, 41];

  /** What the row costs: the loss of the person's samples by ranker/forward.ts, and the prior. */
  function costOf(row: Float32Array, loss: "bce" | "bpr"): number {
    const { logit } = openForward({ ...spec, users: 1 }, new Map([...parameters, ["userDot", row]]));
    const logits = Float64Array.from(taken, (item) => logit(0, item));
    const all = Float64Array.from(given.items, (item) => logit(0, item));
    const isNegative = Uint8Array.from(given.items, (item) => (taken.includes(item) ? 0 : 1));
    const weights = new Float64Array(taken.length).fill(1);
    const lossOf = personLoss({ loss, negativesPerPositive: 4, weights, isNegative });
    const { mean, precision } = rowPrior(rowLayout(spec), parameters, given.users);
    let cost = lossOf(logits, all, new Float64Array(taken.length), new Float64Array(all.length));
    for (let i = 0; i < 6; i++) {
      for (let j = 0; j < 6; j++)
        cost += (0.3 * (row[i]! - mean[i]!) * precision[i * 6 + j]! * (row[j]! - mean[j]!)) / 2;
    }
    return cost;
  }

  it.each(["bce", "bpr"] as const)("is at the least of loss and prior under %s", (loss) => {
    const row = rowOf({ spec, parameters }, { ...given, loss }, taken);
    const least = costOf(row, loss);
    for (let i = 0; i < 6; i++) {
      for (const step of [-0.02, 0.02]) {
        const moved = row.slice();
        moved[i]! += step;
        expect(costOf(moved, loss)).toBeGreaterThan(least);
      }
    }
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
  it("is solved against 4,096 of them, drawn by the run's seed", () => {
    const spec = { ...noPaths, users: 50, items: 5000, dot: 3 };
    const normal = { name: "normal", scale: 1 } as const;
    const initializers = { embedding: normal, dense: normal, head: normal, bias: normal };
    const ranker = { spec, parameters: initializeParameters(spec, initializers, 2) };
    const given = { ...options, negativesPerPositive: 4, users: indices(50), items: indices(5000) };
    const [one, again] = [rowOf(ranker, given, [7, 4711]), rowOf(ranker, given, [7, 4711])];
    expect(again).toEqual(one);
    const other = rowOf(ranker, { ...given, seed: 2 }, [7, 4711]);
    expect(other).not.toEqual(one);
    // Two draws of most of the same items say nearly the same.
    for (const [i, value] of one.entries()) expect(Math.abs(other[i]! - value)).toBeLessThan(0.1);
  });
});

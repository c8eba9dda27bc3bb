/** People folded into baselines: whoever has the items of a user it was fitted to has that user's scores. */
import { describe, expect, it } from "@jest/globals";
import { fitBaseline } from "../../src/baselines/fit-baseline.ts";
import { matrixMemory } from "../../src/baselines/matrix-memory.ts";
import { type BaselineName, baselineNames } from "../../src/config/baseline-settings.ts";
import type { Interactions } from "../../src/dataset/interaction-dataset.ts";
import { peopleItemsOf } from "../../src/dataset/people-items.ts";
import { plainAlgebra } from "../../src/linear-algebra/plain-algebra.ts";
import { interactionsOf, smallDataset } from "../support/data/small-dataset.ts";
import { everyPair } from "../support/engines/every-pair.ts";

const parameters: Readonly<Record<BaselineName, Readonly<Record<string, number>>>> = {
  random: {},
  popularity: {},
  "item-knn": { neighbours: 2, shrinkage: 1 },
  "pure-svd": { factors: 2 },
  ials: { factors: 2, regularization: 0.1, unobservedWeight: 0.2, iterations: 300 },
  ease: { regularization: 2 },
};

/** Users are fewer than items, and the other way round: EASE has two ways. */
const wide = smallDataset().train;
const tall = interactionsOf(
  [
    [0, 0],
    [0, 1],
    [1, 1],
    [1, 2],
    [2, 0],
    [2, 2],
    [3, 1],
    [4, 0],
    [4, 1],
    [4, 2],
  ],
  { users: 5, items: 3 },
);

const memory = matrixMemory(() => Number.POSITIVE_INFINITY);

const fitted = (name: BaselineName, train: Interactions) =>
  fitBaseline(name, train, { parameters: parameters[name], seed: 5, algebra: plainAlgebra, memory });

describe.each(baselineNames)("%s", (name) => {
  it.each([
    ["fewer users than items", wide],
    ["more users than items", tall],
    ["weights", { ...wide, weights: Float32Array.from({ length: wide.length }, (_, row) => 1 + (row % 2)) }],
  ])("gives a person the scores of the user with the same items, of a log with %s", async (_what, train) => {
    const baseline = await fitted(name, train);
    const [own, folded] = [
      await everyPair(baseline.scorer),
      await everyPair(await baseline.foldIn(peopleItemsOf(train))),
    ];
    for (const [at, score] of own.entries()) expect(folded[at]).toBeCloseTo(score, 4); // 300 sweeps of iALS
  });

  it("gives the same scores by pairs and by catalogues", async () => {
    const { foldIn } = await fitted(name, wide);
    const scorer = await foldIn(peopleItemsOf(interactionsOf([[1, 0]], { users: 2, items: wide.items })));
    expect(scorer.users).toBe(2);
    const all = await scorer.catalogue(Uint32Array.of(1));
    const items = Uint32Array.from({ length: wide.items }, (_, item) => item);
    const pairs = await scorer.pairs(
      items.map(() => 1),
      items,
    );
    for (const [item, score] of all.entries()) expect(pairs[item]).toBeCloseTo(score, 6); // float32
  });
});

it("folds nobody's items into what KNN and EASE have learnt of items alone: no score but 0", async () => {
  for (const name of ["item-knn", "ease", "pure-svd", "ials"] as const) {
    const { foldIn } = await fitted(name, wide);
    const scorer = await foldIn(peopleItemsOf(interactionsOf([], { users: 1, items: wide.items })));
    expect([...(await scorer.catalogue(Uint32Array.of(0)))].every((score) => Math.abs(score) < 1e-12)).toBe(true);
  }
});

it("has the similarity of items by item-KNN's neighbours and by what EASE lets an item give", async () => {
  const { form } = await fitted("item-knn", wide);
  if (form.kind !== "item-weights") throw new Error("item-knn has weights of items");
  const near = form.similarInto;
  const row = new Float32Array(wide.items);
  near(0, row);
  // Users {0 2}, {0 1}, {0 1}; sizes 3 2 1; shrinkage 1: as of test/baselines/item-knn.test.ts.
  expect(row[0]).toBe(0);
  expect(row[1]).toBeCloseTo(2 / (Math.sqrt(6) + 1), 6);
  expect(row[2]).toBeCloseTo(1 / (Math.sqrt(3) + 1), 6);

  for (const train of [wide, tall]) {
    const ease = await fitted("ease", train);
    if (ease.form.kind !== "item-weights") throw new Error("ease has weights of items");
    for (let item = 0; item < train.items; item++) {
      const given = new Float32Array(train.items);
      ease.form.similarInto(item, given);
      for (let other = 0; other < train.items; other++) {
        const into = new Float32Array(train.items);
        ease.form.weightsInto(other, into); // what each gives to `other`
        expect(given[other]).toBeCloseTo(into[item]!, 5);
      }
    }
  }
});

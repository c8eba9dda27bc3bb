/** What baselines answer about whole catalogues, held against the plain twin on their own scores. */
import { expect, it } from "@jest/globals";
import fc from "fast-check";
import { fitBaseline } from "../../src/baselines/fit-baseline.ts";
import { scorerOn } from "../../src/baselines/fitted-baseline.ts";
import { matrixMemory } from "../../src/baselines/matrix-memory.ts";
import { popularityScorer } from "../../src/baselines/popularity.ts";
import { openNativeKernels } from "../../src/engine/native/native-kernels.ts";
import { plainRanks } from "../../src/evaluation/plain-ranks.ts";
import { plainAlgebra } from "../../src/linear-algebra/plain-algebra.ts";
import type { CatalogueAnswers, CatalogueQuestions, ItemLists } from "../../src/ranker/catalogue-ranks.ts";
import type { Scorer } from "../../src/ranker/scorer.ts";
import { interactionsOf } from "../support/data/small-dataset.ts";
import { describeNative } from "../support/engines/native-engine.ts";

function listsOf(lists: readonly (readonly number[])[]): ItemLists {
  const offsets = [0];
  for (const list of lists) offsets.push(offsets.at(-1)! + list.length);
  return { offsets: Uint32Array.from(offsets), items: Uint32Array.from(lists.flat()) };
}

/** Bins apart: those are sums of rounded numbers. */
async function expectTwin(scorer: Scorer, questions: CatalogueQuestions): Promise<CatalogueAnswers> {
  const { bins, ...found } = await scorer.ranks!(questions);
  const { bins: plainBins, ...plain } = await plainRanks(scorer, questions);
  expect(found).toEqual(plain);
  for (const [at, number] of plainBins?.entries() ?? []) expect(bins![at]).toBeCloseTo(number, 3);
  return { bins, ...found };
}

it("popularity counts by its order what a look at every item counts", async () => {
  const items = 9;
  const some = fc.uniqueArray(fc.nat(items - 1), { maxLength: items });
  const user = fc.record({ positives: some, masked: some });
  const taken = fc.array(fc.nat(items - 1), { minLength: 1, maxLength: 30 });
  await fc.assert(
    fc.asyncProperty(taken, fc.array(user, { minLength: 1, maxLength: 4 }), fc.nat(12), async (log, asked, k) => {
      const pairs = log.map((item): [number, number] => [0, item]);
      const scorer = popularityScorer(interactionsOf(pairs, { users: 4, items }));
      await expectTwin(scorer, {
        users: Uint32Array.from(asked.keys()),
        positives: listsOf(asked.map(({ positives }) => positives)),
        masked: listsOf(asked.map(({ masked }) => masked)),
        k,
        calibrates: true,
      });
    }),
  );
});

describeNative("baselines on the native kernels", () => {
  const [users, items] = [60, 40];
  const pairs = Array.from({ length: 700 }, (_, n): [number, number] => [
    (n * 17) % users,
    Math.floor((n * n * 13) / 7 + n) % (n % 3 === 0 ? items : 15),
  ]);
  const train = interactionsOf(pairs, { users, items });
  const memory = matrixMemory(() => Number.POSITIVE_INFINITY);
  const questions: CatalogueQuestions = {
    users: Uint32Array.from({ length: users }, (_, user) => users - 1 - user),
    positives: listsOf(Array.from({ length: users }, (_, user) => [(user * 7) % items, (user * 11 + 1) % items])),
    masked: listsOf(Array.from({ length: users }, (_, user) => [0, user % items, (user * 3) % items])),
    k: 6,
    calibrates: true,
  };

  it.each([
    ["item-knn", { neighbours: 5, shrinkage: 1 }],
    ["ease", { regularization: 10 }],
    ["pure-svd", { factors: 5 }],
    ["ials", { factors: 6, regularization: 0.01, unobservedWeight: 0.1, iterations: 3 }],
  ] as const)("%s has the ranks of its scores, on any number of threads", async (name, parameters) => {
    const fitted = await fitBaseline(name, train, { parameters, seed: 1, algebra: plainAlgebra, memory });
    const one = await expectTwin(scorerOn(fitted, openNativeKernels({ threads: 1 })), questions);
    expect(await expectTwin(scorerOn(fitted, openNativeKernels({ threads: 3 })), questions)).toEqual(one);
    // Without kernels, in float64: the same up to what near scores do.
    const { scores } = await plainRanks(scorerOn(fitted, null), questions);
    for (const [at, score] of scores.entries()) expect(one.scores[at]).toBeCloseTo(score, 4);
  });
});

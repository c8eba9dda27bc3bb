/** Ranks, lists and probabilities of whole catalogues, held against the plain twin on the engine's own scores. */
import { expect, it } from "@jest/globals";
import { openNativeEngine } from "../../../src/engine/native/native-engine.ts";
import type { NativeOptions } from "../../../src/engine/native/native-machine.ts";
import { plainRanks } from "../../../src/evaluation/plain-ranks.ts";
import type { CatalogueQuestions, ItemLists } from "../../../src/ranker/catalogue-ranks.ts";
import type { RankerSpec } from "../../../src/ranker/ranker-spec.ts";
import { float32, optionsOf, randomParameters } from "../../support/engines/engine-cases.ts";
import { describeNative, instructionSets } from "../../support/engines/native-engine.ts";

const mf = { gmf: 0, embedding: 0, tower: [], idBiases: false, cosineTemperature: null };
/** More users than go through the panels together, and items that fill two panels and a part of a third. */
const sizes = { users: 120, items: 1100 };

/** Of user n: some items by a fixed rule, most of them not ascending. */
function someItems(users: number, items: number, count: (user: number) => number): ItemLists {
  const offsets = [0];
  const chosen: number[] = [];
  for (let user = 0; user < users; user++) {
    for (let k = 0; k < count(user); k++) chosen.push((user * 37 + k * 611) % items);
    offsets.push(chosen.length);
  }
  return { offsets: Uint32Array.from(offsets), items: Uint32Array.from(chosen) };
}

function questionsOf({ users, items }: RankerSpec): CatalogueQuestions {
  return {
    users: Uint32Array.from({ length: users }, (_, user) => (user * 7) % users),
    positives: someItems(users, items, (user) => user % 5), // every third of which is masked as well
    masked: someItems(users, items, (user) => (user % 3 === 0 ? 50 : 0)),
    k: 10,
    calibrates: true,
  };
}

/** `steps` rounds the parameters, so that scores tie. */
async function bothAnswers(spec: RankerSpec, options: NativeOptions, steps: number | null = null) {
  const parameters = randomParameters(spec, float32);
  if (steps !== null) {
    for (const values of parameters.values()) for (const [k, v] of values.entries()) values[k] = Math.round(v * steps);
  }
  const start = { parameters, optimizer: null };
  const session = await openNativeEngine(options).open(optionsOf(spec, "bce", { start }));
  const questions = questionsOf(spec);
  const answers = await session.scorer.ranks(questions);
  const expected = await plainRanks(session.scorer, questions);
  session.close();
  return { answers, expected };
}

function expectSame({ answers, expected }: Awaited<ReturnType<typeof bothAnswers>>): void {
  const [{ bins, ...found }, { bins: plainBins, ...plain }] = [answers, expected];
  expect(found).toEqual(plain);
  // Sums of up to 1,100 probabilities in float32; one on the edge of a bin may fall to either side.
  const furthest = plainBins!.reduce((most, number, at) => Math.max(most, Math.abs(bins![at]! - number)), 0);
  expect(furthest).toBeLessThan(1.5);
  const total = (values: Float64Array): number => values.reduce((sum, value) => sum + value, 0);
  expect(Math.abs(total(bins!) / total(plainBins!) - 1)).toBeLessThan(1e-6);
}

describeNative("answers about catalogues of the native engine", () => {
  it.each(instructionSets)("are those of the plain twin, to the bit, at any width: %s", async (instructionSet) => {
    for (const dot of [1, 2, 3, 4, 7, 8, 11, 12, 16, 19, 24, 29, 32, 63, 64]) {
      for (const idBiases of [false, true]) {
        expectSame(await bothAnswers({ ...mf, ...sizes, dot, idBiases }, { instructionSet, threads: 2 }));
      }
    }
  });

  it.each(instructionSets)("of rankers of every kind: %s", async (instructionSet) => {
    const paths: readonly Partial<RankerSpec>[] = [
      { cosineTemperature: 0.2 },
      { gmf: 5 },
      { dot: 0, gmf: 4 },
      { embedding: 3, tower: [8, 4] },
      { dot: 0, embedding: 3, tower: [] },
    ];
    for (const path of paths) {
      const spec = { ...mf, users: 10, items: 700, dot: 6, ...path };
      expectSame(await bothAnswers(spec, { instructionSet, threads: 2 }));
    }
  });

  it("count every tie, and list equal scores by item", async () => {
    const { answers, expected } = await bothAnswers({ ...mf, ...sizes, dot: 4 }, { threads: 2 }, 2);
    expectSame({ answers, expected });
    const ties = answers.atLeast.filter((count, at) => count > answers.above[at]!);
    expect(ties.length).toBeGreaterThan(answers.atLeast.length / 2);
  });

  it("are the same bits on any number of threads", async () => {
    const spec = { ...mf, ...sizes, users: 300, dot: 16, idBiases: true };
    const one = await bothAnswers(spec, { threads: 1 });
    expect((await bothAnswers(spec, { threads: 3 })).answers).toEqual(one.answers);
  });

  it("tell whose scores are no numbers", async () => {
    for (const path of [{ dot: 4 }, { dot: 4, gmf: 2 }]) {
      const spec = { ...mf, users: 3, items: 600, ...path };
      const parameters = randomParameters(spec, float32);
      parameters.get("userDot")?.fill(Number.NaN, 4, 5); // the second user's
      const start = { parameters, optimizer: null };
      const { scorer } = await openNativeEngine().open(optionsOf(spec, "bce", { start }));
      const questions = { ...questionsOf(spec), users: Uint32Array.of(0, 1, 2) };
      expect([...(await scorer.ranks(questions)).notNumbers]).toEqual([0, 600, 0]);
    }
  });

  it("need sensible questions", async () => {
    const spec = { ...mf, users: 3, items: 6, dot: 2 };
    const { scorer } = await openNativeEngine().open(optionsOf(spec, "bce"));
    const none = { offsets: new Uint32Array(2), items: new Uint32Array(0) };
    const asked = { users: Uint32Array.of(1), positives: none, masked: none, k: 0, calibrates: false };
    const outside = { offsets: Uint32Array.of(0, 1), items: Uint32Array.of(6) };
    await expect(scorer.ranks({ ...asked, k: -1 })).rejects.toThrow("k is -1");
    await expect(scorer.ranks({ ...asked, positives: outside })).rejects.toThrow("positives.items[0] is 6");
    await expect(scorer.ranks({ ...asked, masked: outside })).rejects.toThrow("masked.items[0] is 6");
    await expect(scorer.ranks({ ...asked, users: Uint32Array.of(3) })).rejects.toThrow("users[0] is 3");
  });
});

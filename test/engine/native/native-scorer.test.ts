/** Scores of the native engine, and the best items chosen from them. */
import { expect, it } from "@jest/globals";
import { openNativeEngine } from "../../../src/engine/native/native-engine.ts";
import { parametersOf, type RankerSpec } from "../../../src/ranker/ranker-spec.ts";
import {
  everything,
  float32,
  optionsOf,
  randomBatch,
  randomParameters,
  rankerCases,
} from "../../support/engines/engine-cases.ts";
import { describeNative, instructionSets } from "../../support/engines/native-engine.ts";
import { rankerCases as widerCases } from "../../support/engines/ranker-cases.ts";

const many: RankerSpec = {
  users: 30,
  items: 500,
  dot: 3,
  gmf: 5,
  embedding: 7,
  tower: [18, 5],
  idBiases: true,
  cosineTemperature: null,
};

describeNative("scores of the native engine", () => {
  it.each(rankerCases)("are the same bits alone, in pairs and in the catalogue: $name", async ({ spec }) => {
    const session = await openNativeEngine().open(optionsOf(spec, "bce"));
    const users = Uint32Array.from({ length: spec.users }, (_, user) => user);
    const catalogue = await session.scorer.catalogue(users);
    const pairUsers = Uint32Array.from(catalogue, (_, k) => Math.floor(k / spec.items));
    const pairItems = Uint32Array.from(catalogue, (_, k) => k % spec.items);
    expect(await session.scorer.pairs(pairUsers, pairItems)).toEqual(catalogue);
    for (let k = 0; k < catalogue.length; k += 3) {
      const [alone] = await session.scorer.pairs(pairUsers.slice(k, k + 1), pairItems.slice(k, k + 1));
      expect(alone).toBe(catalogue[k]);
    }
    session.close();
  });

  it.each([
    { dot: 1, idBiases: true, cosineTemperature: null },
    { dot: 37, idBiases: false, cosineTemperature: null },
    { dot: 64, idBiases: true, cosineTemperature: 0.1 },
  ])("are so for dot products in tiles of users and items that leave some over: $dot", async (paths) => {
    const spec: RankerSpec = { users: 29, items: 1039, gmf: 0, embedding: 0, tower: [], ...paths };
    const users = Uint32Array.from({ length: spec.users }, (_, user) => user);
    for (const instructionSet of instructionSets) {
      const session = await openNativeEngine({ threads: 2, instructionSet }).open(optionsOf(spec, "bce"));
      const catalogue = await session.scorer.catalogue(users);
      const pairUsers = Uint32Array.from(catalogue, (_, k) => Math.floor(k / spec.items));
      const pairItems = Uint32Array.from(catalogue, (_, k) => k % spec.items);
      expect(await session.scorer.pairs(pairUsers, pairItems)).toEqual(catalogue);
      session.close();
    }
  });

  it("follow the parameters: those after a step, not those before", async () => {
    const session = await openNativeEngine().open(optionsOf(everything, "bce"));
    const ask = (): Promise<Float32Array> => session.scorer.catalogue(Uint32Array.of(0, 1));
    const before = await ask();
    await session.step(randomBatch(everything, "bce"), 0.1);
    const resumed = await openNativeEngine().open(optionsOf(everything, "bce", { start: await session.snapshot() }));
    const after = await ask();
    expect(after).not.toEqual(before);
    expect(after).toEqual(await resumed.scorer.catalogue(Uint32Array.of(0, 1)));
    session.close();
    resumed.close();
  });

  it("of no users are no scores", async () => {
    const session = await openNativeEngine().open(optionsOf(everything, "bce"));
    expect(await session.scorer.catalogue(new Uint32Array(0))).toHaveLength(0);
    expect(await session.scorer.pairs(new Uint32Array(0), new Uint32Array(0))).toHaveLength(0);
    session.close();
  });
});

describeNative("the best items of the native engine", () => {
  it("are those of a full sort, without the masked ones", async () => {
    const session = await openNativeEngine({ threads: 2 }).open(optionsOf(many, "bce"));
    const users = Uint32Array.of(3, 29, 3, 0);
    const maskedOf = [[], [0, 7, 499], [1, 2, 3, 250], Array.from({ length: 495 }, (_, item) => item)];
    const offsets = Uint32Array.of(0, 0, 3, 7, 502);
    const k = 10;
    const found = await session.scorer.top({ users, k, masked: { offsets, items: Uint32Array.from(maskedOf.flat()) } });
    const catalogue = await session.scorer.catalogue(users);
    for (const [row, masked] of maskedOf.entries()) {
      const scores = catalogue.subarray(row * many.items, (row + 1) * many.items);
      const order = Array.from({ length: many.items }, (_, item) => item)
        .filter((item) => !masked.includes(item))
        .sort((a, b) => scores[b]! - scores[a]! || a - b)
        .slice(0, k);
      const padding = Array<number>(k - order.length).fill(2 ** 32 - 1); // the last user has five items left
      expect([...found.items.subarray(row * k, (row + 1) * k)]).toEqual([...order, ...padding]);
      const expectedScores = [...order.map((item) => scores[item]!), ...padding.map(() => Number.NEGATIVE_INFINITY)];
      expect([...found.scores.subarray(row * k, (row + 1) * k)]).toEqual(expectedScores);
    }
    session.close();
  });

  it("of a ranker that scores all alike are the first ones", async () => {
    const parameters = new Map([...randomParameters(many, float32)].map(([name, values]) => [name, values.fill(0)]));
    const session = await openNativeEngine().open(optionsOf(many, "bce", { start: { parameters, optimizer: null } }));
    const { items } = await session.scorer.top({ users: Uint32Array.of(4), k: 5 });
    expect([...items]).toEqual([0, 1, 2, 3, 4]);
    session.close();
  });

  it("need a sensible request", async () => {
    const { scorer } = await openNativeEngine().open(optionsOf(everything, "bce"));
    const users = Uint32Array.of(0, 1);
    const masked = (offsets: number[], items: number[]) => ({
      users,
      k: 2,
      masked: { offsets: Uint32Array.from(offsets), items: Uint32Array.from(items) },
    });
    await expect(scorer.top({ users, k: 0 })).rejects.toThrow("k is 0, expected a whole number of at least 1");
    await expect(scorer.top({ users: Uint32Array.of(5), k: 1 })).rejects.toThrow(
      "users[0] is 5, expected an index below 5",
    );
    await expect(scorer.top(masked([0, 1], [1]))).rejects.toThrow("masked.offsets has 2 values, expected 3");
    await expect(scorer.top(masked([0, 2, 1], [1, 2]))).rejects.toThrow("masked.offsets[2] goes down");
    await expect(scorer.top(masked([0, 1, 9], [1]))).rejects.toThrow(
      "masked.offsets ends at 9, beyond the 1 masked items",
    );
    await expect(scorer.top(masked([0, 1, 1], [7]))).rejects.toThrow("masked.items[0] is 7, expected an index below 7");
  });
});

describeNative("where items stand, by the native engine", () => {
  const lists = (rows: readonly (readonly number[])[]) => ({
    offsets: Uint32Array.from([0, ...rows.map((_, row) => rows.slice(0, row + 1).flat().length)]),
    items: Uint32Array.from(rows.flat()),
  });

  it.each(widerCases({ users: 21, items: 70 }))("is counted as in the catalogue: $name", async ({ spec }) => {
    const parameters = randomParameters(spec, float32);
    // Items 20 and up are alike in everything, so that many scores are equal.
    for (const { name, shape } of parametersOf(spec)) {
      const width = shape[0] === spec.items ? (shape[1] ?? 1) : 0;
      const values = parameters.get(name)!;
      for (let at = 20 * width; at < spec.items * width; at++) values[at] = values[19 * width + (at % width)]!;
    }
    const options = optionsOf(spec, "bce", { start: { parameters, optimizer: null } });
    const { scorer, close } = await openNativeEngine({ threads: 2 }).open(options);
    const users = Uint32Array.from({ length: 19 }, (_, row) => (row * 5) % spec.users);
    const positives = Array.from(users, (user) => [user, 25, 69].slice(0, 1 + (user % 3)));
    const masked = Array.from(users, (user) => [1, 2, user, 30, 31].slice(0, user % 6));
    const found = await scorer.standings({ users, positives: lists(positives), masked: lists(masked) });
    const scores = await scorer.catalogue(users);
    const expected = positives.flatMap((own, row) => {
      const scoreOf = (item: number) => scores[row * spec.items + item]!;
      const others = [...Array(spec.items).keys()].filter((item) => ![...own, ...masked[row]!].includes(item));
      return own.map((item) => ({
        score: scoreOf(item),
        above: others.filter((other) => scoreOf(other) > scoreOf(item)).length,
        equal: others.filter((other) => scoreOf(other) === scoreOf(item)).length,
      }));
    });
    expect([...found!.scores]).toEqual(expected.map(({ score }) => score));
    expect([...found!.above]).toEqual(expected.map(({ above }) => above));
    expect([...found!.equal]).toEqual(expected.map(({ equal }) => equal));
    close();
  });

  it("is nowhere once a score is NaN", async () => {
    const parameters = randomParameters(many, float32);
    parameters.get("head.bias")!.fill(NaN);
    const options = optionsOf(many, "bce", { start: { parameters, optimizer: null } });
    const { scorer, close } = await openNativeEngine().open(options);
    const request = { users: Uint32Array.of(4), positives: lists([[7]]), masked: lists([[]]) };
    expect(await scorer.standings(request)).toBeNull();
    close();
  });

  it("needs a sensible request", async () => {
    const { scorer, close } = await openNativeEngine().open(optionsOf(everything, "bce"));
    const ask = (user: number, positives: number[], masked: number[]) =>
      scorer.standings({ users: Uint32Array.of(user), positives: lists([positives]), masked: lists([masked]) });
    await expect(ask(5, [0], [])).rejects.toThrow("users[0] is 5, expected an index below 5");
    await expect(ask(0, [7], [])).rejects.toThrow("positives.items[0] is 7, expected an index below 7");
    await expect(ask(0, [6], [8])).rejects.toThrow("masked.items[0] is 8, expected an index below 7");
    close();
  });
});

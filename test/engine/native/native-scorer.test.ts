/** Scores of the native engine, and the best items chosen from them. */
import { expect, it } from "@jest/globals";
import { openNativeEngine } from "../../../src/engine/native/native-engine.ts";
import type { RankerSpec } from "../../../src/ranker/ranker-spec.ts";
import {
  everything,
  float32,
  optionsOf,
  randomBatch,
  randomParameters,
  rankerCases,
} from "../../support/engines/engine-cases.ts";
import { describeNative } from "../../support/engines/native-engine.ts";

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

/** Scoring sessions: the scores of the engines that train, without what trains. */
import { describe, expect, it } from "@jest/globals";
import { openEngine } from "../../src/engine/open-engine.ts";
import { openScoring } from "../../src/engine/open-scoring.ts";
import { describeNative } from "../support/engines/native-engine.ts";
import { sgd } from "../support/engines/plain-sgd.ts";
import { rankerCases } from "../support/engines/ranker-cases.ts";

const cases = rankerCases({ users: 6, items: 50 });
const pairs = { users: Uint32Array.of(0, 5, 3, 3), items: Uint32Array.of(49, 0, 7, 7) };
const request = {
  users: Uint32Array.of(4, 1),
  k: 5,
  masked: { offsets: Uint32Array.of(0, 3, 3), items: Uint32Array.of(0, 10, 20) },
};

describe("the reference scoring session", () => {
  it.each(cases.map((ranker) => [ranker.name, ranker] as const))(
    "scores %s as the reference engine does",
    async (_, ranker) => {
      const session = openScoring(ranker, { engine: "reference" });
      const training = await (await openEngine("reference")).open({
        ...sgd,
        spec: ranker.spec,
        start: { parameters: ranker.parameters, optimizer: null },
      });
      expect(await session.pairs(pairs.users, pairs.items)).toEqual(
        await training.scorer.pairs(pairs.users, pairs.items),
      );
      const catalogue = await training.scorer.catalogue(request.users);
      const { items, scores } = await session.top(request);
      for (const [row, without] of [[0, 10, 20], []].entries()) {
        const all = catalogue.subarray(row * 50, (row + 1) * 50);
        const expected = Array.from(all.keys())
          .filter((item) => !without.includes(item))
          .sort((a, b) => all[b]! - all[a]!)
          .slice(0, 5);
        expect([...items.subarray(row * 5, (row + 1) * 5)]).toEqual(expected);
        expect([...scores.subarray(row * 5, (row + 1) * 5)]).toEqual(expected.map((item) => all[item]));
      }
      training.close();
    },
  );

  it("fills up where fewer items are left, and answers nothing once closed", async () => {
    const session = openScoring(cases[0]!, { engine: "reference" });
    const { items, scores } = await session.top({ users: Uint32Array.of(0), k: 52 });
    expect([...items.subarray(50)]).toEqual([4_294_967_295, 4_294_967_295]);
    expect(scores[51]).toBe(Number.NEGATIVE_INFINITY);
    session.close();
    await expect(session.pairs(pairs.users, pairs.items)).rejects.toThrow("is closed");
    await expect(session.top(request)).rejects.toThrow("is closed");
  });
});

describeNative("the native scoring session", () => {
  it.each(cases.map((ranker) => [ranker.name, ranker] as const))(
    "scores %s to the bit as the native engine does",
    async (_, ranker) => {
      const session = openScoring(ranker, { engine: "native" });
      const training = await (await openEngine("native")).open({
        ...sgd,
        spec: ranker.spec,
        start: { parameters: ranker.parameters, optimizer: null },
      });
      expect(await session.pairs(pairs.users, pairs.items)).toEqual(
        await training.scorer.pairs(pairs.users, pairs.items),
      );
      const { items, scores } = await session.top(request);
      const catalogue = await training.scorer.catalogue(request.users);
      expect([...scores]).toEqual(Array.from(items, (item, at) => catalogue[Math.floor(at / 5) * 50 + item]));
      // Items agree with the plain loops: these scores are further apart than float32 rounding.
      expect([...items]).toEqual([...(await openScoring(ranker, { engine: "reference" }).top(request)).items]);
      training.close();
    },
  );

  it("answers what was asked before it was closed, and nothing afterwards", async () => {
    const session = openScoring(cases[0]!, { engine: "native", threads: 1 });
    expect(session.description).toContain("1 thread");
    const asked = [session.pairs(pairs.users, pairs.items), session.pairs(pairs.users, pairs.items)];
    session.close();
    session.close();
    const [first, second] = await Promise.all(asked);
    expect(first).toEqual(second);
    await expect(session.pairs(pairs.users, pairs.items)).rejects.toThrow("is closed");
  });

  it("refuses indices beyond the ranker and float64 parameters", async () => {
    const session = openScoring(cases[0]!, { engine: "native" });
    await expect(session.pairs(Uint32Array.of(6), Uint32Array.of(0))).rejects.toThrow("users[0] is 6");
    const { spec, parameters } = cases[0]!;
    const wide = new Map([...parameters].map(([name, values]) => [name, Float64Array.from(values)]));
    expect(() => openScoring({ spec, parameters: wide }, { engine: "native" })).toThrow("is not float32");
  });
});

/** The bundled sample: a log like real ones, whose best possible ranking is known and leaves room above popularity. */
import { describe, expect, it } from "@jest/globals";
import { groupItemsByUser, type Interactions } from "../../../src/dataset/interaction-dataset.ts";
import { sampleCandidates } from "../../../src/dataset/sample-candidates.ts";
import { type SampleRow, sampleLogRows, sampleLogText } from "../../../src/interactions/sample/sample-log.ts";
import { BUNDLED_SAMPLE } from "../../../src/interactions/sample/sample-taste.ts";
import { sampleLogOracle } from "../../support/data/sample-log-oracle.ts";

const rows = sampleLogRows(BUNDLED_SAMPLE);

describe("the bundled sample", () => {
  it("is a pure function of its shape", () => {
    const small = { seed: 7, users: 20, items: 60, interactions: 500 };
    expect(sampleLogText(small)).toBe(sampleLogText(small));
    expect(sampleLogText({ ...small, seed: 8 })).not.toBe(sampleLogText(small));
  });

  it("has about a thousand users, 800 items and 60,000 lines of ratings.dat", () => {
    expect(new Set(rows.map(({ userId }) => userId)).size).toBe(1_000);
    expect(new Set(rows.map(({ itemId }) => itemId)).size).toBeGreaterThan(780);
    expect(Math.abs(rows.length - 60_000)).toBeLessThanOrEqual(1_000); // a rounding a user
    const lines = sampleLogText(BUNDLED_SAMPLE).split("\n");
    expect(lines.pop()).toBe("");
    expect(lines.filter((line) => !/^\d+::\d+::[1-5]::\d{10}$/.test(line))).toEqual([]);
  });

  it("has no pair twice, no two moments alike within a user, and at least 20 rows of each", () => {
    for (const history of byUser(rows).values()) {
      expect(new Set(history.map(({ itemId }) => itemId)).size).toBe(history.length);
      expect(new Set(history.map(({ timestampSeconds }) => timestampSeconds)).size).toBe(history.length);
      expect(history.length).toBeGreaterThanOrEqual(20);
    }
  });

  it("makes readers work: ids have gaps and no order, rows are not in order of time", () => {
    expect(Math.max(...rows.map(({ itemId }) => itemId))).toBeGreaterThan(2 * 800);
    const [history] = byUser(rows).values();
    const times = history!.map(({ timestampSeconds }) => timestampSeconds);
    expect(times).not.toEqual([...times].sort((a, b) => a - b));
  });

  it("leaves a ranker much to learn: popularity is far below the ceiling", () => {
    const { popularity, oracle } = hitRates();
    // Deviations of a share over 1,000 users are below .016; the bounds are what the constants were chosen for.
    expect(popularity).toBeGreaterThan(0.35);
    expect(popularity).toBeLessThan(0.47);
    expect(oracle).toBeGreaterThan(0.75);
    expect(oracle).toBeLessThan(0.86);
  });

  it("has an oracle that refuses unknown users", () => {
    expect(() => sampleLogOracle(BUNDLED_SAMPLE)(1_000_000, 1, 1_000_000_000)).toThrow(
      "is not of the sample with seed 42",
    );
  });
});

/** HR@10 of each user's newest item against 99 sampled ones, ties against. */
function hitRates(): { readonly popularity: number; readonly oracle: number } {
  const histories = [...byUser(rows).values()].map((history) =>
    history.toSorted((a, b) => a.timestampSeconds - b.timestampSeconds),
  );
  const itemIds = [...new Set(rows.map(({ itemId }) => itemId))];
  const places = new Map(itemIds.map((id, place) => [id, place]));
  const interactionsOf = (parts: readonly (readonly SampleRow[])[]): Interactions => ({
    users: histories.length,
    items: itemIds.length,
    length: parts.reduce((sum, part) => sum + part.length, 0),
    userColumn: Uint32Array.from(parts.flatMap((part, user) => part.map(() => user))),
    itemColumn: Uint32Array.from(parts.flatMap((part) => part.map(({ itemId }) => places.get(itemId)!))),
    weights: null,
  });
  const newest = histories.map((history) => history.at(-1)!);
  const evaluated = interactionsOf(newest.map((row) => [row]));
  const train = interactionsOf(histories.map((history) => history.slice(0, -1)));
  const candidates = sampleCandidates({
    split: "test",
    evaluated,
    seen: groupItemsByUser(train, evaluated),
    count: 99,
    seed: 1,
  });
  const counts = new Uint32Array(itemIds.length);
  for (const item of train.itemColumn) counts[item]!++;
  const truth = sampleLogOracle(BUNDLED_SAMPLE);

  const hitRate = (score: (user: number, item: number) => number): number => {
    const hits = Array.from(candidates.users, (user, place) => {
      const own = score(user, candidates.positives[place]!);
      const others = candidates.negatives.subarray(99 * place, 99 * (place + 1));
      return others.filter((item) => score(user, item) >= own).length < 10;
    });
    return hits.filter(Boolean).length / hits.length;
  };
  return {
    popularity: hitRate((_, item) => counts[item]!),
    oracle: hitRate((user, item) => truth(newest[user]!.userId, itemIds[item]!, newest[user]!.timestampSeconds)),
  };
}

function byUser(log: readonly SampleRow[]): Map<number, SampleRow[]> {
  const histories = new Map<number, SampleRow[]>();
  for (const row of log) histories.set(row.userId, [...(histories.get(row.userId) ?? []), row]);
  return histories;
}

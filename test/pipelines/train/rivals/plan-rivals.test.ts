/** Which baselines a training has time for. */
import { describe, expect, it } from "@jest/globals";
import { planRivals } from "../../../../pipelines/train/rivals/plan-rivals.ts";
import type { LogSizes } from "../../../../src/baselines/fitting-seconds.ts";

const tiny: LogSizes = {
  users: 300,
  items: 200,
  rows: 3300,
  squares: 76_000,
  scores: 30_000,
  isFull: false,
  threads: 2,
};
const enough = { needed: 1e9, free: 4e9 };
const wide: LogSizes = { ...tiny, users: 30_000, items: 41_000, rows: 820_000, squares: 1e8, scores: 3e6 };

describe("planRivals", () => {
  it("tries every small grid on a small log", () => {
    const { rivals, leftOut } = planRivals("fast", tiny, enough);
    expect(rivals.map(({ name, tried }) => [name, tried.length])).toEqual([
      ["popularity", 1],
      ["ease", 3],
      ["item-knn", 4],
      ["ials", 4],
      ["pure-svd", 2],
    ]);
    expect(leftOut).toEqual([]);
  });

  it("leaves out what would take long, and says about how long", () => {
    // Plain loops: 15,000^3 x 2e-9 s = 6,750 s, which is 1.9 h.
    const { rivals, leftOut } = planRivals("fast", { ...wide, items: 15_000, threads: null }, enough);
    expect(rivals.map(({ name }) => name)).not.toContain("ease");
    expect(leftOut).toContainEqual({ name: "ease", reason: "about 2 h" });
  });

  it("has no map of items where its matrix does not fit, whatever was asked", () => {
    for (const asked of ["fast", "all"] as const) {
      expect(planRivals(asked, wide, { needed: 6.72e9, free: 1.44e9 }).leftOut).toContainEqual({
        name: "ease",
        reason: "needs 6.7 GB of memory, and 1.4 GB are free",
      });
    }
  });

  it("takes the grids of evaluate where all was asked", () => {
    const { rivals, leftOut } = planRivals("all", { ...wide, items: 15_000 }, enough);
    expect(rivals.map(({ name, tried }) => [name, tried.length])).toEqual([
      ["popularity", 1],
      ["ease", 6],
      ["item-knn", 15],
      ["ials", 56],
      ["pure-svd", 5],
    ]);
    expect(leftOut).toEqual([]);
  });
});

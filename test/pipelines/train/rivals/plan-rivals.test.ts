/** Which baselines a training has time for. */
import { describe, expect, it } from "@jest/globals";
import { planRivals } from "../../../../pipelines/train/rivals/plan-rivals.ts";
import type { LogSizes } from "../../../../src/baselines/fitting-seconds.ts";

const tiny: LogSizes = {
  users: 300,
  items: 200,
  rows: 3300,
  squares: 76_000,
  scores: { validation: 30_000, test: 30_000 },
  isFull: false,
  foldsIn: false,
  threads: 2,
};
const enough = { memory: { needed: 1e9, free: 4e9 }, refits: false };
const wide: LogSizes = {
  ...tiny,
  users: 30_000,
  items: 41_000,
  rows: 820_000,
  squares: 1e8,
  scores: { validation: 3e6, test: 3e6 },
};

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
      expect(
        planRivals(asked, wide, { memory: { needed: 6.72e9, free: 1.44e9 }, refits: false }).leftOut,
      ).toContainEqual({
        name: "ease",
        reason: "needs 6.7 GB of memory, and 1.4 GB are free",
      });
    }
  });

  it("counts the ranking of both splits, and by plain loops of people who are folded in", () => {
    const sizes: LogSizes = { ...wide, isFull: true, threads: 1 };
    const leftOutOf = (changed: Partial<LogSizes>): string | undefined =>
      planRivals("fast", { ...sizes, ...changed }, enough).leftOut.find(({ name }) => name === "pure-svd")?.reason;
    expect(leftOutOf({})).toBeUndefined();
    // Of 16 factors, fitted in 3.1 s: 4.92e-10 s a score by kernels, 3.2e-8 by plain loops.
    const once = { validation: 0, test: 1.2e9 };
    expect(leftOutOf({ scores: once })).toBeUndefined();
    expect(leftOutOf({ scores: once, foldsIn: true })).toBe("about 42 s");
    expect(leftOutOf({ scores: { ...once, validation: 1.2e9 }, foldsIn: true })).toBe("about 80 s");
    expect(leftOutOf({ scores: { validation: 6e10, test: 0 } })).toBe("about 33 s");
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

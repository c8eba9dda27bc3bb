/** --where over text files: a column has the type of its values in the whole file, not of the first ones. */
import { afterEach, beforeEach, describe, expect, it } from "@jest/globals";
import { IngestFolder } from "../../support/data/ingest-folder.ts";

let folder: IngestFolder;
beforeEach(() => {
  folder = new IngestFolder();
});
afterEach(() => folder.remove());

describe("a condition", () => {
  const HALVES_FROM = 30_000; // more rows than any sniffing of a file's head looks at
  const ratingOf = (row: number): number => (row < HALVES_FROM ? 1 + (row % 3) : 3.5);
  const rows = Array.from({ length: HALVES_FROM + 100 }, (_, row) => [row % 100, row, ratingOf(row), row] as const);

  it("sees the type a column has in the whole file, so that a late 3.5 is not 4", async () => {
    const lines = rows.map((row) => row.join(","));
    const csv = folder.write("log.csv", `user,item,rating,time\n${lines.join("\n")}\n`);
    await expect(folder.ingest({ raw: csv, where: "rating >= 4" })).rejects.toThrow(/none of the 30100 rows/);
  });

  it("sees it in json lines too, and keys that come late", async () => {
    const lines = rows.map(([user, item, rating, time]) =>
      JSON.stringify({ user, item, time, rating, ...(rating === 3.5 ? { late: user < 50 ? "yes" : 1 } : {}) }),
    );
    const raw = folder.write("log.jsonl", lines.join("\n"));
    await expect(folder.ingest({ raw, where: "rating >= 4" })).rejects.toThrow(/none of the 30100 rows/);
    // 50 rows say yes, one a user: too few for a split, which is far enough to have been found.
    await expect(folder.ingest({ raw, where: "late = 'yes'" })).rejects.toThrow(/no user has enough rows/);
  });

  it("takes a few strange values of a column of numbers for missing", async () => {
    const lines = rows.map(([user, item, rating, time]) => `${user},${item},${item === 2 ? "?" : rating},${time}`);
    const raw = folder.write("log.csv", `user,item,score1,time\n${lines.join("\n")}\n`);
    await folder.ingest({ raw, where: "score1 >= 3" });
    // Rows 2, 5, ... of the first 30,000 have 3 and the last 100 have 3.5; row 2 has the "?".
    const { interactions } = folder.description() as { interactions: Record<string, number> };
    expect(Object.values(interactions).reduce((sum, count) => sum + count)).toBe(10_000 + 100 - 1);
  });
});

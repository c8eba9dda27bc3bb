/** The scratch database keeps the order of rows, whatever the condition, and all rows, whatever else is asked of it. */
import { tmpdir } from "node:os";
import { describe, expect, it } from "@jest/globals";
import { openWorkDatabase, type WorkDatabase } from "../../../src/interactions/database/work-database.ts";

it("makes no join of a long list, since that loses the order of the rows", async () => {
  const scratch = { path: ":memory:", spillDirectory: tmpdir(), memoryLimit: "100MB" };
  const database = await openWorkDatabase({ ...scratch, readable: [] });
  try {
    const list = Array.from({ length: 40 }, (_, k) => k).join(", ");
    await database.run("CREATE TABLE rows AS SELECT range AS x FROM range(10)");
    const plan = await database.rows(
      `EXPLAIN SELECT CASE WHEN x IN (${list}) THEN 1 END FROM rows WHERE x IN (${list})`,
    );
    const text = plan.map((row) => Object.values(row).join("\n")).join("\n");
    expect(text).toContain("SEQ_SCAN");
    expect(text).not.toContain("JOIN");
  } finally {
    database.close();
  }
});

describe("results that are read while others are", () => {
  const ROWS = 50_000;
  const opened = async () => {
    const scratch = { path: ":memory:", spillDirectory: tmpdir(), memoryLimit: "100MB" };
    const database = await openWorkDatabase({ ...scratch, readable: [] });
    await database.run(`CREATE TABLE rows AS SELECT range AS x FROM range(${ROWS})`);
    return database;
  };
  const numbers = (database: WorkDatabase) => database.stream("SELECT x FROM rows ORDER BY x")[Symbol.asyncIterator]();

  it("are whole", async () => {
    const database = await opened();
    try {
      const [first, second] = [numbers(database), numbers(database)];
      const counts = [0, 0];
      for (let isMore = true; isMore; ) {
        isMore = false;
        for (const [index, rows] of [first, second].entries()) {
          const { value, done } = await rows.next();
          if (done === true) continue;
          counts[index]! += value.rowCount;
          isMore = true;
          expect(await database.count("SELECT count(*) FROM rows")).toBe(ROWS);
        }
      }
      expect(counts).toEqual([ROWS, ROWS]);
    } finally {
      database.close();
    }
  });

  it("have the settings of all, and may be left unread", async () => {
    const database = await opened();
    const unread = numbers(database);
    expect((await unread.next()).value?.rowCount).toBeGreaterThan(0);
    const settings = database.stream(
      "SELECT concat_ws(' ', current_setting('TimeZone'), current_setting('disabled_optimizers'), current_setting('preserve_insertion_order'), current_setting('enable_external_access'))",
    );
    for await (const chunk of settings) {
      expect(chunk.getColumnValues(0)).toEqual(["UTC in_clause true false"]);
    }
    database.close();
    database.close();
  });

  it("end where the database is interrupted", async () => {
    const database = await opened();
    try {
      const endless = database.stream("SELECT count(*) FROM rows a, rows b, rows c WHERE a.x + b.x <> c.x");
      const reading = endless[Symbol.asyncIterator]().next();
      const timer = setInterval(() => database.interrupt(), 20);
      await expect(reading).rejects.toThrow(/interrupt/i);
      clearInterval(timer);
    } finally {
      database.close();
    }
  });
});

/** The scratch database keeps the order of rows, whatever the condition. */
import { tmpdir } from "node:os";
import { expect, it } from "@jest/globals";
import { openWorkDatabase } from "../../../src/interactions/database/work-database.ts";

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

/** --csv-safe: ids that a spreadsheet would execute become texts, and nothing else changes. */
import { describe, expect, it } from "@jest/globals";
import { csvLines } from "../../../pipelines/score/output/recommendation-lines.ts";
import { scoreStage } from "../../../pipelines/score/score.ts";
import { parseConfig } from "../../../src/config/parse.ts";

const FORMULAS = ["=1+1", "+1", "-1", "@SUM(A1)", "\tx", "\rx", "\nx", "＝1", "＋1", "－1", "＠x"];
const INERT = ["plain", "a=b", "1-2", "'x", "", "x@y"];

async function lines(isSafe: boolean, items: readonly string[]): Promise<string> {
  const rows = {
    userIds: BigInt64Array.from(items, () => -7n),
    itemIds: [...items],
    ranks: Uint32Array.from(items, (_, k) => k + 1),
    scores: Float32Array.from(items, () => -0.5),
    sources: null,
  };
  return csvLines(["user_id", "item_id", "rank", "score"], { isSafe }).text(rows);
}

describe("CSV for a spreadsheet", () => {
  it.each(FORMULAS)("has a ' before %j", async (item) => {
    // A field with a line end is quoted as ever.
    const quote = /[\r\n]/.test(item) ? '"' : "";
    expect(await lines(true, [item])).toBe(`-7,${quote}'${item}${quote},1,-0.5\n`);
  });

  it("leaves other ids, whole-number ids and scores as they are", async () => {
    expect(await lines(true, INERT)).toBe(await lines(false, INERT));
  });

  it("is not written unless asked for", async () => {
    expect(await lines(false, ["=1+1"])).toBe("-7,=1+1,1,-0.5\n");
  });

  it("is refused for formats that no spreadsheet executes", () => {
    const parse = (output: string) =>
      parseConfig({ schema: scoreStage.schema, layers: [], flags: { run: "r", output, "csv-safe": true } });
    expect(parse("x.csv").csvSafe).toBe(true);
    expect(() => parse("x.parquet")).toThrow("--csv-safe is true: no spreadsheet takes parquet for formulas");
  });
});

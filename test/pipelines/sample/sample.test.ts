import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "@jest/globals";
import { sampleStage } from "../../../pipelines/sample/sample.ts";
import { parseConfig } from "../../../src/config/parse.ts";
import { sampleSchema } from "../../../src/config/schemas/sample-schema.ts";
import { ConfigError } from "../../../src/errors.ts";
import { silentContext } from "../../support/stages/silent-context.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), "sample-"));
});
afterEach(() => rmSync(folder, { recursive: true }));
const at = (name: string): string => path.join(folder, name);

const small = { customers: "20", products: "40", orders: "200" };
async function sample(flags: Readonly<Record<string, string | boolean>>) {
  const config = parseConfig({ schema: sampleSchema, layers: [], flags: { ...small, ...flags } });
  return sampleStage.run(config, silentContext);
}

describe("sample", () => {
  it("writes orders and titles, says what is next, and leaves nothing else", async () => {
    const { text, json } = await sample({ shop: at("orders.csv"), titles: at("new/products.csv") });
    expect(readFileSync(at("orders.csv"), "utf8").split("\n").length - 2).toBe(json.rows);
    expect(readFileSync(at("new/products.csv"), "utf8")).toMatch(/^sku,title,category\nSKU0001,/);
    expect(text).toContain("--user-column customer --item-column sku --time-column bought_at --items-file");
    expect(readdirSync(folder).sort()).toEqual(["new", "orders.csv"]);
  });

  it("replaces no file that is there, unless told", async () => {
    writeFileSync(at("products.csv"), "mine");
    const flags = { shop: at("orders.csv"), titles: at("products.csv") };
    await expect(sample(flags)).rejects.toThrow(
      new ConfigError(`${at("products.csv")} is there already; give another name, or --force to replace it`),
    );
    expect(existsSync(at("orders.csv"))).toBe(false);
    await sample({ ...flags, force: true });
    expect(readFileSync(at("products.csv"), "utf8")).not.toBe("mine");
  });

  it("refuses sizes that cannot be", async () => {
    await expect(sample({ shop: "x", titles: "x", orders: "19" })).rejects.toThrow(
      /--orders is 19: expected at least an order a customer\n--titles is "x": expected another file/,
    );
  });
});

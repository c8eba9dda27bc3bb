import { describe, expect, it } from "@jest/globals";
import { checkRecency, findsNewest, isOrdered } from "../../../pipelines/dataset/row-order.ts";
import type { DatasetDescription } from "../../../pipelines/dataset/stored-dataset.ts";
import { smallDataset } from "../../support/data/small-dataset.ts";

function described(split: Record<string, unknown>, more: Record<string, unknown> = {}): DatasetDescription {
  return { ...smallDataset().description, split: { kind: "given", ...split }, ...more };
}

describe("the order of rows", () => {
  it("is told by times, by the user or by the publisher", () => {
    expect(isOrdered(described({}))).toBe(false);
    expect(isOrdered(described({}, { timeSpan: null }))).toBe(false);
    expect(isOrdered(described({}, { timeSpan: { firstMs: 1, lastMs: 2 } }))).toBe(true);
    expect(isOrdered(described({}, { settings: { order: "row" } }))).toBe(true);
    expect(isOrdered(described({ request: { rowsAreInOrder: true } }))).toBe(true);
  });

  it("makes the newest rows those to be found, but under splits by chance", () => {
    const timeSpan = { firstMs: 1, lastMs: 2 };
    const kinds = ["leave-last-out", "time", "given", "ratio", "users"];
    const found = kinds.filter((kind) => findsNewest(described({ kind }, { timeSpan })));
    expect(found).toEqual(["leave-last-out", "time", "given"]);
    expect(findsNewest(described({ kind: "given" }))).toBe(false);
  });

  it("is wanted only where ages weigh", () => {
    const unordered = described({});
    expect(() => checkRecency(0, unordered)).not.toThrow();
    expect(() => checkRecency(1, unordered)).toThrow(
      "recencyPower is 1, but dataset small (split given) does not hold out the newest rows",
    );
    expect(() => checkRecency(1, smallDataset().description)).not.toThrow();
  });
});

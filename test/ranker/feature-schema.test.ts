import { describe, expect, it } from "@jest/globals";
import { type FeatureSchema, rowMeaning } from "../../src/ranker/feature-schema.ts";

const rowsOf = (feature: FeatureSchema): string[] =>
  Array.from({ length: feature.rows }, (_, k) => rowMeaning(feature, feature.firstRow + k));

describe("what a feature's rows mean", () => {
  it("names a category's rows: missing, other, then the values", () => {
    const genre = { kind: "list", name: "genre", firstRow: 10, rows: 4, separator: "|" } as const;
    expect(rowsOf({ ...genre, hasOther: true, values: ["Drama", "War"] })).toEqual([
      "(missing)",
      "(other)",
      "Drama",
      "War",
    ]);
    const plain = { ...genre, rows: 3, hasOther: false, values: ["Drama", "War"] };
    expect(rowsOf(plain)).toEqual(["(missing)", "Drama", "War"]);
  });

  it("names a number's two rows, and buckets by their edges", () => {
    const price = { kind: "number", name: "price", firstRow: 3, rows: 2, mean: 1, deviation: 2 } as const;
    expect(rowsOf(price)).toEqual(["(missing)", "(value)"]);
    expect(rowsOf({ kind: "buckets", name: "year", firstRow: 3, rows: 4, edges: [1990, 1997] })).toEqual([
      "(missing)",
      "below 1990",
      "1990 to below 1997",
      "from 1997",
    ]);
  });

  it("refuses a row of another feature", () => {
    const price = { kind: "number", name: "price", firstRow: 3, rows: 2, mean: 1, deviation: 2 } as const;
    expect(() => rowMeaning(price, 5)).toThrow('row 5 is none of feature "price": 2 rows from 3');
  });
});

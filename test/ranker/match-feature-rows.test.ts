import { describe, expect, it } from "@jest/globals";
import { NO_ROW } from "../../src/ranker/carry-rows.ts";
import type { FeatureSchema, SideSchema } from "../../src/ranker/feature-schema.ts";
import { matchFeatureRows } from "../../src/ranker/match-feature-rows.ts";

const category = (name: string, firstRow: number, values: readonly string[], hasOther = false): FeatureSchema => ({
  kind: "category",
  name,
  firstRow,
  rows: 1 + (hasOther ? 1 : 0) + values.length,
  hasOther,
  values,
  separator: null,
});

const sideOf = (ids: number, ...features: FeatureSchema[]): SideSchema => ({
  ids,
  rows: features.reduce((sum, { rows }) => sum + rows, ids),
  features,
});

describe("rows of a side in another's tables", () => {
  it("are found by id, and by feature and value whatever their numbers", () => {
    // Here: ids 0 1 2; genre: missing 3, Comedy 4, Drama 5, War 6. There: ids 0 1; year 2 3; genre: 4, other 5, 6 7.
    const here = sideOf(3, category("genre", 3, ["Comedy", "Drama", "War"]));
    const there = sideOf(2, category("year", 2, ["1994"]), category("genre", 4, ["Drama", "Comedy"], true));
    expect([...matchFeatureRows(here, there, Uint32Array.of(1, NO_ROW, 0))]).toEqual([1, NO_ROW, 0, 4, 7, 6, NO_ROW]);
  });

  it("match what was too rare, where both have a row for it", () => {
    const rare = sideOf(0, category("tag", 0, ["a"], true));
    const all = sideOf(0, category("tag", 0, ["a"]));
    const none = new Uint32Array(0);
    expect([...matchFeatureRows(rare, rare, none)]).toEqual([0, 1, 2]);
    expect([...matchFeatureRows(rare, all, none)]).toEqual([0, NO_ROW, 1]);
  });

  it("are new for a feature of another kind, and for ids that had no row", () => {
    const number: FeatureSchema = { kind: "number", name: "year", firstRow: 1, rows: 2, mean: 1990, deviation: 9 };
    const here = sideOf(1, number);
    const there = sideOf(1, category("year", 1, ["1994"]));
    expect([...matchFeatureRows(here, there, Uint32Array.of(1))]).toEqual([NO_ROW, NO_ROW, NO_ROW]);
    expect([...matchFeatureRows(here, sideOf(1, { ...number, mean: 0 }), Uint32Array.of(0))]).toEqual([0, 1, 2]);
  });

  it("are of buckets those where their middles lie, the ends at the ends", () => {
    const buckets = (edges: readonly number[]): SideSchema =>
      sideOf(0, { kind: "buckets", name: "price", firstRow: 0, rows: 2 + edges.length, edges });
    // Middles: -oo, 11, 15.5, oo; edges there 12 and 30: buckets 0, 0, 1, 2 behind the row of missing values.
    const found = matchFeatureRows(buckets([10, 12, 19]), buckets([12, 30]), new Uint32Array(0));
    expect([...found]).toEqual([0, 1, 1, 2, 3]);
  });

  it("go from ids alone to ids with features, and back", () => {
    const here = sideOf(2, category("genre", 2, ["War"]));
    expect([...matchFeatureRows(here, null, Uint32Array.of(4, NO_ROW))]).toEqual([4, NO_ROW, NO_ROW, NO_ROW]);
    expect([...matchFeatureRows(null, null, Uint32Array.of(4, NO_ROW))]).toEqual([4, NO_ROW]);
  });
});

import { describe, expect, it } from "@jest/globals";
import { featureListProblem, featureRequestsOf } from "../../../../src/config/schemas/ingest/feature-requests.ts";

describe("features as people ask for them", () => {
  it("are names with a kind, how a list is parted and how many buckets, or names alone", () => {
    const asked = [
      "brand",
      "tags:list",
      "genres:list=|",
      "words:list=blank",
      "price:number",
      "year:buckets=5",
      "age:buckets",
    ];
    expect(featureListProblem(asked)).toBeNull();
    const nothing = { kind: null, separator: null, buckets: null };
    expect(featureRequestsOf(asked)).toEqual([
      { ...nothing, name: "brand" },
      { ...nothing, name: "tags", kind: "list" },
      { ...nothing, name: "genres", kind: "list", separator: "|" },
      { ...nothing, name: "words", kind: "list", separator: " " },
      { ...nothing, name: "price", kind: "number" },
      { ...nothing, name: "year", kind: "buckets", buckets: 5 },
      { ...nothing, name: "age", kind: "buckets", buckets: 10 },
    ]);
    expect(featureRequestsOf(["auto"])).toBeNull();
  });

  it.each([
    [["auto", "price"], "give it alone"],
    [["price", "Price:number"], '"Price" is there twice'],
    [[":number"], "names no column"],
    [["price:float"], 'of kind "float", expected category, list, number, buckets'],
    [["year:buckets=1"], 'has "1" buckets, expected 2 to 1000'],
    [["price:number=3"], "only list (what parts the values) and buckets (how many) take an ="],
    [["tags:list="], "has no separator"],
  ])("are refused where nobody can know what is meant: %j", (asked, problem) => {
    expect(featureListProblem(asked)).toContain(problem);
  });
});

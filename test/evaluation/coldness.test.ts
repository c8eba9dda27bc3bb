import { describe, expect, it } from "@jest/globals";
import { coldnessOf, metricsByColdness } from "../../src/evaluation/coldness.ts";

describe("metrics by how often training has seen whom they are of", () => {
  it("part what was never seen from what was seen seldom, below 10 rows, and often", () => {
    expect([0, 1, 9, 10, 500].map(coldnessOf)).toEqual(["never", "seldom", "seldom", "often", "often"]);
  });

  it("are means over the cases of a group; groups without cases are left out", () => {
    const rows = metricsByColdness({ counts: [0, 12, 0, 40], HR: [1, 1, 0, 1], NDCG: [0.5, 1, 0, 0.25] });
    expect(rows).toEqual([
      { seen: "never", cases: 2, HR: 0.5, NDCG: 0.25 }, // (.5 + 0) / 2
      { seen: "often", cases: 2, HR: 1, NDCG: 0.625 }, // (1 + .25) / 2
    ]);
  });
});

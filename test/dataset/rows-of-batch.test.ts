import { describe, expect, it } from "@jest/globals";
import { rowsOfBatch } from "../../src/dataset/rows-of-batch.ts";

const extents = { users: 4, items: 5 };
const users = Uint32Array.of(2, 0, 2);

describe("the rows that a batch looks up", () => {
  it("are those of its columns, whatever a sample weighs", () => {
    const labels = Float32Array.of(1, 0, 1);
    const weights = Float32Array.of(1, 0, 1);
    const items = Uint32Array.of(4, 1, 4);
    const rows = rowsOfBatch({ kind: "pointwise", length: 3, users, items, labels, weights }, extents);
    expect([...rows.users]).toEqual([1, 0, 1, 0]);
    expect([...rows.items]).toEqual([0, 1, 0, 0, 1]);
  });

  it("are positives and negatives, masked ones too", () => {
    const positives = Uint32Array.of(0, 0, 1);
    const masked = { offsets: Uint32Array.of(0, 1, 2, 2), places: Uint32Array.of(0, 0) };
    const shared = {
      length: 3,
      users,
      positives,
      blockRows: 2,
      negatives: Uint32Array.of(3, 1),
      masked,
      weights: null,
    };
    const rows = rowsOfBatch({ kind: "listwise", ...shared }, extents);
    expect([...rows.items]).toEqual([1, 1, 0, 1, 0]);
  });
});

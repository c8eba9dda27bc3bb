import { describe, expect, it } from "@jest/globals";
import { rowsOfBatch } from "../../src/dataset/rows-of-batch.ts";
import { noSides } from "../../src/ranker/side.ts";

const extents = { users: 4, items: 5 };
const users = Uint32Array.of(2, 0, 2);

describe("the rows that a batch looks up", () => {
  it("are those of its columns, whatever a sample weighs", () => {
    const labels = Float32Array.of(1, 0, 1);
    const weights = Float32Array.of(1, 0, 1);
    const items = Uint32Array.of(4, 1, 4);
    const rows = rowsOfBatch(
      { kind: "pointwise", length: 3, users, items, labels, weights, idDropout: null },
      extents,
      noSides,
    );
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
      idDropout: null,
    };
    const rows = rowsOfBatch({ kind: "listwise", ...shared }, extents, noSides);
    expect([...rows.items]).toEqual([1, 1, 0, 1, 0]);
  });

  it("are of a side all that its entities are made of, whatever a row weighs", () => {
    const labels = Float32Array.of(1, 0, 1);
    const items = Uint32Array.of(1, 1, 1);
    // User 0 is rows 0 and 4, user 1 row 5, user 2 row 4 alone; nobody in the batch is user 1.
    const side = {
      entities: 3,
      rows: 6,
      ids: 3,
      offsets: Uint32Array.of(0, 2, 3, 4),
      rowIndices: Uint32Array.of(0, 4, 5, 4),
      weights: Float32Array.of(1, 0, 1, 1),
      idDropout: null,
    };
    const batch = { kind: "pointwise", length: 3, users, items, labels, weights: null, idDropout: null } as const;
    const rows = rowsOfBatch(batch, { users: 6, items: 2 }, { users: side, items: null });
    expect([...rows.users]).toEqual([1, 0, 0, 0, 1, 0]);
    expect([...rows.items]).toEqual([0, 1]);
  });
});

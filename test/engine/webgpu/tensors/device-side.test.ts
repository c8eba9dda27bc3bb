/** A side's matrix by row, and its long rows in pieces: worked by hand. */
import { describe, expect, it } from "@jest/globals";
import { PIECE_ENTRIES, piecesOf, transposed } from "../../../../src/engine/webgpu/tensors/device-side.ts";
import { sideOfEntries } from "../../../support/engines/side-cases.ts";

describe("a side by row", () => {
  it("has each row's entries in the order of entities, and rows that nobody has", () => {
    const side = sideOfEntries(
      [
        [
          [0, 1],
          [3, 0.5],
        ],
        [[4, 2]],
        [],
        [
          [3, -1],
          [4, 3],
        ],
      ],
      { ids: 3, features: 2 },
    );
    // Rows 1 and 2 are nobody's; row 3 is of entities 0 and 3, row 4 of entities 1 and 3.
    expect(transposed(side)).toEqual({
      starts: Uint32Array.of(0, 1, 1, 1, 3, 5),
      entities: Uint32Array.of(0, 0, 3, 1, 3),
      weights: Float32Array.of(1, 0.5, -1, 2, 3),
    });
  });

  it("has pieces for rows that are longer than one alone", () => {
    const [first, second, third] = [1, 1 + PIECE_ENTRIES, 2 + 3 * PIECE_ENTRIES];
    // Rows of 1, 128, 257 and 0 entries: the third alone is cut, into 128, 128 and 1.
    expect(piecesOf(Uint32Array.of(0, first, second, third, third))).toEqual({
      pieces: Uint32Array.of(
        ...[second, second + PIECE_ENTRIES],
        ...[second + PIECE_ENTRIES, second + 2 * PIECE_ENTRIES],
        ...[second + 2 * PIECE_ENTRIES, third],
      ),
      longRows: Uint32Array.of(2, 0, 3, 0),
    });
  });
});

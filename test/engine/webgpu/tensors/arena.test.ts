import { describe, expect, it } from "@jest/globals";
import { planArena } from "../../../../src/engine/webgpu/tensors/arena.ts";
import { EngineError } from "../../../../src/errors.ts";
import { parametersOf } from "../../../../src/ranker/ranker-spec.ts";
import { noPaths } from "../../../support/engines/no-paths.ts";

const spec = { ...noPaths, users: 40, items: 30, gmf: 2, embedding: 8, tower: [4] };

describe("planArena", () => {
  it("lays tensors end to end at multiples of 64 values", () => {
    const { pieces, parts } = planArena(parametersOf(spec), 2 ** 20);
    // userGmf 80 -> 128, itemGmf 60 -> 64, userMlp 320, itemMlp 240 -> 256, tower 64 and 4 ->
    // 64, head 6 -> 64 and 1 -> 64
    expect(pieces).toEqual([128 + 64 + 320 + 256 + 64 + 64 + 64 + 64]);
    expect(parts.get("itemGmf")).toEqual([{ piece: 0, offset: 128, firstRow: 0, rows: 30, width: 2 }]);
    expect(parts.get("head.weight")).toEqual([
      { piece: 0, offset: 128 + 64 + 320 + 256 + 128, firstRow: 0, rows: 1, width: 6 },
    ]);
  });

  it("splits a table between rows where a piece cannot hold it, and keeps tower and head together", () => {
    const { pieces, parts } = planArena(parametersOf(spec), 1024); // 256 values: 32 rows of 8
    expect(parts.get("userMlp")).toEqual([
      { piece: 1, offset: 0, firstRow: 0, rows: 32, width: 8 },
      { piece: 2, offset: 0, firstRow: 32, rows: 8, width: 8 },
    ]);
    // 30 rows of 8 fit a fresh piece, so they are not split to fill up the 192 values left beside userMlp's last rows
    expect(parts.get("itemMlp")).toEqual([{ piece: 3, offset: 0, firstRow: 0, rows: 30, width: 8 }]);
    const dense = ["tower.0.weight", "tower.0.bias", "head.weight", "head.bias"].map(
      (name) => parts.get(name)![0]!.piece,
    );
    expect(dense).toEqual([4, 4, 4, 4]);
    expect(pieces).toEqual([192, 256, 64, 256, 256]);
  });

  it("refuses a row, or a tower, that no piece holds, with both sizes", () => {
    expect(() => planArena(parametersOf(spec), 512)).toThrow(EngineError);
    expect(() => planArena(parametersOf({ ...spec, gmf: 300 }), 1024)).toThrow(
      /need \d+ bytes in one binding, and the device's largest has 1024/,
    );
  });
});

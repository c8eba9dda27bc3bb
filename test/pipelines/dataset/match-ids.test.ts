import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import { matchIds } from "../../../pipelines/dataset/match-ids.ts";
import { NO_ROW } from "../../../src/ranker/carry-rows.ts";

describe("matchIds", () => {
  it("finds the same ids, and counts those of either side alone", () => {
    const { sources, counts } = matchIds(["a", "b", "d"], ["b", "c", "d", "e"]);
    expect(Array.from(sources)).toEqual([NO_ROW, 0, 2]);
    expect(counts).toEqual({ known: 2, new: 1, gone: 2 });
  });

  it("takes a number for the text that spells it, as where a log of numbers has got a text", () => {
    const { sources } = matchIds(["07", "17", "x"], BigInt64Array.of(7n, 17n));
    expect(Array.from(sources)).toEqual([NO_ROW, 1, NO_ROW]);
  });

  it("leads to an equal id wherever it leads", () => {
    const ids = fc.uniqueArray(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }), { maxLength: 30 });
    fc.assert(
      fc.property(ids, ids, (here, there) => {
        const { sources, counts } = matchIds(BigInt64Array.from(here), BigInt64Array.from(there));
        for (const [index, source] of sources.entries()) {
          if (source === NO_ROW) expect(there).not.toContain(here[index]);
          else expect(there[source]).toBe(here[index]);
        }
        expect(counts.known + counts.new).toBe(here.length);
        expect(counts.known + counts.gone).toBe(there.length);
      }),
    );
  });
});

import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import { fitLine, type LinePart } from "../../../pipelines/progress/fit-line.ts";

const bar = (size: number): string => "#".repeat(size);
const part = (text: string | null, spare = 0): LinePart => ({ text, spare });
/** Without a bar of 10: 5 + 10 + 11 + 15 = 41 signs, and three gaps of 2 make 47; with it 59. */
const parts = [part("train", 1), part(null, 2), part("epoch 3/20"), part("loss 0.3456"), part("NDCG@10 0.27 up")];

describe("a line of progress", () => {
  it("has a bar of forty where there is room, and a shorter one where there is less", () => {
    // 47 and a gap of 2 and the bar: 49 + 40 = 89.
    expect(fitLine(parts, 100, bar)).toContain(`train  ${"#".repeat(40)}  epoch`);
    expect(fitLine(parts, 89, bar)).toHaveLength(89);
    expect(fitLine(parts, 70, bar)).toContain(`  ${"#".repeat(21)}  `);
    expect(fitLine(parts, 70, bar)).toHaveLength(70);
  });

  it("loses the bar, then what matters least, and never what matters", () => {
    expect(fitLine(parts, 58, bar)).toBe("train  epoch 3/20  loss 0.3456  NDCG@10 0.27 up");
    expect(fitLine(parts, 46, bar)).toBe("epoch 3/20  loss 0.3456  NDCG@10 0.27 up");
    expect(fitLine(parts, 5, bar)).toBe("epoch 3/20  loss 0.3456  NDCG@10 0.27 up");
  });

  it("leaves out parts that say nothing", () => {
    expect(fitLine([part("a"), part(""), part("b")], 80, bar)).toBe("a  b");
  });

  it("is as wide as there is room at most, where something may give way", () => {
    const words = fc.string({ unit: fc.constantFrom("a", "b"), maxLength: 20 });
    const some = fc.array(fc.record({ text: words, spare: fc.integer({ min: 1, max: 4 }) }), { maxLength: 6 });
    fc.assert(
      fc.property(some, fc.integer({ min: 10, max: 120 }), (others, columns) => {
        expect(fitLine([part(null, 9), ...others], columns, bar).length).toBeLessThanOrEqual(columns);
      }),
    );
  });
});

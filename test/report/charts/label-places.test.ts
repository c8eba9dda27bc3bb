/** Labels of charts: none over another, none outside, as near as can be to what they name. */
import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import { LINE_PIXELS, placesInColumn, placesOnTop, textPixels } from "../../../src/report/charts/label-places.ts";

const words = fc.constantFrom("kept", "LAWN holds norms", "item-KNN", "EASE", "a longer name");

describe("labels above a plot", () => {
  it("stand over what they name where there is room", () => {
    const labels = [
      { x: 100, text: "kept" },
      { x: 250, text: "kept" },
    ];
    expect(placesOnTop(labels, 328)).toEqual([
      { center: 100, row: 0 },
      { center: 250, row: 0 },
    ]);
  });

  it("go one line up where they would touch, and move in from the ends", () => {
    const labels = [
      { x: 300, text: "LAWN holds norms" }, // 16 letters of 7.5 px: its middle is 60 px from the end at most
      { x: 310, text: "kept" },
    ];
    const [switched, kept] = placesOnTop(labels, 328);
    expect(switched!.center).toBeCloseTo(268, 6);
    expect(switched!.row).toBe(0);
    expect(kept).toEqual({ center: 310, row: 1 });
  });

  it("never cover one another and never leave the chart", () => {
    const label = fc.record({ x: fc.double({ min: 0, max: 328, noNaN: true }), text: words });
    fc.assert(
      fc.property(fc.array(label, { maxLength: 6 }), (labels) => {
        const boxes = placesOnTop(labels, 328).map(({ center, row }, k) => {
          const half = textPixels(labels[k]!.text) / 2;
          return { row, left: center - half, right: center + half };
        });
        for (const [k, one] of boxes.entries()) {
          expect(one.left).toBeGreaterThanOrEqual(-1e-9);
          expect(one.right).toBeLessThanOrEqual(328 + 1e-9);
          for (const other of boxes.slice(k + 1)) {
            expect(one.row !== other.row || one.right < other.left || other.right < one.left).toBe(true);
          }
        }
      }),
    );
  });
});

describe("labels in a column", () => {
  it("stay where they are wanted if they are a line apart", () => {
    expect(placesInColumn([100, 50, 75], { top: 0, bottom: 200 })).toEqual([100, 50, 75]);
  });

  it("spread about the middle of those that would touch", () => {
    // Three want 98, 100 and 102: their mean is 100, and they stand a line of 14 px apart around it.
    expect(placesInColumn([100, 102, 98], { top: 0, bottom: 200 })).toEqual([100, 114, 86]);
  });

  it("move in from the ends, and close up evenly where there are too many", () => {
    expect(placesInColumn([-20, 5], { top: 0, bottom: 100 })).toEqual([0, 14]);
    expect(placesInColumn([3, 1, 2], { top: 0, bottom: 10 })).toEqual([10, 0, 5]);
  });

  it("keep their order, their distance and the column's ends", () => {
    const heights = fc.array(fc.double({ min: -50, max: 300, noNaN: true }), { minLength: 1, maxLength: 12 });
    fc.assert(
      fc.property(heights, (wanted) => {
        const places = placesInColumn(wanted, { top: 10, bottom: 210 }); // room for 15 lines
        const order = wanted.map((_, k) => k).sort((a, b) => wanted[a]! - wanted[b]! || a - b);
        for (const [k, index] of order.entries()) {
          expect(places[index]).toBeGreaterThanOrEqual(10 - 1e-6);
          expect(places[index]).toBeLessThanOrEqual(210 + 1e-6);
          if (k > 0) expect(places[index]! - places[order[k - 1]!]!).toBeGreaterThanOrEqual(LINE_PIXELS - 1e-6);
        }
      }),
    );
  });
});

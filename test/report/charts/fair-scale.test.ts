/** Scales that one far value cannot spoil. */
import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import { fairScale } from "../../../src/report/charts/fair-scale.ts";

const points = (...values: number[]) => values.map((value) => ({ low: value, high: value }));

describe("a fair scale", () => {
  it("sets aside the one arm that would press the others into a point", () => {
    // With 0.10 the room is 0.40; without it 0.02, which is less than a third of it.
    expect(fairScale(points(0.48, 0.49, 0.1, 0.5))).toEqual({ domain: [0.48, 0.5], below: [2], above: [] });
    expect(fairScale(points(0.01, 0.02, 0.9))).toEqual({ domain: [0.01, 0.02], below: [], above: [2] });
  });

  it("keeps all where they are spread, and where there are two alone", () => {
    expect(fairScale(points(0.3, 0.4, 0.5))).toEqual({ domain: [0.3, 0.5], below: [], above: [] });
    expect(fairScale(points(0.1, 0.5))).toEqual({ domain: [0.1, 0.5], below: [], above: [] });
    expect(fairScale([])).toEqual({ domain: [0, 1], below: [], above: [] });
  });

  it("counts intervals, and what must stay in sight", () => {
    const wide = [
      { low: 0.4, high: 0.6 },
      { low: 0.4, high: 0.6 },
      { low: 0.1, high: 0.1 },
    ];
    expect(fairScale(wide, {}).below).toEqual([]); // 0.2 of 0.5 is more than a third
    expect(fairScale(points(0.9, 0.91, 0.1), { kept: [0] }).below).toEqual([]); // 0 is there anyway
  });

  it("sets aside two that hide one another, where the values kept need no neighbours", () => {
    // Without 0.04 alone the room is still 0.5 of 0.71; without both it is 0.05.
    const { domain, below } = fairScale(points(0.25, 0.04), { kept: [0.7, 0.75], fewest: 0 });
    expect({ domain, below: [...below].sort() }).toEqual({ domain: [0.7, 0.75], below: [0, 1] });
  });

  it("takes back one that costs little room once a farther one is gone", () => {
    // 0.05 and 0.305 together leave 0.125 of 0.4; 0.305 taken back makes it 0.145: less than half as much again.
    const { domain, below } = fairScale(points(0.305, 0.05), { kept: [0.325, 0.45], fewest: 0 });
    expect({ domain, below }).toEqual({ domain: [0.305, 0.45], below: [1] });
  });

  it("holds every span that it does not set aside, and sets aside a third at most", () => {
    const span = fc.tuple(fc.double({ min: -1, max: 1, noNaN: true }), fc.double({ min: 0, max: 0.1, noNaN: true }));
    fc.assert(
      fc.property(fc.array(span, { minLength: 1, maxLength: 12 }), (pairs) => {
        const spans = pairs.map(([low, width]) => ({ low, high: low + width }));
        const { domain, below, above } = fairScale(spans, { kept: [0] });
        for (const [index, { low, high }] of spans.entries()) {
          if (below.includes(index)) expect(low).toBeLessThan(domain[0]);
          else if (above.includes(index)) expect(high).toBeGreaterThan(domain[1]);
          else {
            expect(low).toBeGreaterThanOrEqual(domain[0]);
            expect(high).toBeLessThanOrEqual(domain[1]);
          }
        }
        expect(3 * (below.length + above.length)).toBeLessThanOrEqual(spans.length);
        expect(domain[0]).toBeLessThanOrEqual(0);
        expect(domain[1]).toBeGreaterThanOrEqual(0);
      }),
    );
  });
});

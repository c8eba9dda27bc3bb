/** Choosing the best items of one user, against a full sort and by hand. */
import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import { bestItemsInto } from "../../src/ranker/best-items.ts";

function best(scores: readonly number[], excluded: readonly number[], k: number) {
  const [items, out] = [new Uint32Array(k), new Float32Array(k)];
  bestItemsInto(Float32Array.from(scores), Uint32Array.from(excluded), items, out);
  return { items: [...items], scores: [...out] };
}

describe("the best items of one user", () => {
  it("come best first, equal scores by ascending item, without the excluded", () => {
    expect(best([1, 3, 3, 2, 5], [4], 3)).toEqual({ items: [1, 2, 3], scores: [3, 3, 2] });
  });

  it("end in places without an item where fewer are left", () => {
    const nothing = Number.NEGATIVE_INFINITY;
    expect(best([1, 2], [0], 3)).toEqual({ items: [1, 2 ** 32 - 1, 2 ** 32 - 1], scores: [2, nothing, nothing] });
  });

  it("have NaN last, as -Infinity", () => {
    expect(best([Number.NaN, -7], [], 2)).toEqual({ items: [1, 0], scores: [-7, Number.NEGATIVE_INFINITY] });
  });

  it("are those of a full sort", () => {
    const request = fc.record({
      scores: fc.array(fc.integer({ min: -5, max: 5 }), { minLength: 1, maxLength: 60 }), // few values, so many ties
      excluded: fc.uniqueArray(fc.nat(59)),
      k: fc.integer({ min: 1, max: 70 }),
    });
    fc.assert(
      fc.property(request, ({ scores, excluded, k }) => {
        const masked = excluded.filter((item) => item < scores.length);
        const order = [...scores.keys()]
          .filter((item) => !masked.includes(item))
          .sort((a, b) => scores[b]! - scores[a]! || a - b)
          .slice(0, k);
        expect(best(scores, masked, k).items.slice(0, order.length)).toEqual(order);
      }),
    );
  });
});

import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import {
  boundedInteger,
  foldIn,
  makePermutation,
  permute,
  standardNormal,
  streamKey,
  threefry,
  unitInterval,
} from "../src/random.ts";

function block(key: readonly [number, number], counter: readonly [number, number]): readonly [number, number] {
  const out = { first: 0, second: 0 };
  threefry({ low: key[0], high: key[1] }, counter[0], counter[1], out);
  return [out.first, out.second];
}

describe("threefry", () => {
  // Known answers of the authors' Random123 library, kat_vectors, threefry2x32 with 20 rounds.
  it("gives the published words for zero key and counter", () => {
    expect(block([0, 0], [0, 0])).toEqual([0x6b200159, 0x99ba4efe]);
  });
  it("gives the published words for all ones", () => {
    expect(block([0xffffffff, 0xffffffff], [0xffffffff, 0xffffffff])).toEqual([0x1cb996fc, 0xbb002be7]);
  });
  it("gives the published words for the digits of pi", () => {
    expect(block([0x13198a2e, 0x03707344], [0x243f6a88, 0x85a308d3])).toEqual([0xc4923a9c, 0x483df7a0]);
  });
});

describe("streamKey and foldIn", () => {
  it("names streams apart by seed, name and length", () => {
    const keys = [
      streamKey(0, ""),
      streamKey(0, "a"),
      streamKey(0, "a\0"),
      streamKey(0, "b"),
      streamKey(1, "a"),
      streamKey(2 ** 32, "a"), // the seed's high word counts too
      streamKey(0, "negatives"),
      streamKey(0, "negativesX"),
      foldIn(streamKey(0, "a"), 0),
      foldIn(streamKey(0, "a"), 1),
    ];
    const distinct = new Set(keys.map(({ low, high }) => `${low}/${high}`));
    expect(distinct.size).toBe(keys.length);
  });

  it("gives the same key for the same arguments, whatever was drawn before", () => {
    const before = foldIn(streamKey(7, "shuffle"), 3);
    threefry(before, 1, 2, { first: 0, second: 0 });
    expect(foldIn(streamKey(7, "shuffle"), 3)).toEqual(before);
  });
});

describe("boundedInteger", () => {
  it("is floor(word * bound / 2^32), exactly", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 0xffffffff }), fc.integer({ min: 1, max: 2 ** 32 }), (word, bound) => {
        expect(BigInt(boundedInteger(word, bound))).toBe((BigInt(word) * BigInt(bound)) >> 32n);
      }),
      { numRuns: 2000 },
    );
  });
  it("reaches both ends of its range", () => {
    expect(boundedInteger(0, 10)).toBe(0);
    expect(boundedInteger(0xffffffff, 10)).toBe(9);
    expect(boundedInteger(0xffffffff, 2 ** 32)).toBe(2 ** 32 - 1);
  });
});

describe("unitInterval", () => {
  it("stays strictly inside (0, 1), in float32 too", () => {
    expect(unitInterval(0)).toBe(0.5 / 2 ** 24);
    expect(unitInterval(0xffffffff)).toBe((2 ** 24 - 0.5) / 2 ** 24);
    expect(Math.fround(unitInterval(0))).toBeGreaterThan(0);
  });
});

describe("standardNormal", () => {
  it("has the moments of N(0, 1)", () => {
    const key = streamKey(11, "normal");
    const out = { first: 0, second: 0 };
    const count = 100_000;
    const sums = [0, 0, 0, 0];
    for (let k = 0; k < count; k++) {
      threefry(key, k, 0, out);
      const value = standardNormal(out);
      for (let power = 0; power < 4; power++) sums[power]! += value ** (power + 1) / count;
    }
    // Five standard errors: var(x^n) / count with E x^2 = 1, x^4 = 3, x^6 = 15, x^8 = 105.
    const expected = [0, 1, 0, 3];
    const variances = [1, 2, 15, 96];
    for (const [n, mean] of expected.entries()) {
      expect(Math.abs(sums[n]! - mean)).toBeLessThan(5 * Math.sqrt(variances[n]! / count));
    }
  });
  it("is finite at the corners of the block", () => {
    for (const first of [0, 0xffffffff]) {
      for (const second of [0, 0xffffffff]) expect(Number.isFinite(standardNormal({ first, second }))).toBe(true);
    }
  });
});

describe("permute", () => {
  it("is one to one for every size up to 300 and around powers of two", () => {
    const sizes = [...Array.from({ length: 300 }, (_, k) => k + 1), 511, 512, 513, 4095, 4096, 4097, 65_537];
    for (const size of sizes) {
      const permutation = makePermutation(streamKey(size, "sizes"), size);
      const hit = new Uint8Array(size);
      for (let position = 0; position < size; position++) {
        const element = permute(permutation, position);
        if (element >= size || hit[element] === 1) throw new Error(`size ${size}: ${element} at ${position}`);
        hit[element] = 1;
      }
      expect(hit.every((seen) => seen === 1)).toBe(true);
    }
  });

  it("stays in range and invertible-looking at the largest size, where every element has 32 bits", () => {
    const permutation = makePermutation(streamKey(3, "large"), 2 ** 32);
    const elements = new Set<number>();
    for (let position = 2 ** 32 - 20_000; position < 2 ** 32; position++) elements.add(permute(permutation, position));
    expect(elements.size).toBe(20_000);
    expect(Math.min(...elements)).toBeGreaterThanOrEqual(0);
    // 20,000 uniform elements all below it: probability 2^-20000.
    expect(Math.max(...elements)).toBeGreaterThan(2 ** 31);
  });

  it.each([3, 10])("sends each of %p positions everywhere equally often over keys", (size) => {
    const keys = 40_000;
    const counts = Array.from({ length: size }, () => new Uint32Array(size));
    for (let k = 0; k < keys; k++) {
      const permutation = makePermutation(foldIn(streamKey(5, "shuffled"), k), size);
      for (let position = 0; position < size; position++) counts[position]![permute(permutation, position)]!++;
    }
    // The cells of a random permutation matrix: the sum is n / (n - 1) times a chi-squared of (n - 1)^2 degrees, whose
    // mean is its degrees and whose variance twice that. Five standard deviations.
    const expected = keys / size;
    let chiSquared = 0;
    for (const row of counts) for (const count of row) chiSquared += (count - expected) ** 2 / expected;
    const degrees = (size - 1) ** 2;
    expect((chiSquared * (size - 1)) / size).toBeLessThan(degrees + 5 * Math.sqrt(2 * degrees));
  });

  it("leaves no trace of the order: neighbours land apart as random ones do", () => {
    const size = 100_003;
    const permutation = makePermutation(streamKey(9, "neighbours"), size);
    let sumOfDistances = 0;
    let sumOfProducts = 0;
    for (let position = 0; position + 1 < size; position++) {
      const here = permute(permutation, position);
      const next = permute(permutation, position + 1);
      sumOfDistances += Math.abs(next - here) / size;
      sumOfProducts += (here / size - 0.5) * (next / size - 0.5);
    }
    // |X - Y| of two uniforms: mean 1/3, variance 1/18. X Y centred: mean 0, variance 1/144. Five standard errors.
    expect(Math.abs(sumOfDistances / size - 1 / 3)).toBeLessThan(5 * Math.sqrt(1 / 18 / size));
    expect(Math.abs(sumOfProducts / size)).toBeLessThan(5 * Math.sqrt(1 / 144 / size));
  });

  it.each([0, -1, 1.5, Number.NaN, 2 ** 32 + 1])("refuses size %p", (size) => {
    expect(() => makePermutation(streamKey(0, ""), size)).toThrow(/size is .* expected a whole number from 1 to 2\^32/);
  });
});

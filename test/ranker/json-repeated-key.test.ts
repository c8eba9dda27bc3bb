import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import { findRepeatedKey } from "../../src/ranker/json-repeated-key.ts";

describe("findRepeatedKey", () => {
  it.each([
    ['{"a":1,"a":2}', "a"],
    ['{"a":{"b":1,"c":[{"b":2}],"b":3}}', "b"],
    ['{"x\\"":1 , "x\\"" : 2}', 'x"'],
    ['{"a":1,"\\u0061":2}', "a"],
    ['{"":1,"":2}', ""],
  ])("finds it in %s", (text, key) => {
    expect(findRepeatedKey(text)).toBe(key);
  });

  it.each([
    '{"a":{"a":{"a":1}},"b":["a","a"]}', // in different objects, and as values
    '{"a":"\\"a\\":1","b":"a"}', // inside a string
    '[{"a":1},{"a":2}]',
    "{}",
    '"a"',
  ])("finds none in %s", (text) => {
    expect(findRepeatedKey(text)).toBeNull();
  });

  it("finds none in anything that JSON.stringify writes", () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 4 }), fc.constantFrom(0, 2), (value, indent) => {
        expect(findRepeatedKey(JSON.stringify(value, null, indent))).toBeNull();
      }),
    );
  });
});

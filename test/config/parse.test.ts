import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import { z } from "zod";
import { editDistance, nearestName } from "../../src/config/nearest-name.ts";
import { parseConfig } from "../../src/config/parse.ts";
import { setting } from "../../src/config/setting.ts";
import { expectedText, valueFromText } from "../../src/config/value-text.ts";

const schema = z
  .object({
    name: setting(z.string().min(1), { flag: "name", meaning: "A name without a default" }),
    patience: setting(z.int().min(1).nullable().default(5), { flag: "patience", meaning: "Patience" }),
    group: z
      .object({ rate: setting(z.number().positive().lt(1).default(0.1), { flag: "rate", meaning: "Rate" }) })
      .prefault({}),
  })
  .superRefine((config, context) => {
    if (config.name === "both") context.addIssue({ code: "custom", path: [], message: "give one thing or the other" });
    if (config.name === "odd") context.addIssue({ code: "custom", path: ["group", "rate"], message: "too odd" });
  });

const problemsOf = (run: () => unknown): readonly string[] => {
  try {
    run();
  } catch (error) {
    return (error as Error).message.split("\n");
  }
  return [];
};
const parse = (values: unknown, flags: Record<string, string | boolean> = {}) =>
  parseConfig({ schema, layers: [{ source: "a.json", values }], flags });

describe("parseConfig", () => {
  it("fills defaults in and overrides single settings from layer to layer", () => {
    const layers = [
      { source: "weak.json", values: { name: "weak", group: { rate: 0.2 } } },
      { source: "strong.json", values: { name: "strong" } },
    ];
    expect(parseConfig({ schema, layers, flags: { patience: "none" } })).toEqual({
      name: "strong",
      patience: null,
      group: { rate: 0.2 },
    });
  });

  it("says what is missing and which flag would give it", () => {
    expect(problemsOf(() => parse({}))).toEqual(["name is missing, expected text that is not empty; give --name"]);
  });

  it("names each bad value by where it was given", () => {
    expect(problemsOf(() => parse({ name: "", group: { rate: 1 } }, { patience: "0.5" }))).toEqual([
      'name is "" in a.json, expected text that is not empty',
      "--patience is 0.5, expected a whole number of at least 1 or none",
      "group.rate is 1 in a.json, expected a number above 0 and below 1",
    ]);
  });

  it("rejects unknown keys at every depth, dangerous ones too, and a value where a group belongs", () => {
    const values: unknown = JSON.parse('{"name":"x","__proto__":{"a":1},"group":{"rat":1},"nonsense":2}');
    expect(problemsOf(() => parse(values))).toEqual([
      "a.json: __proto__ is unknown",
      "a.json: group.rat is unknown (rate?)",
      "a.json: nonsense is unknown",
    ]);
    expect(problemsOf(() => parse({ name: "x", group: 3 }))).toEqual([
      "a.json: group is 3, expected an object with rate",
    ]);
  });

  it("passes on what the schema says about settings together", () => {
    expect(problemsOf(() => parse({ name: "both" }))).toEqual(["give one thing or the other"]);
    expect(problemsOf(() => parse({ name: "odd" }))).toEqual(["group.rate is 0.1: too odd"]);
  });
});

describe("text of flags", () => {
  it("reads numbers as people write them, and nothing else as a number", () => {
    const number = { type: "number" };
    expect(["1e-3", "-2", ".5", " 7 "].map((text) => valueFromText(text, number))).toEqual([0.001, -2, 0.5, 7]);
    expect(["", "0x10", "1,5", "Infinity", "1e", "12px"].map((text) => valueFromText(text, number))).toEqual([
      "",
      "0x10",
      "1,5",
      "Infinity",
      "1e",
      "12px",
    ]);
  });

  it("reads lists, and none as an empty list or as null", () => {
    const list = { type: "array", items: { type: "integer" } };
    expect(valueFromText("32, 16,8", list)).toEqual([32, 16, 8]);
    expect(valueFromText("none", list)).toEqual([]);
    expect(valueFromText("4,x", list)).toEqual([4, "x"]);
    expect(valueFromText("none", { anyOf: [{ type: "integer" }, { type: "null" }] })).toBeNull();
  });

  it("gives any finite number back", () => {
    fc.assert(
      fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (value) => {
        expect(valueFromText(String(value), { type: "number" })).toBe(value + 0); // -0 is written 0
      }),
    );
  });

  it("puts ranges into words", () => {
    expect(expectedText({ type: "integer", minimum: 1, maximum: Number.MAX_SAFE_INTEGER })).toBe(
      "a whole number of at least 1",
    );
    expect(expectedText({ type: "number", minimum: 0, exclusiveMaximum: 1 })).toBe(
      "a number of at least 0 and below 1",
    );
    expect(expectedText({ type: "string", enum: ["a", "b"] })).toBe("one of a, b");
  });
});

describe("nearestName", () => {
  it("counts one edit for a slip, a missing letter and two swapped neighbours", () => {
    expect(editDistance("seed", "sead")).toBe(1);
    expect(editDistance("bach", "batch")).toBe(1);
    expect(editDistance("sede", "seed")).toBe(1);
    expect(editDistance("", "abc")).toBe(3);
  });

  it("is the name that was meant, or nothing when none is near", () => {
    expect(nearestName("learningRat", ["learningRate", "batchSize"])).toBe("learningRate");
    expect(nearestName("xyzzy", ["learningRate", "batchSize"])).toBeNull();
  });
});

import { describe, expect, it } from "@jest/globals";
import { secondsOf } from "../../src/config/duration-text.ts";
import { parseConfig } from "../../src/config/parse.ts";
import { trainSchema } from "../../src/config/schemas/train-schema.ts";

const budget = (text: string) => parseConfig({ schema: trainSchema, layers: [], flags: { budget: text } }).budget;

describe("a duration", () => {
  it.each([
    ["60s", 60],
    ["2m", 120],
    ["1h", 3600],
    ["1h30m", 5400],
    ["0.5m", 30],
    ["1h2m3s", 3723],
  ])("%s is %i seconds", (text, seconds) => {
    expect(secondsOf(text)).toBe(seconds);
  });

  it.each(["", "60", "s", "2 m", "-5s", "1m1h", "soon"])("is not %j", (text) => {
    expect(secondsOf(text)).toBeNull();
  });

  it("of the same length is the same setting", () => {
    expect([budget("2m"), budget("120s"), budget("0h2m")]).toEqual(["120s", "120s", "120s"]);
  });

  it.each(["60", "0s", "a minute"])("that is %j is refused with what is expected", (text) => {
    expect(() => budget(text)).toThrow(`--budget is "${text}": expected a duration such as 60s, 2m, 1h or 1h30m`);
  });
});

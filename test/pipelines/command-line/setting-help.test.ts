import { describe, expect, it } from "@jest/globals";
import { z } from "zod";
import { optionsOf } from "../../../pipelines/command-line/setting-help.ts";
import { setting } from "../../../src/config/setting.ts";
import { settingsOf, settingTree } from "../../../src/config/setting-tree.ts";

const shown = (shape: z.ZodRawShape) =>
  settingsOf(settingTree(z.object(shape)))
    .flatMap(optionsOf)
    .filter(({ hidden }) => !hidden)
    .map(({ flags, description }) => [flags, description]);

const text = z.string().min(1);

describe("a setting in help", () => {
  it.each([
    ["text, of which nothing is worth saying", text.default("data"), "--x <text>", "What (default data)"],
    ["text that may be left out", text.nullable().default(null), "--x <text>", "What (default none)"],
    ["text that may not", text, "--x <text>", "What (needed)"],
    ["a number", z.int().min(1).default(3), "--x <number>", "What (a whole number of at least 1; default 3)"],
    [
      "a number or none",
      z.number().min(0).nullable().default(null),
      "--x <number>",
      "What (a number of at least 0; default none)",
    ],
    [
      "a number that none takes away",
      z.int().min(1).nullable().default(5),
      "--x <number>",
      "What (a whole number of at least 1 or none; default 5)",
    ],
    ["names", z.enum(["a", "b"]).default("a"), "--x <name>", "What (one of a, b; default a)"],
    ["a list of texts", z.array(text).default([]), "--x <list>", "What (a list, parted by commas; default none)"],
  ])("is, for %s, a flag and a sentence", (_, type, flags, help) => {
    expect(shown({ x: setting(type, { flag: "x", meaning: "What" }) })).toEqual([[flags, help]]);
  });

  it("does not say twice what is so unless it is given", () => {
    const notes = { flag: "x", meaning: "Users; all unless given", names: "file" } as const;
    expect(shown({ x: setting(text.nullable().default(null), notes) })).toEqual([
      ["--x <file>", "Users; all unless given"],
    ]);
  });

  it("has the unit, and the setting's own words for what it takes", () => {
    const days = setting(z.number().default(2), { flag: "x", meaning: "Wait", unit: "days", expects: "some days" });
    expect(shown({ days })).toEqual([["--x <number>", "Wait (some days; in days; default 2)"]]);
  });

  it("shows of a switch the flag that changes something, and both where neither is so unless given", () => {
    const notes = { flag: "x", meaning: "Does it", off: "Does it not" };
    expect(shown({ x: setting(z.boolean().default(false), notes) })).toEqual([["--x", "Does it"]]);
    expect(shown({ x: setting(z.boolean().default(true), notes) })).toEqual([["--no-x", "Does it not"]]);
    expect(shown({ x: setting(z.boolean().optional(), notes) })).toEqual([
      ["--x", "Does it"],
      ["--no-x", "Does it not"],
    ]);
  });

  it("stands under its heading, which holds until the next, whatever group the settings are in", () => {
    const one = (flag: string, heading?: "Ranker" | "Engine") =>
      setting(z.int().default(1), { flag, meaning: "", ...(heading === undefined ? {} : { heading }) });
    const schema = z.object({
      a: one("a", "Ranker"),
      deep: z.object({ b: one("b"), c: one("c", "Engine") }).prefault({}),
      d: one("d"),
    });
    const headings = settingsOf(settingTree(schema)).map(({ flag, heading }) => [flag, heading]);
    expect(headings).toEqual([
      ["a", "Ranker"],
      ["b", "Ranker"],
      ["c", "Engine"],
      ["d", "Engine"],
    ]);
  });
});

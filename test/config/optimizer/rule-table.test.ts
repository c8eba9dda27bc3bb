/** The rows that everything about an optimizer is read from, and the help texts put together from them. */
import { describe, expect, it } from "@jest/globals";
import { settingHelp } from "../../../src/config/optimizer/rule-help.ts";
import {
  denseRuleOf,
  isLazyRule,
  type RuleName,
  ruleNames,
  ruleOf,
  ruleSettings,
  settingsOfRule,
} from "../../../src/config/optimizer/rule-table.ts";

describe("the table of rules", () => {
  it.each(ruleNames)("gives %s at most one slot of each kind, a velocity first: engines keep one of each", (name) => {
    expect(["", "velocity", "square", "velocity square"]).toContain(
      ruleOf(name)
        .slots.map(({ kind }) => kind)
        .join(" "),
    );
  });

  it.each(ruleNames)("gives the defaults of %s within their ranges, the learning rate first", (name) => {
    const settings = settingsOfRule(name);
    expect(settings[0]![0]).toBe("learningRate");
    for (const [key, { default: value }] of settings) {
      const {
        above = Number.NEGATIVE_INFINITY,
        least = value,
        below = Number.POSITIVE_INFINITY,
      } = {
        ...ruleSettings[key].range,
      } as { above?: number; least?: number; below?: number };
      expect({ key, isWithin: value > above && value >= least && value < below }).toEqual({ key, isWithin: true });
    }
  });

  it.each(ruleNames.filter(isLazyRule))("has for %s a dense rule with the same settings", (name) => {
    const settings = (of: RuleName) => settingsOfRule(of).map(([key]) => key);
    expect(settings(name)).toEqual(settings(denseRuleOf(name)));
    expect(isLazyRule(denseRuleOf(name))).toBe(false);
  });

  it("titles every rule differently", () => {
    expect(new Set(ruleNames.map((name) => ruleOf(name).title)).size).toBe(ruleNames.length);
  });
});

describe("the help of a setting", () => {
  it("lists who takes it, with a default that they share", () => {
    expect(settingHelp("decay")).toBe("Decay of the mean of squares of rmsprop; 0.99 unless given");
    expect(settingHelp("momentum")).toBe("Momentum of momentum, nesterov, lars and lazy-momentum; 0.9 unless given");
  });

  it("lists no one where everyone takes it, and who has another default", () => {
    expect(settingHelp("learningRate")).toMatch(
      /^Peak learning rate; that of adam, adamw and lazy-adam fits the log; 0.001 unless given, 0.1 for sgd, momentum, nesterov and lazy-momentum, .*1 for lars/,
    );
  });

  it("gives lazy Adam no momentum, with which it would skip most of a rare row's move", () => {
    expect(settingHelp("beta1")).toMatch(/0\.9 unless given, 0 for lazy-adam$/);
  });

  it("tells apart what it means to whom", () => {
    expect(settingHelp("weightDecay")).toMatch(
      /^L2 strength of adam, sgd, .*; decoupled decay of adamw.*; decay inside the trust ratio of lamb and lars; refused with LAWN; 0 unless given, 0.01 for adamw$/,
    );
  });
});

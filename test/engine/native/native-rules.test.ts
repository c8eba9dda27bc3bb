/** An addon compiled from other sources than these is refused, rule by rule, before it trains anything. */
import { describe, expect, it } from "@jest/globals";
import { isLazyRule, ruleNames } from "../../../src/config/optimizer/rule-table.ts";
import { checkNativeInterface, requireNativeAddon } from "../../../src/engine/native/native-addon.ts";
import { checkNativeRules, type NativeRule } from "../../../src/engine/native/native-rules.ts";
import { EngineError } from "../../../src/errors.ts";
import { describeNative } from "../../support/engines/native-engine.ts";

describeNative("the rules of the compiled addon", () => {
  const compiled = (): readonly NativeRule[] => requireNativeAddon().rules();

  it("are the dense ones of the table, whatever their order", () => {
    expect(
      compiled()
        .map(({ name }) => name)
        .sort(),
    ).toEqual(ruleNames.filter((name) => !isLazyRule(name)).sort());
    expect(() => checkNativeRules([...compiled()].reverse(), "")).not.toThrow();
  });

  it("are refused where one is missing or unknown", () => {
    const [first, ...others] = compiled();
    expect(() => checkNativeRules(others, "run make setup")).toThrow(EngineError);
    expect(() => checkNativeRules(others, "run make setup")).toThrow(
      `native engine: built with other optimizers (${first!.name} is missing, expected slots`,
    );
    const unknown = { ...first!, name: "addam" };
    expect(() => checkNativeRules([...compiled(), unknown], "")).toThrow(/addam is slots .*, expected no such rule/);
  });

  describe.each<Partial<NativeRule>>([
    { hasVelocity: false },
    { hasSquare: false },
    { isDecoupled: true },
    { ratio: "gradient" },
  ])("with adam as %j", (change) => {
    it("are refused", () => {
      const changed = compiled().map((rule) => (rule.name === "adam" ? { ...rule, ...change } : rule));
      expect(() => checkNativeRules(changed, "")).toThrow(
        /adam is .*, expected slots velocity \+ square, L2 decay, ratio none/,
      );
    });
  });

  it("come with functions that take what these sources hand them", () => {
    expect(() => checkNativeInterface(requireNativeAddon(), "")).not.toThrow();
    expect(() => checkNativeInterface({}, "run make setup")).toThrow(
      "native engine: built from other sources (interface 1, expected 8); run make setup",
    );
    expect(() => checkNativeInterface({ interfaceNumber: () => 999 }, "")).toThrow(EngineError);
  });

  it("are chosen by name: an unknown one does not open", () => {
    const { openSession } = requireNativeAddon();
    const optimizer = { rule: "addam", lawn: null };
    const ranker = {
      users: 1,
      items: 1,
      dot: 1,
      gmf: 0,
      embedding: 0,
      tower: new Uint32Array(),
      idBiases: false,
      cosineTemperature: 0,
    };
    const settings = { ranker, optimizer, embeddingDecay: 0, groups: [], interactions: null, threads: 1 };
    expect(() => openSession({ ...settings, instructionSet: "" } as never)).toThrow("there is no rule addam");
  });
});

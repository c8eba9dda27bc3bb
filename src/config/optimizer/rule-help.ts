/**
 * The help text of an optimizer's setting, put together from the rows of rule-table.ts: what it means to whom, and its
 * defaults.
 */
import { type RuleName, type RuleSettingName, ruleNames, ruleOf, ruleSettings } from "./rule-table.ts";

/** Such as "Decay of the first moment of adam, adamw and lamb; 0.9 unless given". */
export function settingHelp(key: RuleSettingName): string {
  const uses = ruleNames.flatMap((name) => {
    const setting = ruleOf(name).settings[key];
    return setting === undefined ? [] : [{ name, meaning: setting.meaning, value: numberText(setting.default) }];
  });
  const meanings = groupBy(uses, ({ meaning }) => meaning).map(([meaning, names]) =>
    names.length === ruleNames.length ? meaning : `${meaning} of ${listOf(names)}`,
  );
  const { note } = ruleSettings[key];
  return [...meanings, ...(note === "" ? [] : [note]), defaultsText(groupBy(uses, ({ value }) => value))].join("; ");
}

/** The commonest first, without names: "1e-8 unless given, 1e-10 for adagrad, 1e-6 for lamb". */
function defaultsText(defaults: readonly Group[]): string {
  const [[usual] = ["0"], ...others] = [...defaults].sort(([, a], [, b]) => b.length - a.length);
  return [`${usual} unless given`, ...others.map(([value, names]) => `${value} for ${listOf(names)}`)].join(", ");
}

type Group = readonly [text: string, names: readonly RuleName[]];

/** In the order of first appearance. */
function groupBy<Use extends { readonly name: RuleName }>(
  uses: readonly Use[],
  text: (use: Use) => string,
): readonly Group[] {
  const groups = new Map<string, RuleName[]>();
  for (const use of uses) groups.set(text(use), [...(groups.get(text(use)) ?? []), use.name]);
  return [...groups];
}

/** 0.001, but 1e-6 */
function numberText(value: number): string {
  return value > 0 && value < 1e-4 ? value.toExponential() : String(value);
}

/** "a", "a and b", "a, b and c" */
function listOf(names: readonly string[]): string {
  return names.length < 2 ? names.join("") : `${names.slice(0, -1).join(", ")} and ${names.at(-1)}`;
}

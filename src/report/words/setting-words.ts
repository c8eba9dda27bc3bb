/** Settings of a resolved config in the words of a page. */
import { isRuleName, ruleOf } from "../../config/optimizer/rule-table.ts";

const MODELS: Readonly<Record<string, string>> = { mf: "MF", gmf: "GMF", mlp: "MLP", neumf: "NeuMF" };

/** Such as "NeuMF". */
export function rankerTitle(config: Readonly<Record<string, unknown>>): string {
  const model = settingText(config, "model") ?? "ranker";
  return MODELS[model] ?? model;
}

/** Such as "LAWN-Adam", "AdamW", "SGD". */
export function optimizerTitle(name: string): string {
  const base = name.replace(/^lawn-/, "");
  return `${base === name ? "" : "LAWN-"}${isRuleName(base) ? ruleOf(base).title : base}`;
}

/** The setting at a dotted path as text; null where it is not set. Lists are joined by commas. */
export function settingText(config: Readonly<Record<string, unknown>>, path: string): string | null {
  let value: unknown = config;
  for (const key of path.split(".")) {
    if (typeof value !== "object" || value === null || !Object.hasOwn(value, key)) return null;
    value = Reflect.get(value, key);
  }
  if (value === undefined || value === null) return null;
  if (Array.isArray(value)) return value.join(", ");
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}

/** Every setting of a config by its dotted path, in the config's order. */
export function flatSettings(value: unknown, path = ""): readonly (readonly [path: string, text: string])[] {
  if (typeof value === "object" && value !== null && !Array.isArray(value)) {
    return Object.entries(value).flatMap(([key, inner]) => flatSettings(inner, path === "" ? key : `${path}.${key}`));
  }
  return [[path, value === null ? "none" : Array.isArray(value) ? value.join(", ") : String(value)]];
}

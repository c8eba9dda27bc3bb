/** Values of settings as people write and read them: flag text to value, and what a setting expects in words. */
import { addressText, withoutSecrets } from "./address-text.ts";
import type { ValueShape } from "./setting-tree.ts";

/**
 * The value that `text` stands for where `shape` is expected: 1e-3 for a number, 32,16,8 for a list, none for null.
 * Text that cannot be such a value comes back as it is, so that validation names it.
 */
export function valueFromText(text: string, shape: ValueShape): unknown {
  if (shape.anyOf !== undefined) return valueOfAny(text, shape.anyOf);
  switch (shape.type) {
    case "integer":
    case "number":
      return numberFromText(text) ?? text;
    case "boolean":
      return text === "true" ? true : text === "false" ? false : text;
    case "null":
      return text === "none" ? null : text;
    case "array": {
      const { items } = shape;
      if (text.trim() === "" || text === "none") return [];
      const parts = text.split(",").map((part) => part.trim());
      return items === undefined ? parts : parts.map((part) => valueFromText(part, items));
    }
    default:
      return text;
  }
}

/** Such as "a whole number of at least 1" or "one of bce, bpr". */
export function expectedText(shape: ValueShape): string {
  if (shape.expects !== undefined) return shape.expects;
  if (shape.anyOf !== undefined) return shape.anyOf.map(expectedText).join(" or ");
  if (shape.enum !== undefined) {
    return shape.enum.length === 1 ? String(shape.enum[0]) : `one of ${shape.enum.map(String).join(", ")}`;
  }
  if (shape.const !== undefined) return String(shape.const);
  switch (shape.type) {
    case "integer":
      return `a whole number${rangeText(shape)}`;
    case "number":
      return `a number${rangeText(shape)}`;
    case "boolean":
      return "true or false";
    case "null":
      return "none";
    case "array":
      return `a list${shape.minItems === undefined ? "" : ` of at least ${shape.minItems}`}, each ${expectedText(shape.items ?? {})}`;
    case "string":
      if (shape.pattern !== undefined) return `text like /${shape.pattern}/`;
      return (shape.minLength ?? 0) > 0 ? "text that is not empty" : "text";
    default:
      return "a value";
  }
}

/** A found value, quoted when it is text, cut when it is long, without the secrets of an address. */
export function foundText(value: unknown): string {
  const shown = typeof value === "string" ? addressText(value) : value;
  const text = value === undefined ? "missing" : withoutSecrets(JSON.stringify(shown));
  return text.length > 80 ? `${text.slice(0, 77)}...` : text;
}

function numberFromText(text: string): number | null {
  // Number("") is 0 and Number("0x10") is 16; neither is what a person meant.
  return /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(text.trim()) ? Number(text) : null;
}

function valueOfAny(text: string, shapes: readonly ValueShape[]): unknown {
  for (const shape of shapes) {
    const value = valueFromText(text, shape);
    if (typeof value !== "string") return value;
  }
  return text;
}

function rangeText(shape: ValueShape): string {
  // zod bounds every whole number by the safe integers; that is no news to anybody.
  const least = shape.minimum === -Number.MAX_SAFE_INTEGER ? undefined : shape.minimum;
  const most = shape.maximum === Number.MAX_SAFE_INTEGER ? undefined : shape.maximum;
  if (least !== undefined && most !== undefined) return ` from ${least} to ${most}`;
  const parts = [
    least === undefined ? "" : `of at least ${least}`,
    shape.exclusiveMinimum === undefined ? "" : `above ${shape.exclusiveMinimum}`,
    most === undefined ? "" : `of at most ${most}`,
    shape.exclusiveMaximum === undefined ? "" : `below ${shape.exclusiveMaximum}`,
  ].filter((part) => part !== "");
  return parts.length === 0 ? "" : ` ${parts.join(" and ")}`;
}

/** What sets a line of names apart from lines of values, where the names themselves are not known. */
import { NULL_TEXTS } from "../../../config/schemas/ingest/ingest-settings.ts";

/** A column is of a kind although this share of the lines looked at says otherwise. */
const MOST_EXCEPTIONS = 0.1;

/** Whether `field` is a word where the values below it are numbers. */
export function isWordOverNumbers(field: string, values: readonly string[]): boolean {
  return !isPlaceholder(field) && areNearlyAll(values, isNumber);
}

/** Whether `field` has no digit where the values below it have: "sku" over SKU0001. */
export function isNameOverCodes(field: string, values: readonly string[]): boolean {
  return !isPlaceholder(field) && !hasDigit(field) && areNearlyAll(values, hasDigit);
}

export function isNumber(text: string): boolean {
  return text.trim() !== "" && Number.isFinite(Number(text));
}

function areNearlyAll(values: readonly string[], isOfKind: (value: string) => boolean): boolean {
  const others = values.filter((value) => !isOfKind(value) && !isPlaceholder(value));
  return others.length <= values.length * MOST_EXCEPTIONS && values.some(isOfKind);
}

function hasDigit(text: string): boolean {
  return /\d/.test(text);
}

function isPlaceholder(text: string): boolean {
  return text.trim() === "" || NULL_TEXTS.includes(text.trim());
}

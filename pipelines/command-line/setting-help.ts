/** A setting as help shows it: its flags, what stands for the value, and one text with range, unit and default. */
import { Option } from "commander";
import type { NamedThing } from "../../src/config/setting.ts";
import type { Setting, ValueShape } from "../../src/config/setting-tree.ts";
import { expectedText } from "../../src/config/value-text.ts";

/**
 * None for a setting that only files carry; --x and --no-x for a switch, of which help hides what is so anyway; a
 * switch that takes a word too, such as --refit all, may be given without it.
 */
export function optionsOf(setting: Setting): readonly Option[] {
  const { flag, meaning, off, accepts, defaultValue } = setting;
  if (flag === null) return [];
  const heading = headingText(setting.heading ?? GENERAL);
  const option = (words: string, help: string): Option => new Option(words, help).helpGroup(heading);
  const isSwitch = accepts.type === "boolean";
  const isSwitchOrMore = accepts.anyOf?.some(({ type }) => type === "boolean") === true;
  if (isSwitchOrMore) {
    return [
      option(`--${flag} [${valueWord(setting)}]`, meaning),
      option(`--no-${flag}`, off ?? "").hideHelp(defaultValue === false),
    ];
  }
  if (!isSwitch) return [option(`--${flag} <${valueWord(setting)}>`, helpOf(setting))];
  return [
    option(`--${flag}`, meaning).hideHelp(defaultValue === true),
    option(`--no-${flag}`, off ?? "").hideHelp(defaultValue === false),
  ];
}

/** What every command has besides its settings stands under it. */
export const GENERAL = "General";

export function headingText(heading: string): string {
  return `${heading}:`;
}

/** What stands for the value after the flag. */
export function valueWord({ names, accepts }: Pick<Setting, "names" | "accepts">): string {
  if (names !== null) return wordOf(names);
  const shape = withoutNone(accepts);
  if (shape.enum !== undefined) return "name";
  if (shape.type === "integer" || shape.type === "number") return "number";
  if (shape.type === "array") return "list";
  return "text";
}

function wordOf(thing: NamedThing): string {
  return thing === "url" ? "address" : thing;
}

function helpOf({ meaning, accepts, unit, defaultValue, isNeeded, fitsLog }: Setting): string {
  const isNone = defaultValue === null;
  const notes = [
    isNeeded ? "needed" : "",
    // None is what an empty setting is anyway.
    restriction(isNone ? withoutNone(accepts) : accepts),
    unit === null ? "" : `in ${unit}`,
    defaultNote(),
  ].filter((note) => note !== "");
  function defaultNote(): string {
    if (fitsLog) return "fits the log unless given";
    // "all users unless given" says more than "default none".
    return defaultValue === undefined || (isNone && / unless given/.test(meaning))
      ? ""
      : `default ${defaultText(defaultValue)}`;
  }
  return notes.length === 0 ? meaning : `${meaning} (${notes.join("; ")})`;
}

/** What a value must be, where that is not any text. */
function restriction(shape: ValueShape): string {
  const isAnyText = (of: ValueShape): boolean =>
    of.type === "string" && of.enum === undefined && of.const === undefined && of.pattern === undefined;
  if (shape.expects !== undefined) return shape.expects;
  if (isAnyText(shape)) return "";
  if (shape.type === "array" && isAnyText(shape.items ?? {})) return "a list, parted by commas";
  return expectedText(shape);
}

function withoutNone(shape: ValueShape): ValueShape {
  const others = shape.anyOf?.filter(({ type }) => type !== "null");
  return others?.length === 1
    ? { ...others[0], ...(shape.expects === undefined ? {} : { expects: shape.expects }) }
    : shape;
}

function defaultText(value: unknown): string {
  if (value === null || (Array.isArray(value) && value.length === 0)) return "none";
  return Array.isArray(value) ? value.join(",") : String(value);
}

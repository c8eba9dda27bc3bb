/**
 * From layers of given values to one checked config: defaults < recommendations < config file < flags,
 * all problems in one error.
 */
import type { z } from "zod";
import { ConfigError } from "../errors.ts";
import { isRecord } from "./is-record.ts";
import { nearestName } from "./nearest-name.ts";
import { type Setting, type SettingGroup, settingsOf, settingTree } from "./setting-tree.ts";
import { expectedText, foundText, valueFromText } from "./value-text.ts";

/** Values as a file holds them, nested; `source` names them in errors, such as "config.json". */
export interface ConfigLayer {
  readonly source: string;
  readonly values: unknown;
}

export interface ParseOptions<Schema extends z.ZodType> {
  readonly schema: Schema;
  /** From weakest to strongest; each overrides single settings of those before it. */
  readonly layers: readonly ConfigLayer[];
  /** Text by flag without dashes, true or false for switches. Stronger than every layer. */
  readonly flags: Readonly<Record<string, string | boolean>>;
  /** Problems found earlier, such as unknown flags, to be reported together with the ones found here. */
  readonly problems?: readonly string[];
}

/** Throws ConfigError with a line for each problem. */
export function parseConfig<Schema extends z.ZodType>(options: ParseOptions<Schema>): z.output<Schema> {
  const { schema, layers, flags } = options;
  const tree = settingTree(schema);
  const given = gatherGiven(tree, layers, flags);
  const problems = [...(options.problems ?? []), ...given.problems];
  const parsed = schema.safeParse(given.values);
  if (!parsed.success) problems.push(...parsed.error.issues.map((issue) => issueText(issue, tree, given)));
  if (problems.length > 0) throw new ConfigError([...new Set(problems)].join("\n"));
  return parsed.data!; // safeParse has data whenever it succeeded, and a failure has thrown above
}

/** What was given, merged, before defaults; unknown keys are left out and stand among the problems. */
export interface GivenValues {
  readonly values: Readonly<Record<string, unknown>>;
  readonly problems: readonly string[];
  /** Where each given setting came from: "--flag" or "file", by dotted path. */
  readonly sources: ReadonlyMap<string, string>;
}

export function gatherGiven(
  tree: SettingGroup,
  layers: readonly ConfigLayer[],
  flags: Readonly<Record<string, string | boolean>>,
): GivenValues {
  const merged = new Merge();
  for (const layer of layers) merged.addGroup(tree, layer.values, layer.source);
  const settings = settingsOf(tree);
  for (const [flag, text] of Object.entries(flags)) {
    const setting = settings.find((candidate) => candidate.flag === flag);
    if (setting === undefined) merged.problems.push(unknownText(`--${flag}`, flag, flagsOf(settings)));
    else merged.set(setting.path, typeof text === "string" ? valueFromText(text, setting.accepts) : text, `--${flag}`);
  }
  return merged;
}

class Merge implements GivenValues {
  readonly values: Record<string, unknown> = {};
  readonly problems: string[] = [];
  readonly sources = new Map<string, string>();

  addGroup(group: SettingGroup, values: unknown, source: string): void {
    if (!isRecord(values)) {
      const name = group.path.length === 0 ? "the config" : group.path.join(".");
      this.problems.push(
        `${source}: ${name} is ${foundText(values)}, expected an object with ${[...group.members.keys()].join(", ")}`,
      );
      return;
    }
    for (const [key, value] of Object.entries(values)) {
      const member = group.members.get(key);
      const path = [...group.path, key];
      if (member === undefined) {
        this.problems.push(`${source}: ${unknownText(path.join("."), key, [...group.members.keys()])}`);
      } else if (member.kind === "group") this.addGroup(member, value, source);
      else this.set(path, value, source);
    }
  }

  set(path: readonly string[], value: unknown, source: string): void {
    let group = this.values;
    for (const key of path.slice(0, -1)) {
      const next = group[key];
      const child: Record<string, unknown> = isRecord(next) ? next : {};
      group[key] = child;
      group = child;
    }
    group[path.at(-1)!] = value;
    this.sources.set(path.join("."), source);
  }
}

function issueText(issue: z.core.$ZodIssue, tree: SettingGroup, given: GivenValues): string {
  const path = issue.path.map(String);
  if (path.length === 0 && issue.code === "custom") return issue.message;
  const { setting, depth } = settingAt(tree, path);
  const dotted = path.slice(0, depth).join(".");
  const source = given.sources.get(dotted);
  const name = source?.startsWith("--") ? source : dotted;
  const where = source === undefined || source.startsWith("--") ? "" : ` in ${source}`;
  const value = valueAt(given.values, path.slice(0, depth));
  const found = value === undefined && setting?.defaultValue !== undefined ? setting.defaultValue : value;
  if (issue.code === "custom") return `${name} is ${foundText(found)}${where}: ${issue.message}`;
  const remedy = value === undefined && setting?.flag ? `; give --${setting.flag}` : "";
  const expected = setting === null ? issue.message : `expected ${expectedText(setting.accepts)}`;
  return `${name} is ${foundText(value)}${where}, ${expected}${remedy}`;
}

function settingAt(tree: SettingGroup, path: readonly string[]): { setting: Setting | null; depth: number } {
  let group = tree;
  for (const [depth, key] of path.entries()) {
    const member = group.members.get(key);
    if (member === undefined) break;
    if (member.kind === "setting") return { setting: member.setting, depth: depth + 1 };
    group = member;
  }
  return { setting: null, depth: path.length };
}

function valueAt(values: unknown, path: readonly string[]): unknown {
  return path.reduce<unknown>((value, key) => (isRecord(value) ? value[key] : undefined), values);
}

function unknownText(shown: string, name: string, known: readonly string[]): string {
  const nearest = nearestName(name, known);
  const dashes = shown.startsWith("--") ? "--" : "";
  return `${shown} is unknown${nearest === null ? "" : ` (${dashes}${nearest}?)`}`;
}

function flagsOf(settings: readonly Setting[]): readonly string[] {
  return settings.flatMap((setting) => (setting.flag === null ? [] : [setting.flag]));
}

/** What a shell can complete: commands, their flags, and what stands behind a flag, read from the settings. */
import { type Setting, settingsOf, settingTree, type ValueShape } from "../../../src/config/setting-tree.ts";
import type { StageEntry } from "../stage-entry.ts";
import { commonFlags } from "../stage-flags.ts";

export interface CommandWords {
  readonly name: string;
  readonly summary: string;
  /** What may stand behind the command without a flag; null where nothing may. */
  readonly argument: ValueWords | null;
  readonly flags: readonly FlagWords[];
}

export interface FlagWords {
  /** With dashes. */
  readonly flag: string;
  /** A few words. */
  readonly meaning: string;
  /** Null for a switch. */
  readonly value: ValueWords | null;
}

export type ValueWords =
  | { readonly kind: "file" | "folder" | "other" }
  /** One of the names, or of a list several, parted by commas. */
  | { readonly kind: "names"; readonly names: readonly string[]; readonly isList: boolean };

export async function completionWords(entries: readonly StageEntry[]): Promise<readonly CommandWords[]> {
  const words: CommandWords[] = [];
  for (const { name, summary, schema } of entries) {
    const settings = settingsOf(settingTree(await schema()));
    const argument = settings.find(({ isArgument }) => isArgument);
    words.push({
      name,
      summary,
      argument: argument === undefined ? null : valueWordsOf(argument),
      flags: [...settings.flatMap(flagsOf), ...general],
    });
  }
  return words;
}

const MOST_SIGNS = 60;

const general: readonly FlagWords[] = [
  ...commonFlags.map(({ flag, file, meaning }) => ({
    flag: `--${flag}`,
    meaning: fewWords(meaning),
    value: file === true ? ({ kind: "file" } as const) : null,
  })),
  { flag: "--help", meaning: "Show the flags", value: null },
];

function flagsOf(setting: Setting): readonly FlagWords[] {
  const { flag, meaning, off, accepts, defaultValue } = setting;
  if (flag === null) return [];
  if (accepts.type !== "boolean")
    return [{ flag: `--${flag}`, meaning: fewWords(meaning), value: valueWordsOf(setting) }];
  return [
    ...(defaultValue === true ? [] : [{ flag: `--${flag}`, meaning: fewWords(meaning), value: null }]),
    ...(defaultValue === false ? [] : [{ flag: `--no-${flag}`, meaning: fewWords(off ?? ""), value: null }]),
  ];
}

function valueWordsOf({ names, accepts }: Setting): ValueWords {
  const choices = choicesOf(accepts);
  if (choices.length > 0) {
    const isList = accepts.type === "array" || accepts.anyOf?.some(({ type }) => type === "array") === true;
    return { kind: "names", names: choices, isList };
  }
  if (names === "folder") return { kind: "folder" };
  // A run is a folder and a dataset may be a file: what lies there is shown.
  const isPath = names === "file" || names === "path" || names === "run" || names === "dataset";
  return { kind: isPath ? "file" : "other" };
}

function choicesOf(shape: ValueShape): readonly string[] {
  const own = shape.enum ?? (shape.const === undefined ? [] : [shape.const]);
  const inner = [...(shape.anyOf ?? []), ...(shape.items === undefined ? [] : [shape.items])];
  return [...own.map(String), ...inner.flatMap(choicesOf)];
}

/** The first clause, as far as it fits beside a flag. */
function fewWords(meaning: string): string {
  const clause = meaning.split(/;|\. /)[0]!.trim();
  if (clause.length <= MOST_SIGNS) return clause;
  return `${clause.slice(0, clause.lastIndexOf(" ", MOST_SIGNS - 3)).replace(/,$/, "")}...`;
}

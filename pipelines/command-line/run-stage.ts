/** A command that is run: its words become settings, its stage is loaded, and what comes of it is printed. */
import { type Command, Option } from "commander";
import { gatherGiven } from "../../src/config/parse.ts";
import { type SettingGroup, settingsOf } from "../../src/config/setting-tree.ts";
import { readConfigFile } from "./config-file.ts";
import { runWithSettings } from "./run-with-settings.ts";
import type { StageEntry } from "./stage-entry.ts";
import { strayProblems } from "./stray-arguments.ts";
import type { Terminal } from "./terminal.ts";

type Flags = Readonly<Record<string, string | boolean>>;

/** `command` has been parsed. Resolves to the exit status. */
export async function runStage(
  command: Command,
  { entry, tree }: { readonly entry: StageEntry; readonly tree: SettingGroup },
  stages: readonly StageEntry[],
  terminal: Terminal,
): Promise<number> {
  const { config: file, json, quiet } = command.opts<{ config?: string; json?: true; quiet?: true }>();
  const context = terminal.context({ quiet: quiet === true });
  const stage = await entry.load();
  const { flags, strays } = withArgument(tree, givenFlags(command, tree), command.args);
  const names = stages.map(({ name }) => name);
  const layers = file === undefined ? [] : [await readConfigFile(file, entry.name, names)];
  const known = command.options.map((option) => option.name());
  const given = { layers, flags, problems: strayProblems(strays, known) };
  if ((await stage.follow?.(gatherGiven(tree, layers, flags).values, context)) === true) return 0;
  const result = await runWithSettings(stage, tree, given, context);
  const { text, exitCode = 0 } = result;
  if (json === true) terminal.stdout(`${JSON.stringify(result.json)}\n`);
  // What went well is said to nobody who wants quiet; what to mend, or how to go on, is.
  else if (text !== "" && (quiet !== true || exitCode !== 0)) {
    terminal.stdout(text.endsWith("\n") ? text : `${text}\n`);
  }
  return exitCode;
}

/** The first word is the stage's argument, where it takes one and the flag is not given too. */
function withArgument(
  tree: SettingGroup,
  flags: Flags,
  words: readonly string[],
): { readonly flags: Flags; readonly strays: readonly string[] } {
  const [first, ...rest] = words;
  const argument = settingsOf(tree).find(({ isArgument }) => isArgument)?.flag ?? null;
  if (argument === null || first === undefined || first.startsWith("-") || argument in flags) {
    return { flags, strays: words };
  }
  return { flags: { ...flags, [argument]: first }, strays: rest };
}

function givenFlags(command: Command, tree: SettingGroup): Flags {
  const values = command.opts<Record<string, string | boolean | undefined>>();
  const flags: Record<string, string | boolean> = {};
  for (const { flag } of settingsOf(tree)) {
    if (flag === null) continue;
    const value = values[new Option(`--${flag}`).attributeName()];
    if (value !== undefined) flags[flag] = value;
  }
  return flags;
}

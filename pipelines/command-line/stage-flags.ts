/** The flags of a command: those of its settings, under their headings, and those that every command has. */
import { type Command, Option } from "commander";
import { type SettingGroup, settingsOf, settingTree } from "../../src/config/setting-tree.ts";
import { GENERAL, headingText, optionsOf, valueWord } from "./setting-help.ts";
import type { StageEntry } from "./stage-entry.ts";

/** Flags of every command that are no settings. `file` names what the value is. */
export const commonFlags: readonly { readonly flag: string; readonly file?: true; readonly meaning: string }[] = [
  {
    flag: "config",
    file: true,
    meaning: "JSON file of settings, or of a block of settings for each command by name; flags win over it",
  },
  { flag: "json", meaning: "Print the result as one JSON line on stdout" },
  { flag: "quiet", meaning: "Print nothing but errors, and --json's line where that is given too" },
  { flag: "debug", meaning: "Show where in the program an error arose" },
];

/** Loads the settings of `entry` and gives `command` their flags. */
export async function describeFlags(command: Command, entry: StageEntry): Promise<SettingGroup> {
  const tree = settingTree(await entry.schema());
  const settings = settingsOf(tree);
  // Unknown flags are let through here and reported together with every other problem of the config.
  command.allowUnknownOption().allowExcessArguments();
  const argument = settings.find(({ isArgument }) => isArgument);
  if (argument !== undefined) command.usage(`<${valueWord(argument)}> [options]`);
  for (const option of settings.flatMap(optionsOf)) command.addOption(option);
  const general = headingText(GENERAL);
  for (const { flag, file, meaning } of commonFlags) {
    command.addOption(new Option(file === true ? `--${flag} <file>` : `--${flag}`, meaning).helpGroup(general));
  }
  command.addHelpOption(new Option("-h, --help", "Show this").helpGroup(general));
  return tree;
}

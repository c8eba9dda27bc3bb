/** The command line as a function: arguments in, exit status out. Flags and help come from each stage's settings. */
import { Command, CommanderError, Option } from "commander";
import { type ConfigLayer, gatherGiven, parseConfig } from "../../src/config/parse.ts";
import { type Setting, settingsOf, settingTree } from "../../src/config/setting-tree.ts";
import { expectedText } from "../../src/config/value-text.ts";
import { ConfigError } from "../../src/errors.ts";
import type { Stage, StageContext } from "../stage.ts";
import { readConfigFile } from "./config-file.ts";
import { failureOf } from "./failure.ts";
import { strayProblems } from "./stray-arguments.ts";
import { terminalText } from "./terminal-text.ts";

/** A stage that is loaded only when its command is called, so that the list of commands appears at once. */
export interface StageEntry {
  readonly name: string;
  readonly summary: string;
  load(): Promise<Stage>;
}

export interface Terminal {
  readonly version: string;
  stdout(text: string): void;
  stderr(text: string): void;
  context(options: { readonly quiet: boolean }): Omit<StageContext, "recommendations" | "givenAsFlags">;
}

/** Runs the stage that `argv` (without node and script) asks for. Never throws; resolves to the exit status. */
export async function runCommandLine(
  argv: readonly string[],
  stages: readonly StageEntry[],
  bare: Terminal,
): Promise<number> {
  const terminal = guarded(bare);
  const name = argv[0] === "help" ? argv[1] : argv[0];
  try {
    let status = 0;
    const program = commandList(terminal);
    for (const entry of stages) {
      const command = program.command(entry.name).description(entry.summary);
      if (entry.name !== name) continue;
      const stage = await entry.load();
      describeFlags(command, stage, stages);
      command.action(async () => {
        status = await runStage(command, stage, stages, terminal);
      });
    }
    if (argv.length === 0) {
      terminal.stderr(program.helpInformation());
      return 2;
    }
    await program.parseAsync(argv, { from: "user" });
    return status;
  } catch (error) {
    if (error instanceof CommanderError && error.exitCode === 0) return 0;
    const failure = failureOf(error instanceof CommanderError ? new ConfigError(error.message) : error, {
      debug: argv.includes("--debug"),
    });
    const known = stages.some((stage) => stage.name === name) ? ` ${name}` : "";
    terminal.stderr(`lawn-ranker${known}: ${failure.text}\n`);
    return failure.status;
  }
}

/** Whatever is said through it, by us or by a stage, moves no cursor and rings no bell. */
function guarded(bare: Terminal): Terminal {
  return {
    ...bare,
    stdout: (text) => bare.stdout(terminalText(text)),
    stderr: (text) => bare.stderr(terminalText(text)),
    context(options) {
      const context = bare.context(options);
      return { ...context, log: (line) => context.log(terminalText(line)) };
    },
  };
}

function commandList(terminal: Terminal): Command {
  return new Command("lawn-ranker")
    .description("Train, evaluate and score recommender rankers from interaction logs, with LAWN over any optimizer.")
    .version(terminal.version)
    .exitOverride()
    .configureOutput({ writeOut: terminal.stdout, writeErr: terminal.stderr, outputError: () => {} })
    .configureHelp({ helpWidth: 110 });
}

function describeFlags(command: Command, stage: Stage, stages: readonly StageEntry[]): void {
  // Unknown flags are let through here and reported together with every other problem of the config.
  command.allowUnknownOption().allowExcessArguments();
  if (stage.argument !== undefined) command.usage(`<${stage.argument}> [options]`);
  for (const setting of settingsOf(settingTree(stage.schema))) {
    for (const option of optionsOf(setting)) command.addOption(option);
  }
  command
    .option(
      "--config <file>",
      `JSON file of settings, or of blocks named ${stages.map(({ name }) => name).join(", ")}; flags win over it`,
    )
    .option("--json", "print the result as one JSON line on stdout")
    .option("--quiet", "no progress, no reports; errors still appear")
    .option("--debug", "show where in the program an error arose");
}

function optionsOf(setting: Setting): readonly Option[] {
  if (setting.flag === null) return [];
  const help = helpOf(setting);
  if (setting.accepts.type !== "boolean") return [new Option(`--${setting.flag} <value>`, help)];
  const [on, off] = [new Option(`--${setting.flag}`, help), new Option(`--no-${setting.flag}`, help)];
  return setting.defaultValue === true ? [on.hideHelp(), off] : [on, off.hideHelp()];
}

function helpOf(setting: Setting): string {
  const { accepts, unit, defaultValue } = setting;
  const notes = [
    accepts.type === "boolean" ? switchText(setting) : expectedText(accepts),
    unit === null ? "" : `in ${unit}`,
    defaultValue === undefined || accepts.type === "boolean" ? "" : `default ${defaultText(defaultValue)}`,
  ].filter((note) => note !== "");
  return notes.length === 0 ? setting.meaning : `${setting.meaning} (${notes.join("; ")})`;
}

/**
 * The one of the two flags that help shows: its meaning alone would say the opposite of --no-x,
 * or hide that there is one.
 */
function switchText({ flag, defaultValue }: Setting): string {
  if (defaultValue === true) return "on unless this is given";
  return defaultValue === false ? "" : `--no-${flag} for the opposite`;
}

function defaultText(value: unknown): string {
  if (value === null || (Array.isArray(value) && value.length === 0)) return "none";
  return Array.isArray(value) ? value.join(",") : String(value);
}

async function runStage(
  command: Command,
  stage: Stage,
  stages: readonly StageEntry[],
  terminal: Terminal,
): Promise<number> {
  const { config: file, json, quiet } = command.opts<{ config?: string; json?: true; quiet?: true }>();
  const context = terminal.context({ quiet: quiet === true });
  const { flags, strays } = withArgument(stage, givenFlags(command, stage), command.args);
  const layers =
    file === undefined
      ? []
      : [
          await readConfigFile(
            file,
            stage.name,
            stages.map(({ name }) => name),
          ),
        ];
  const recommended = await recommendedLayers(stage, layers, flags);
  for (const layer of recommended) context.log(`settings from ${layer.source}: ${JSON.stringify(layer.values)}`);
  const config = parseConfig({
    schema: stage.schema,
    layers: [...recommended, ...layers],
    flags,
    problems: strayProblems(
      strays,
      command.options.map((option) => option.name()),
    ),
  });
  const result = await stage.run(config, {
    ...context,
    recommendations: recommended.map(({ source }) => source),
    givenAsFlags: namesOf(stage, flags),
  });
  if (json === true) terminal.stdout(`${JSON.stringify(result.json)}\n`);
  else if (result.text !== "") terminal.stdout(result.text.endsWith("\n") ? result.text : `${result.text}\n`);
  return result.exitCode ?? 0;
}

/** The first word is the stage's argument, where it takes one and the flag is not given too. */
function withArgument(
  stage: Stage,
  flags: Readonly<Record<string, string | boolean>>,
  words: readonly string[],
): { readonly flags: Readonly<Record<string, string | boolean>>; readonly strays: readonly string[] } {
  const [first, ...rest] = words;
  const { argument } = stage;
  if (argument === undefined || first === undefined || first.startsWith("-") || argument in flags) {
    return { flags, strays: words };
  }
  return { flags: { ...flags, [argument]: first }, strays: rest };
}

function givenFlags(command: Command, stage: Stage): Readonly<Record<string, string | boolean>> {
  const values = command.opts<Record<string, string | boolean | undefined>>();
  const flags: Record<string, string | boolean> = {};
  for (const { flag } of settingsOf(settingTree(stage.schema))) {
    if (flag === null) continue;
    const value = values[new Option(`--${flag}`).attributeName()];
    if (value !== undefined) flags[flag] = value;
  }
  return flags;
}

function namesOf(stage: Stage, flags: Readonly<Record<string, string | boolean>>): readonly string[] {
  return settingsOf(settingTree(stage.schema)).flatMap(({ flag, path }) =>
    flag !== null && flag in flags ? [path.join(".")] : [],
  );
}

async function recommendedLayers(
  stage: Stage,
  layers: readonly ConfigLayer[],
  flags: Readonly<Record<string, string | boolean>>,
): Promise<readonly ConfigLayer[]> {
  if (stage.recommend === undefined) return [];
  return stage.recommend(gatherGiven(settingTree(stage.schema), layers, flags).values);
}

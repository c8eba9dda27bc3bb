/**
 * The command line as a function: arguments in, exit status out. Flags and help come from each stage's settings.
 * Nothing is loaded before it is needed: the list and the version need nothing, help the settings.
 */
import { Command, CommanderError } from "commander";
import type { StageEntry } from "./stage-entry.ts";
import { guarded, type Terminal } from "./terminal.ts";

/** Wider lines are hard to read. */
const MOST_HELP_COLUMNS = 110;

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
      const { describeFlags } = await import("./stage-flags.ts");
      const tree = await describeFlags(command, entry);
      command.action(async () => {
        const { runStage } = await import("./run-stage.ts");
        status = await runStage(command, { entry, tree }, stages, terminal);
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
    const { failureOf } = await import("./failure.ts");
    const { ConfigError } = await import("../../src/errors.ts");
    const failure = failureOf(error instanceof CommanderError ? new ConfigError(error.message) : error, {
      debug: argv.includes("--debug"),
    });
    const known = stages.some((stage) => stage.name === name) ? ` ${name}` : "";
    terminal.stderr(`lawn-ranker${known}: ${failure.text}\n`);
    return failure.status;
  }
}

function commandList({ version, columns, stdout, stderr }: Terminal): Command {
  return new Command("lawn-ranker")
    .description("Train, evaluate and score recommender rankers from interaction logs, with LAWN over any optimizer.")
    .version(version)
    .exitOverride()
    .configureOutput({ writeOut: stdout, writeErr: stderr, outputError: () => {} })
    .configureHelp({ helpWidth: Math.min(columns ?? MOST_HELP_COLUMNS, MOST_HELP_COLUMNS) });
}

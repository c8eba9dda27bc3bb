#!/usr/bin/env node
/** The program `lawn-ranker`: streams, signals, exit status. What it can do stands in stages.ts. */
import { spawn } from "node:child_process";
import { openFilesRemedy } from "../src/files/open-files-limit.ts";
import { leftOutRemedy } from "../src/left-out-packages.ts";
import { packageVersion, thisProcess } from "./outside-world.ts";
import type { OutsideWorld, StartedProgram } from "./stage.ts";

const interruption = new AbortController();

// A reader that has seen enough (`lawn-ranker ... | head -1`) closes the pipe; that is no failure of ours.
for (const stream of [process.stdout, process.stderr]) {
  stream.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code === "EPIPE") process.exit(0);
    throw error;
  });
}
for (const signal of ["SIGINT", "SIGTERM"] as const) {
  process.on(signal, () => {
    if (interruption.signal.aborted) process.exit(130);
    interruption.abort();
  });
}

// Started by another of these programs: its end, even by kill -9, closes the channel, and then nobody
// waits for this one's work.
if (process.channel !== undefined) {
  process.on("disconnect", () => process.exit(130));
  process.channel.unref();
}

process.exitCode = await run();

/** What the program consists of is loaded here: it is hundreds of files, more than some shells allow to be open. */
async function run(): Promise<number> {
  try {
    const { runCommandLine } = await import("./command-line/run-command-line.ts");
    const { stages } = await import("./stages.ts");
    return await runCommandLine(process.argv.slice(2), stages, {
      version: packageVersion,
      columns: process.stdout.columns,
      stdout: (text) => void process.stdout.write(text),
      stderr: (text) => void process.stderr.write(text),
      context: stageContext,
    });
  } catch (error) {
    const remedy = openFilesRemedy(error) ?? leftOutRemedy(error, packageVersion);
    if (remedy === null) throw error;
    process.stderr.write(`lawn-ranker: ${remedy}\n`);
    return 1;
  }
}

function stageContext(options: { readonly quiet: boolean }): OutsideWorld {
  return {
    ...thisProcess(),
    log: options.quiet ? () => {} : (line) => void process.stderr.write(`${line}\n`),
    report: () => {},
    terminal: !options.quiet && process.stderr.isTTY ? process.stderr : null,
    signal: interruption.signal,
    startAgain,
  };
}

function startAgain(args: readonly string[]): StartedProgram {
  const child = spawn(process.execPath, [...process.execArgv, process.argv[1]!, ...args], {
    stdio: ["ignore", "ignore", "inherit", "ipc"],
  });
  const ended = new Promise<number | null>((resolve) => {
    child.on("error", () => resolve(1));
    child.on("close", resolve);
  });
  return { ended, stop: () => void child.kill("SIGTERM") };
}

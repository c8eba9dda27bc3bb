#!/usr/bin/env node
/** The program `lawn-ranker`: the only file that touches `process`. What it can do stands in stages.ts. */
import { execFileSync, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { errorCode } from "../src/files/error-code.ts";
import { openFilesRemedy } from "../src/files/open-files-limit.ts";
import { processIdentity } from "./process-identity.ts";
import type { Environment, OutsideWorld, StartedProgram } from "./stage.ts";

const packageRoot = findPackageRoot(dirname(fileURLToPath(import.meta.url)));
const packageVersion = readPackageVersion(packageRoot);
const identity = processIdentity({
  processId: process.pid,
  random: randomBytes(8).toString("hex"),
  isAlive: isProcessAlive,
});
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
    const remedy = openFilesRemedy(error);
    if (remedy === null) throw error;
    process.stderr.write(`lawn-ranker: ${remedy}\n`);
    return 1;
  }
}

function stageContext(options: { readonly quiet: boolean }): OutsideWorld {
  return {
    now: () => Date.now(),
    elapsed: () => performance.now(),
    peakMemoryBytes: () => process.resourceUsage().maxRSS * 1024,
    log: options.quiet ? () => {} : (line) => void process.stderr.write(`${line}\n`),
    terminal: !options.quiet && process.stderr.isTTY ? process.stderr : null,
    signal: interruption.signal,
    ...identity,
    startAgain,
    environment: environment(),
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

function environment(): Environment {
  return {
    packageVersion,
    node: process.version,
    platform: `${process.platform}-${process.arch}`,
    gitCommit: gitCommit(packageRoot),
    variables: process.env,
  };
}

function isProcessAlive(processId: number): boolean {
  try {
    process.kill(processId, 0); // signal 0 only asks
    return true;
  } catch (error) {
    return errorCode(error) === "EPERM"; // alive, and somebody else's
  }
}

/** The nearest folder above that holds package.json: the checkout, or the installed package. */
function findPackageRoot(folder: string): string {
  if (existsSync(join(folder, "package.json")) || dirname(folder) === folder) return folder;
  return findPackageRoot(dirname(folder));
}

function readPackageVersion(root: string): string {
  const parsed: unknown = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
  const version = typeof parsed === "object" && parsed !== null && "version" in parsed ? parsed.version : null;
  return typeof version === "string" ? version : "unknown";
}

function gitCommit(root: string): string | null {
  // Installed inside somebody else's repository, the package has no .git of its own and no commit to report.
  if (!existsSync(join(root, ".git"))) return null;
  try {
    const args = ["-C", root, "describe", "--always", "--dirty", "--abbrev=40", "--exclude=*"];
    // Asking takes no lock: somebody may be committing there this moment.
    const env = { ...process.env, GIT_OPTIONAL_LOCKS: "0" };
    return execFileSync("git", args, { encoding: "utf8", env, stdio: ["ignore", "pipe", "ignore"] }).trim();
  } catch {
    return null;
  }
}

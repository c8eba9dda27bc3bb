/** This process as stages are told of it, by the program and the library: clocks, memory, identity, environment. */
import { execFileSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { errorCode } from "../src/files/error-code.ts";
import { processIdentity } from "./process-identity.ts";
import type { Environment, OutsideWorld } from "./stage.ts";

const packageRoot = findPackageRoot(dirname(fileURLToPath(import.meta.url)));
export const packageVersion = readPackageVersion(packageRoot);
const identity = processIdentity({
  processId: process.pid,
  random: randomBytes(8).toString("hex"),
  isAlive: isProcessAlive,
});

export function thisProcess(): Omit<OutsideWorld, "log" | "report" | "terminal" | "signal" | "startAgain"> {
  return {
    now: () => Date.now(),
    elapsed: () => performance.now(),
    peakMemoryBytes: () => process.resourceUsage().maxRSS * 1024,
    freeMemoryBytes,
    ...identity,
    environment: environment(),
  };
}

export function freeMemoryBytes(): number {
  return process.availableMemory();
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

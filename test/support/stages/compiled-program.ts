/** The program as users run it: compiled once per test file into a folder of its own, then called as a process. */
import { type ChildProcess, execFile, spawn } from "node:child_process";
import { cp, symlink } from "node:fs/promises";
import path from "node:path";
import { promisify } from "node:util";

const root = path.resolve(import.meta.dirname, "../../..");

export interface ProgramResult {
  /** Null when a signal ended it. */
  readonly status: number | null;
  readonly out: string;
  readonly err: string;
}

/** Compiles into `folder`, beside links to what an installed package has; resolves to the path of the command line's script. */
export async function compileProgram(folder: string): Promise<string> {
  const compiler = path.join(root, "node_modules/typescript/bin/tsc");
  const dist = path.join(folder, "dist");
  const buildInfo = path.join(folder, ".tsbuildinfo");
  await promisify(execFile)(process.execPath, [
    compiler,
    "-p",
    path.join(root, "tsconfig.build.json"),
    "--outDir",
    dist,
    "--tsBuildInfoFile",
    buildInfo,
  ]).catch((error: { stdout?: string }) => {
    throw new Error(`the program does not compile:\n${error.stdout}`);
  });
  await cp(path.join(root, "package.json"), path.join(folder, "package.json"));
  await symlink(path.join(root, "node_modules"), path.join(folder, "node_modules"), "dir");
  await symlink(path.join(root, "pipelines"), path.join(folder, "pipelines"), "dir");
  return path.join(dist, "pipelines/cli.js");
}

export type Variables = Readonly<Record<string, string>>;

/** `variables` are added to the environment. */
export function startProgram(
  script: string,
  args: readonly string[],
  folder: string,
  variables: Variables = {},
): ChildProcess {
  const env = { ...process.env, ...variables };
  return spawn(process.execPath, [script, ...args], { cwd: folder, env, stdio: ["ignore", "pipe", "pipe"] });
}

/** Calls `whenRunning` with the process as soon as it has started. */
export async function runProgram(
  script: string,
  args: readonly string[],
  folder: string,
  whenRunning: (child: ChildProcess) => void = () => {},
  variables: Variables = {},
): Promise<ProgramResult> {
  const child = startProgram(script, args, folder, variables);
  let [out, err] = ["", ""];
  child.stdout?.on("data", (text) => {
    out += text;
  });
  child.stderr?.on("data", (text) => {
    err += text;
  });
  whenRunning(child);
  const status = await new Promise<number | null>((resolve, reject) => {
    child.on("error", reject);
    child.on("close", resolve);
  });
  return { status, out, err };
}

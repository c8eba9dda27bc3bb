/** The program as users run it: compiled once a run of the tests, then called as a process. */
import { type ChildProcess, execFile, spawn } from "node:child_process";
import { cp, symlink } from "node:fs/promises";
import path from "node:path";
import { promisify } from "node:util";
import { madeOnce } from "./made-once.ts";

const root = path.resolve(import.meta.dirname, "../../..");
/** What the program is made of, what npm packs, and the benchmarks that run on what was compiled. */
const copied = [
  ...["src", "pipelines", "library", "packaging", "tsconfig.json", "tsconfig.build.json"],
  ...["package.json", "README.md", "LICENSE", "CHANGELOG.md", "docs", "bench"],
];

export interface ProgramResult {
  /** Null when a signal ended it. */
  readonly status: number | null;
  readonly out: string;
  readonly err: string;
}

/** The path of the command line's script. */
export async function compiledProgram(): Promise<string> {
  return path.join(await compiledPackage(), "dist/pipelines/cli.js");
}

/** A clone without its tests and before anything was built, beside a link to the packages installed here. */
export async function cloneInto(folder: string): Promise<void> {
  const filter = (source: string): boolean => path.basename(source) !== "node_modules";
  for (const name of copied) await cp(path.join(root, name), path.join(folder, name), { recursive: true, filter });
  await symlink(path.join(root, "node_modules"), path.join(folder, "node_modules"), "dir");
}

/** Such a clone, compiled. */
export function compiledPackage(): Promise<string> {
  return madeOnce("package", async (folder) => {
    await cloneInto(folder);
    const compiler = path.join(folder, "node_modules/typescript/bin/tsc");
    await promisify(execFile)(process.execPath, [compiler, "-p", "tsconfig.build.json"], { cwd: folder }).catch(
      (error: { stdout?: string }) => {
        throw new Error(`the program does not compile:\n${error.stdout}`);
      },
    );
  });
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

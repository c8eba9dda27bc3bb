/** A shell for the commands of a page: one process, as a reader has one, with the program on its path. */
import { type ChildProcess, spawn } from "node:child_process";
import { chmodSync, cpSync, existsSync, mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import path from "node:path";
import { compiledPackage } from "../stages/compiled-program.ts";

export interface PageShell {
  /** What the command wrote to stdout and stderr, in lines. Throws where its exit status is not 0. */
  run(command: string): Promise<readonly string[]>;
  /** Ends it and what it left in the background. */
  close(): Promise<void>;
}

const END = "-- end of command, status ";

const root = path.resolve(import.meta.dirname, "../../..");
const native = path.join(root, "build");

/** Pages show what the native engine prints. */
export const hasNativeEngine = existsSync(path.join(native, "Release"));

/** In `folder`, where lawn-ranker is a command and a package, as after an installation. */
export async function openPageShell(folder: string): Promise<PageShell> {
  const compiled = await compiledPackage();
  const installed = path.join(folder, "node_modules/lawn-ranker");
  for (const name of ["package.json", "dist", "pipelines"]) {
    cpSync(path.join(compiled, name), path.join(installed, name), { recursive: true });
  }
  symlinkSync(path.join(root, "node_modules"), path.join(installed, "node_modules"), "dir");
  symlinkSync(native, path.join(installed, "build"), "dir");
  const bin = path.join(folder, "node_modules/.bin");
  mkdirSync(bin);
  const script = path.join(bin, "lawn-ranker");
  writeFileSync(script, `#!/bin/sh\nexec node "${installed}/dist/pipelines/cli.js" "$@"\n`);
  chmodSync(script, 0o755);
  const search = [bin, path.dirname(process.execPath), process.env.PATH].join(path.delimiter);
  const shell = spawn("bash", ["--noprofile", "--norc"], {
    cwd: folder,
    env: { ...process.env, PATH: search },
    stdio: ["pipe", "pipe", "inherit"],
    detached: true, // a group of its own, so that what it leaves in the background can be ended
  });
  shell.stdin.write("exec 2>&1\n");
  return { run: (command) => run(shell, command), close: () => close(shell) };
}

async function run(shell: ChildProcess, command: string): Promise<readonly string[]> {
  shell.stdin!.write(`{ ${command}\n} < /dev/null\nprintf '\\n${END}%d\\n' $?\n`);
  let printed = "";
  for await (const chunk of shell.stdout!.iterator({ destroyOnReturn: false })) {
    printed += chunk;
    const end = new RegExp(`\\n${END}(\\d+)\\n$`).exec(printed);
    if (end === null) continue;
    const text = printed.slice(0, end.index).replace(/\n$/, "");
    if (end[1] !== "0") throw new Error(`${command}\nended with status ${end[1]}:\n${text}`);
    return text === "" ? [] : text.split("\n");
  }
  throw new Error(`the shell ended in ${command}:\n${printed}`);
}

async function close(shell: ChildProcess): Promise<void> {
  const closed = new Promise((resolve) => shell.on("close", resolve));
  process.kill(-shell.pid!, "SIGTERM");
  await closed;
}

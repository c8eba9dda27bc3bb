/** Runs one measurement as a process of its own and takes its JSON line. */
import { execFile } from "node:child_process";
import { promisify } from "node:util";

const run = promisify(execFile);
const longestMilliseconds = 15 * 60 * 1000;

/**
 * The JSON lines that `command` prints, merged into one object; anything else it prints is not looked at.
 * Throws with the end of what it said when it fails or prints no JSON.
 */
export async function runMeasurement({ program, parameters, folder }) {
  const { stdout, stderr } = await run(program, parameters, { cwd: folder, timeout: longestMilliseconds }).catch(
    (failure) => {
      const reason = failure.killed ? `no end after ${longestMilliseconds / 60_000} minutes` : lastLine(failure.stderr);
      throw new Error(reason || failure.message);
    },
  );
  const lines = stdout.split("\n").filter((line) => line.startsWith("{"));
  if (lines.length === 0) throw new Error(`no JSON line printed, but: ${lastLine(stdout + stderr)}`);
  return Object.assign({}, ...lines.map((line) => JSON.parse(line)));
}

function lastLine(text) {
  return (text ?? "").trim().split("\n").at(-1).trim();
}

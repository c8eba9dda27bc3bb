/** Runs a compiler over translation units, several at a time. */
import { execFile } from "node:child_process";
import { mkdirSync } from "node:fs";
import path from "node:path";
import { promisify } from "node:util";

export const run = promisify(execFile);

/**
 * Objects in `folder`, in the order of `units`. `compiler` is { command, args }, the words before every unit's own; at
 * most `jobs` run at once. The first failure is thrown, with what the compiler said.
 */
export async function compileUnits({ compiler, units, folder, jobs }) {
  mkdirSync(folder, { recursive: true });
  const waiting = [...units];
  const worker = async () => {
    for (let unit = waiting.shift(); unit !== undefined; unit = waiting.shift()) {
      const args = [...compiler.args, ...unit.flags, "-c", unit.source, "-o", path.join(folder, unit.object)];
      try {
        await run(compiler.command, args);
      } catch (error) {
        waiting.length = 0; // the others need not begin
        throw new Error(`${compiler.command} failed on ${path.basename(unit.source)}\n${error.stderr ?? error}`);
      }
    }
  };
  await Promise.all(Array.from({ length: jobs }, worker));
  return units.map((unit) => path.join(folder, unit.object));
}

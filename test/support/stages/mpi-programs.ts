/** The MPIs of this machine: how each starts ranks, and an addon built by its compiler. */
import { execFile, spawnSync } from "node:child_process";
import path from "node:path";
import { promisify } from "node:util";
import { madeOnce } from "./made-once.ts";

const root = path.resolve(import.meta.dirname, "../../..");

export interface MpiProgram {
  readonly name: string;
  readonly compiler: string;
  /** With the words that come before the number of ranks. */
  readonly start: readonly [string, ...string[]];
}

const known: readonly MpiProgram[] = [
  {
    name: "Open MPI",
    compiler: "mpicxx.openmpi",
    // A test may run as root, and on fewer cores than there are ranks.
    start: ["mpirun.openmpi", "--allow-run-as-root", "--oversubscribe", "--bind-to", "none"],
  },
  { name: "MPICH", compiler: "mpicxx.mpich", start: ["mpirun.mpich"] },
];

const isThere = (program: string): boolean => spawnSync(program, ["--version"]).error === undefined;

/** Those whose programs are all installed. */
export const mpiPrograms = known.filter(({ compiler, start }) => isThere(compiler) && isThere(start[0]));

/** The file of the addon, built once a run of the tests. */
export async function mpiAddon({ compiler }: MpiProgram): Promise<string> {
  const folder = await madeOnce(`mpi-addon-${compiler}`, async (made) => {
    const env = { ...process.env, MPICXX: compiler, OUT: path.join(made, "addon.node") };
    await promisify(execFile)(process.execPath, [path.join(root, "src/engine/mpi/build.mjs")], { env });
  });
  return path.join(folder, "addon.node");
}

/**
 * Builds the addon of MPI, build/Release/lawn_ranker_mpi.node, with the machine's MPI compiler: what
 * `mpirun lawn-ranker train` needs, and nobody else. No network.
 *
 *   node src/engine/mpi/build.mjs
 *
 * MPICXX chooses the compiler, and so the MPI: it must be the one whose mpirun or srun starts the job. OUT chooses
 * another file, so that addons of two MPIs can lie side by side (LAWN_RANKER_MPI then names the one to load).
 */
import { execFileSync } from "node:child_process";
import { mkdirSync, renameSync } from "node:fs";
import path from "node:path";
import { languageFlags, nodeHeaders, releaseFlags } from "../native/compile/translation-units.mjs";

const root = path.resolve(import.meta.dirname, "../../..");
const sources = ["mpi-addon.cpp", "mpi-thread.cpp"].map((file) => path.join(import.meta.dirname, "addon", file));
// The classes that C++ once had in MPI are not used, and warn.
const withoutClasses = ["-DOMPI_SKIP_MPICXX", "-DMPICH_SKIP_MPICXX"];
const compiler = process.env.MPICXX || "mpicxx";
const target = path.resolve(process.env.OUT || path.join(root, "build/Release/lawn_ranker_mpi.node"));

try {
  const version = execFileSync(compiler, ["--version"], { encoding: "utf8" }).split("\n")[0];
  mkdirSync(path.dirname(target), { recursive: true });
  const fresh = `${target}.${process.pid}`;
  const flags = [
    ...languageFlags,
    ...releaseFlags,
    ...withoutClasses,
    `-I${nodeHeaders()}`,
    `-I${path.join(import.meta.dirname, "addon")}`,
  ];
  execFileSync(compiler, [...flags, "-shared", "-pthread", "-o", fresh, ...sources, "-ldl"], { stdio: "inherit" });
  renameSync(fresh, target); // a running process keeps the file it has loaded
  console.error(`addon of MPI built with ${compiler} (${version}): ${path.relative(root, target)}`);
} catch (error) {
  const reason = error.code === "ENOENT" ? `${compiler} is not there` : String(error.message).split("\n")[0];
  console.error(`addon of MPI: ${reason}; install Open MPI 4 or MPICH 4 with its compiler, or name it in MPICXX`);
  process.exitCode = 1;
}

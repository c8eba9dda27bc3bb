/**
 * What the native engine is compiled from: its translation units, each with its flags. One list for the compiler of
 * this machine (build.mjs) and for those that build for other platforms (packaging/prebuild.mjs), so that their results
 * agree. Sources are compiled once each, but kernels.cpp once per instruction set (see kernels/simd.hpp).
 */
import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";

const native = path.resolve(import.meta.dirname, "..");
const perInstructionSet = "kernels/kernels.cpp";

/** The name of the addon's file, wherever it lies. */
export const addonFile = "lawn_ranker_native.node";

/** Beyond the processor's least common denominator; chosen at run time (core/runtime/choose-kernels.cpp). */
const instructionSets = {
  x64: [
    { name: "baseline", flags: [] },
    { name: "avx2", flags: ["-mavx2", "-mfma"] },
    { name: "avx512", flags: ["-mavx512f", "-mavx512dq", "-mavx512vl", "-mavx512bw", "-mfma"] },
  ],
};

/** For processors of Node's name `cpu`, such as x64. */
export const instructionSetsOf = (cpu) => instructionSets[cpu] ?? [{ name: "baseline", flags: [] }];

// Of C++20 only designated initialisers are used, which GCC 9 and Clang 10 know under the standard's earlier name.
export const languageFlags = [
  "-std=c++2a",
  `-I${native}`,
  "-fPIC",
  "-fvisibility=hidden",
  "-Wall",
  "-Wextra",
  "-Wno-psabi",
];
// Contraction makes a * b + c one rounding, in vectors and scalars alike; errno is nobody's business in a kernel.
const kernelFlags = ["-fno-math-errno", "-ffp-contract=fast", "-Wno-maybe-uninitialized"];

/** What users run: optimised, without assertions. */
export const releaseFlags = ["-O3", "-DNDEBUG"];

/** Every unit of the kernels and the core: `source`, `flags`, and `object`, the name of what it is compiled to. */
export function engineUnits(flags, sets) {
  return unitsOf(
    sourceFiles().filter((file) => !file.startsWith("addon/")),
    flags,
    sets,
  );
}

/** Every unit of the addon. Throws where Node-API's headers are missing. */
export function addonUnits(flags, sets) {
  return unitsOf(sourceFiles(), [...flags, `-I${nodeHeaders()}`], sets);
}

function unitsOf(files, flags, sets) {
  const dispatch = sets.length > 1 ? ["-DLAWN_WITH_X86"] : [];
  const kernels = sets.map((set) => ({
    source: path.join(native, perInstructionSet),
    object: `kernels-${set.name}.o`,
    flags: [...languageFlags, ...flags, ...kernelFlags, ...set.flags, `-DLAWN_ISA=${set.name}`],
  }));
  const others = files
    .filter((file) => file.endsWith(".cpp") && file !== perInstructionSet)
    .map((file) => ({
      source: path.join(native, file),
      object: `${file.replaceAll("/", "-")}.o`,
      flags: [...languageFlags, ...flags, ...dispatch],
    }));
  return [...kernels, ...others];
}

/** A hash of all sources, of the units' flags, and of `settings`, which are whatever else the result depends on. */
export function fingerprintOf({ units, settings }) {
  // Where the folder is decides nothing: a copy of it elsewhere is as fresh.
  const flags = units.map((unit) => [unit.object, unit.flags.filter((flag) => !flag.startsWith("-I"))]);
  const hash = createHash("sha256").update(JSON.stringify([flags, settings]));
  for (const file of sourceFiles()) hash.update(file).update(readFileSync(path.join(native, file)));
  return hash.digest("hex");
}

/** Sources and headers, by their paths from src/engine/native. */
function sourceFiles() {
  const files = readdirSync(native, { recursive: true }).map((file) => file.replaceAll(path.sep, "/"));
  return files.filter((file) => file.endsWith(".cpp") || file.endsWith(".hpp")).sort();
}

/** The folder of Node-API's headers: of the node-api-headers package, or those that came with Node itself. */
export function nodeHeaders() {
  const require = createRequire(import.meta.url);
  const candidates = [path.resolve(path.dirname(process.execPath), "../include/node")];
  try {
    candidates.unshift(require("node-api-headers").include_dir);
  } catch {
    // Not installed: Node's own may be there.
  }
  const found = candidates.find((folder) => existsSync(path.join(folder, "node_api.h")));
  if (found === undefined) throw new Error("node_api.h not found; run npm install, which brings node-api-headers");
  return found;
}

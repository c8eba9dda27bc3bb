/**
 * Builds the native engine, build/Release/lawn_ranker_native.node, with the machine's C++ compiler. No network.
 *
 *   node src/engine/native/build.mjs              build unless fresh
 *   node src/engine/native/build.mjs --optional   the same, but a missing compiler is one line, not an error
 *   node src/engine/native/build.mjs --check      run the kernel checks under the sanitizers of address and behaviour
 *   node src/engine/native/build.mjs --sanitize   build/Sanitized/build/Release/lawn_ranker_native.node, the addon under
 *                                                 the sanitizer of addresses, for bench/boundary-fuzz.mjs
 *
 * A fresh build, or a prebuilt one in prebuilds/, is left as it is. CXX chooses the compiler. Sources are compiled once
 * each, but kernels.cpp once per instruction set (see kernels/simd.hpp).
 */
import { execFile, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import os from "node:os";
import path from "node:path";
import { promisify } from "node:util";

const here = import.meta.dirname;
const root = path.resolve(here, "../../..");
const run = promisify(execFile);

const instructionSets =
  process.arch === "x64"
    ? [
        { name: "baseline", flags: [] },
        { name: "avx2", flags: ["-mavx2", "-mfma"] },
        { name: "avx512", flags: ["-mavx512f", "-mavx512dq", "-mavx512vl", "-mavx512bw", "-mfma"] },
      ]
    : [{ name: "baseline", flags: [] }];

// Of C++20 only designated initialisers are used, which GCC 9 and Clang 10 know under the standard's earlier name.
const languageFlags = ["-std=c++2a", `-I${here}`, "-fPIC", "-fvisibility=hidden", "-Wall", "-Wextra", "-Wno-psabi"];
// Contraction makes a * b + c one rounding, in vectors and scalars alike; errno is nobody's business in a kernel.
const kernelFlags = ["-fno-math-errno", "-ffp-contract=fast", "-Wno-maybe-uninitialized"];

const addonFile = "lawn_ranker_native.node";

const asked = new Set(process.argv.slice(2));
try {
  if (asked.has("--check")) await check(findCompiler());
  else if (asked.has("--sanitize")) await buildSanitized(findCompiler());
  else await buildAddon();
} catch (error) {
  const reason = error instanceof Error ? error.message : String(error);
  if (!asked.has("--optional")) {
    console.error(`native engine: ${reason}`);
    process.exitCode = 1;
  } else {
    console.error(`native engine not built, the slower reference engine runs instead: ${reason.split("\n")[0]}`);
  }
}

function findCompiler() {
  for (const name of [process.env.CXX, "c++", "g++", "clang++"]) {
    if (name === undefined || name === "") continue;
    const probe = spawnSync(name, ["--version"], { encoding: "utf8" });
    if (probe.status === 0) return { name, version: probe.stdout.split("\n")[0] ?? "" };
  }
  throw new Error("no C++ compiler found; install g++ 9 or clang++ 10, or newer (or set CXX), and run: make setup");
}

/** Sources and headers, by their paths from here. */
function sourceFiles() {
  const files = readdirSync(here, { recursive: true }).map((file) => file.replaceAll(path.sep, "/"));
  return files.filter((file) => file.endsWith(".cpp") || file.endsWith(".hpp")).sort();
}

/** Every translation unit: its source, its own flags, and the name of its object. */
function units(optimisation, addon, sets = instructionSets) {
  const perInstructionSet = "kernels/kernels.cpp";
  const x86 = sets.length > 1 ? ["-DLAWN_WITH_X86"] : [];
  const kernels = sets.map(({ name, flags }) => ({
    source: path.join(here, perInstructionSet),
    object: `kernels-${name}.o`,
    flags: [...kernelFlags, ...flags, `-DLAWN_ISA=${name}`],
  }));
  const others = sourceFiles()
    .filter((file) => file.endsWith(".cpp") && file !== perInstructionSet && (addon || !file.startsWith("addon/")))
    .map((file) => ({ source: path.join(here, file), object: `${file.replaceAll("/", "-")}.o`, flags: [...x86] }));
  return [...kernels, ...others].map((unit) => ({
    ...unit,
    flags: [...languageFlags, ...optimisation, ...unit.flags],
  }));
}

async function buildAddon() {
  if (existsSync(path.join(root, "prebuilds", `${process.platform}-${process.arch}`))) return;
  const out = path.join(root, "build/Release");
  const target = path.join(out, addonFile);
  const work = addonUnits(["-O3", "-DNDEBUG"]);
  const fingerprint = fingerprintOf(work.map(({ object, flags }) => [object, flags]));
  const stamp = path.join(out, "lawn_ranker_native.fingerprint");
  if (existsSync(target) && existsSync(stamp) && readFileSync(stamp, "utf8") === fingerprint) return;

  const compiler = findCompiler();
  await link(compiler, work, target);
  writeFileSync(stamp, fingerprint);
  console.error(`native engine built with ${compiler.version}: ${path.relative(root, target)}`);
}

/** The baseline kernels alone. Loads only where the sanitizer's own library was loaded first (LD_PRELOAD). */
async function buildSanitized(compiler) {
  const sanitizer = ["-fsanitize=address", "-fno-omit-frame-pointer", "-g1", "-O0"];
  const target = path.join(root, "build/Sanitized/build/Release", addonFile);
  await link(compiler, addonUnits(sanitizer, instructionSets.slice(0, 1)), target, ["-fsanitize=address"]);
  console.error(`native engine under the sanitizer of addresses: ${path.relative(root, target)}`);
}

function addonUnits(optimisation, sets = instructionSets) {
  const include = `-I${nodeHeaders()}`;
  return units(optimisation, true, sets).map((unit) => ({ ...unit, flags: [...unit.flags, include] }));
}

async function link(compiler, work, target, flags = []) {
  const objects = await compileAll(compiler, work, path.join(path.dirname(target), "objects"));
  const shared = process.platform === "darwin" ? ["-bundle", "-undefined", "dynamic_lookup"] : ["-shared", "-pthread"];
  const fresh = `${target}.${process.pid}`;
  await run(compiler.name, [...shared, ...flags, "-o", fresh, ...objects]);
  renameSync(fresh, target); // a running process keeps the file it has loaded
}

async function check(compiler) {
  const sanitizers = ["-fsanitize=address,undefined", "-fno-sanitize-recover=all", "-g", "-O1"];
  const out = path.join(root, "build/Check");
  const source = path.join(root, "test/engine/native/kernel-check.cpp");
  const work = units(sanitizers, false);
  work.push({ source, object: "kernel-check.o", flags: [...languageFlags, ...sanitizers] });
  const objects = await compileAll(compiler, work, out);
  const program = path.join(out, "kernel-check");
  await run(compiler.name, ["-fsanitize=address,undefined", "-pthread", "-o", program, ...objects]);
  const result = spawnSync(program, { stdio: "inherit" });
  if (result.status !== 0) throw new Error(`kernel checks failed with status ${result.status ?? result.signal}`);
}

/** Compiles on all cores; returns the objects. */
async function compileAll(compiler, work, folder) {
  mkdirSync(folder, { recursive: true });
  const waiting = [...work];
  const worker = async () => {
    for (let unit = waiting.shift(); unit !== undefined; unit = waiting.shift()) {
      const args = [...unit.flags, "-c", unit.source, "-o", path.join(folder, unit.object)];
      try {
        await run(compiler.name, args);
      } catch (error) {
        throw new Error(`${compiler.name} failed on ${path.relative(root, unit.source)}\n${error.stderr ?? error}`);
      }
    }
  };
  await Promise.all(Array.from({ length: os.availableParallelism() }, worker));
  return work.map((unit) => path.join(folder, unit.object));
}

/** From the node-api-headers package, or those that came with Node itself. */
function nodeHeaders() {
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

function fingerprintOf(settings) {
  const hash = createHash("sha256").update(JSON.stringify(settings)).update(process.arch).update(process.platform);
  for (const file of sourceFiles()) hash.update(file).update(readFileSync(path.join(here, file)));
  return hash.digest("hex");
}

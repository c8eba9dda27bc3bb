/**
 * Builds the native engine, build/Release/lawn_ranker_native.node, with the machine's C++ compiler. No network.
 *
 *   node src/engine/native/build.mjs              build unless fresh
 *   node src/engine/native/build.mjs --optional   the same, but a missing compiler is one line, not an error
 *   node src/engine/native/build.mjs --check      run the kernel checks under the sanitizers of address and behaviour
 *   node src/engine/native/build.mjs --sanitize   build the addon under the sanitizer of addresses, for
 *                                                 bench/boundary-fuzz.mjs, as build/Sanitized/build/Release/*.node
 *
 * CXX chooses the compiler. A package from npm needs none of this: it brings a binary (packaging/prebuild.mjs).
 */
import { spawnSync } from "node:child_process";
import { existsSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { compileUnits, run } from "./compile/compile-units.mjs";
import {
  addonFile,
  addonUnits,
  engineUnits,
  fingerprintOf,
  instructionSetsOf,
  languageFlags,
  releaseFlags,
} from "./compile/translation-units.mjs";

const root = path.resolve(import.meta.dirname, "../../..");
const instructionSets = instructionSetsOf(process.arch);

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
  for (const command of [process.env.CXX, "c++", "g++", "clang++"]) {
    if (command === undefined || command === "") continue;
    const probe = spawnSync(command, ["--version"], { encoding: "utf8" });
    if (probe.status === 0) return { command, args: [], version: probe.stdout.split("\n")[0] ?? "" };
  }
  throw new Error("no C++ compiler found; install g++ 9 or clang++ 10, or newer (or set CXX), and run: make setup");
}

async function buildAddon() {
  const out = path.join(root, "build/Release");
  const target = path.join(out, addonFile);
  const units = addonUnits(releaseFlags, instructionSets);
  const fingerprint = fingerprintOf({ units, settings: [process.arch, process.platform] });
  const stamp = path.join(out, "lawn_ranker_native.fingerprint");
  if (existsSync(target) && existsSync(stamp) && readFileSync(stamp, "utf8") === fingerprint) return;

  const compiler = findCompiler();
  await link(compiler, units, target);
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

async function link(compiler, units, target, flags = []) {
  const objects = await compileAll(compiler, units, path.join(path.dirname(target), "objects"));
  const shared = process.platform === "darwin" ? ["-bundle", "-undefined", "dynamic_lookup"] : ["-shared", "-pthread"];
  const fresh = `${target}.${process.pid}`;
  await run(compiler.command, [...shared, ...flags, "-o", fresh, ...objects]);
  renameSync(fresh, target); // a running process keeps the file it has loaded
}

async function check(compiler) {
  const sanitizers = ["-fsanitize=address,undefined", "-fno-sanitize-recover=all", "-g", "-O1"];
  const out = path.join(root, "build/Check");
  const source = path.join(root, "test/engine/native/kernel-check.cpp");
  const units = engineUnits(sanitizers, instructionSets);
  units.push({ source, object: "kernel-check.o", flags: [...languageFlags, ...sanitizers] });
  const objects = await compileAll(compiler, units, out);
  const program = path.join(out, "kernel-check");
  await run(compiler.command, ["-fsanitize=address,undefined", "-pthread", "-o", program, ...objects]);
  const result = spawnSync(program, { stdio: "inherit" });
  if (result.status !== 0) throw new Error(`kernel checks failed with status ${result.status ?? result.signal}`);
}

function compileAll(compiler, units, folder) {
  return compileUnits({ compiler, units, folder, jobs: os.availableParallelism() });
}

/**
 * Builds the native engine for other platforms, from any one machine:
 * build/prebuilds/<platform>/lawn_ranker_native.node.
 *
 *   node packaging/prebuild.mjs                            every platform of platforms.mjs
 *   node packaging/prebuild.mjs linux-x64,darwin-arm64     these
 *
 * JOBS compilers run at once (as many as cores). A fresh binary is left as it is. The same sources, compiler and
 * versions give the same bytes: no path and no time gets into them.
 */
import { existsSync, readFileSync, renameSync, statSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { compileUnits, run } from "../src/engine/native/compile/compile-units.mjs";
import {
  addonFile,
  addonUnits,
  fingerprintOf,
  instructionSetsOf,
  nodeHeaders,
  releaseFlags,
} from "../src/engine/native/compile/translation-units.mjs";
import { binaryFolderOf, namesOf, platformsCalled, root } from "./platforms.mjs";
import { findZig } from "./zig.mjs";

// Zig keeps what it compiled, its C++ library of each target too, by content: a change costs only what it touches.
process.env.ZIG_GLOBAL_CACHE_DIR ??= path.join(root, "build/zig-cache");
process.env.ZIG_LOCAL_CACHE_DIR ??= process.env.ZIG_GLOBAL_CACHE_DIR;

const flags = [...releaseFlags, "-g0", "-fno-lto", `-ffile-prefix-map=${root}=.`];

try {
  const chosen = platformsCalled(namesOf(process.argv.slice(2)));
  const zig = findZig();
  for (const platform of chosen) await prebuild(platform, zig);
} catch (error) {
  console.error(`prebuilds: ${error instanceof Error ? error.message : String(error)}`);
  process.exitCode = 1;
}

async function prebuild(platform, zig) {
  const folder = binaryFolderOf(platform);
  const target = path.join(folder, addonFile);
  const units = addonUnits(flags, instructionSetsOf(platform.cpu));
  const fingerprint = fingerprintOf({ units, settings: [platform.target, zig.version] });
  const stamp = path.join(folder, "fingerprint");
  const isFresh = existsSync(target) && existsSync(stamp) && readFileSync(stamp, "utf8") === fingerprint;
  if (!isFresh) {
    const [command, ...words] = zig.words;
    const compiler = { command, args: [...words, "c++", "-target", platform.target] };
    const jobs = Number(process.env.JOBS || os.availableParallelism());
    const objects = await compileUnits({ compiler, units, folder: path.join(folder, "objects"), jobs });
    const libraries = platform.os === "win32" ? await importLibraries(zig, folder) : [];
    const fresh = path.join(folder, `fresh-${process.pid}.node`);
    await run(command, [...compiler.args, ...linkFlags(platform), "-o", fresh, ...objects, ...libraries]);
    renameSync(fresh, target);
    writeFileSync(stamp, fingerprint);
  }
  const megabytes = (statSync(target).size / 1e6).toFixed(2);
  console.error(`${platform.name}: ${megabytes} MB${isFresh ? ", fresh" : ` built with zig ${zig.version}`}`);
}

/** Node's own functions are left to be found in the process that loads the addon. */
function linkFlags({ os: system }) {
  if (system === "linux") {
    // Only what Node asks for is visible: the C++ library inside must not mix with another in the same process. What is
    // missing shows when the file is loaded, not in the middle of a training.
    return ["-shared", "-s", "-Wl,-z,now", `-Wl,--version-script=${import.meta.dirname}/exports.map`];
  }
  if (system === "darwin") return ["-shared", "-s", "-undefined", "dynamic_lookup"];
  return ["-shared", "-s"];
}

/** Windows binds a symbol to a file by name: node.exe, by the definitions that node-api-headers has. */
async function importLibraries(zig, folder) {
  const [command, ...words] = zig.words;
  const definitions = path.resolve(nodeHeaders(), "../def");
  return Promise.all(
    ["js_native_api", "node_api"].map(async (name) => {
      const library = path.join(folder, "objects", `${name}.lib`);
      const definition = path.join(definitions, `${name}.def`);
      await run(command, [...words, "dlltool", "-m", "i386:x86-64", "-d", definition, "-l", library]);
      return library;
    }),
  );
}

/**
 * Which binary of the native engine belongs to this machine: one compiled in the package's own folder, for those who
 * change kernels, else that of the platform's package, which npm installs beside this one.
 */
import { existsSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import { reinstall, WHY_LEFT_OUT } from "../../left-out-packages.ts";

export type FoundBinary =
  | {
      readonly file: string;
      /** Why this one, in words. */
      readonly origin: string;
      /** What helps where it will not do. */
      readonly remedy: string;
    }
  | { readonly file: null; readonly reason: string; readonly remedy: string };

interface Manifest {
  readonly version: string;
  readonly main?: string;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}

const COMPILED = "build/Release/lawn_ranker_native.node";
const PREFIX = "@lawn-ranker/native-";

export interface Wishes {
  /** As nativePlatform names it; asked only where nothing was compiled. */
  readonly platform: () => string;
  /** A file that comes before all others. */
  readonly chosen?: string | undefined;
}

/** For the package in `folder`. */
export function findNativeBinary(folder: string, { platform, chosen }: Wishes): FoundBinary {
  if (chosen !== undefined) {
    return { file: path.resolve(chosen), origin: "LAWN_RANKER_NATIVE names it", remedy: "unset LAWN_RANKER_NATIVE" };
  }
  const compiled = path.join(folder, COMPILED);
  if (existsSync(compiled)) {
    const origin = "compiled in this folder, which comes before any package";
    return { file: compiled, origin, remedy: "run make clean setup" };
  }
  const own = readManifest(path.join(folder, "package.json"));
  const name = `${PREFIX}${platform()}`;
  return binaryOfPackage(folder, own, name) ?? missing(own, name);
}

function binaryOfPackage(folder: string, own: Manifest, name: string): FoundBinary | null {
  const file = manifestOf(folder, name);
  if (file === null) return null;
  const { version, main = "" } = readManifest(file);
  const remedy = reinstall(own.version);
  if (version !== own.version) {
    const reason = `${name} is version ${version}, expected ${own.version}, that of lawn-ranker`;
    return { file: null, reason, remedy };
  }
  return { file: path.join(path.dirname(file), main), origin: `package ${name} ${version}`, remedy };
}

/** The package.json of an installed package, or null. */
function manifestOf(folder: string, name: string): string | null {
  try {
    return createRequire(path.join(folder, "package.json")).resolve(`${name}/package.json`);
  } catch {
    return null;
  }
}

/** A clone lists no platform's package; what npm installs lists each that was made (packaging/make-packages.mjs). */
function missing({ version, optionalDependencies = {} }: Manifest, name: string): FoundBinary {
  const listed = Object.keys(optionalDependencies).filter((dependency) => dependency.startsWith(PREFIX));
  if (listed.length === 0) {
    return {
      file: null,
      reason: "it has not been built for this machine",
      remedy: "install a C++ compiler (g++ 9 or clang++ 10, or newer) and run make setup",
    };
  }
  if (!listed.includes(name)) {
    const platforms = listed.map((dependency) => dependency.slice(PREFIX.length)).join(", ");
    return {
      file: null,
      reason: `there is no binary for ${name.slice(PREFIX.length)}, only for ${platforms}`,
      remedy: "compile it in a clone: make setup",
    };
  }
  return { file: null, reason: `its package ${name} is not installed: ${WHY_LEFT_OUT}`, remedy: reinstall(version) };
}

function readManifest(file: string): Manifest {
  return JSON.parse(readFileSync(file, "utf8"));
}

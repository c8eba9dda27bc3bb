/** The platforms that have a binary of the native engine, and a package for it. */
import path from "node:path";

export const root = path.resolve(import.meta.dirname, "..");

/**
 * One row a platform. `os`, `cpu` and `libc` are what npm compares with the machine (Node's process.platform and
 * process.arch; libc only on Linux). `target` is Zig's name of it, with the oldest system that will do: glibc 2.17 is
 * that of RHEL 7, macOS 11 the oldest of Node 20 on ARM.
 */
export const platforms = [
  { name: "linux-x64", os: "linux", cpu: "x64", libc: "glibc", target: "x86_64-linux-gnu.2.17" },
  { name: "linux-arm64", os: "linux", cpu: "arm64", libc: "glibc", target: "aarch64-linux-gnu.2.17" },
  { name: "linux-x64-musl", os: "linux", cpu: "x64", libc: "musl", target: "x86_64-linux-musl" },
  { name: "linux-arm64-musl", os: "linux", cpu: "arm64", libc: "musl", target: "aarch64-linux-musl" },
  { name: "darwin-x64", os: "darwin", cpu: "x64", target: "x86_64-macos.11.0" },
  { name: "darwin-arm64", os: "darwin", cpu: "arm64", target: "aarch64-macos.11.0" },
  { name: "win32-x64", os: "win32", cpu: "x64", target: "x86_64-windows-gnu" },
];

/** As src/engine/native/native-platform.ts asks for it; a test holds them together. */
export const packageNameOf = (platform) => `@lawn-ranker/native-${platform.name}`;

/** The folder of a platform's binary, before it is packed. */
export const binaryFolderOf = (platform) => path.join(root, "build/prebuilds", platform.name);

/** The rows of these names, all for none. Throws for a name that is in no row. */
export function platformsCalled(names) {
  const known = platforms.map(({ name }) => name);
  const unknown = names.filter((name) => !known.includes(name));
  if (unknown.length > 0) {
    throw new Error(`there is no platform ${unknown.join(", ")}; expected some of ${known.join(", ")}`);
  }
  return names.length === 0 ? platforms : platforms.filter(({ name }) => names.includes(name));
}

/** What the command line names, by commas or blanks: "linux-x64,darwin-arm64" are two. */
export function namesOf(words) {
  return words.flatMap((word) => word.split(/[\s,]+/)).filter((name) => name !== "");
}

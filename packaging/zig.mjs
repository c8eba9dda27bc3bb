/** Zig's C++ compiler: Clang with the headers and libraries of every platform, in one download. */
import { spawnSync } from "node:child_process";

/** The words that start Zig here, and its version. Throws, with where to get it, where there is none. */
export function findZig() {
  const { ZIG } = process.env;
  const candidates = ZIG ? [[ZIG]] : [["zig"], ["python3", "-m", "ziglang"]];
  for (const words of candidates) {
    const probe = spawnSync(words[0], [...words.slice(1), "version"], { encoding: "utf8" });
    if (probe.status === 0) return { words, version: probe.stdout.trim() };
  }
  throw new Error(
    `zig not found (looked for: ${candidates.map((words) => words.join(" ")).join("; ")}); ` +
      "install it with: python3 -m pip install ziglang; or set ZIG to the program",
  );
}

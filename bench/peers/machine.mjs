/** The machine, the versions and the commit that a measurement belongs to. */
import { execFileSync } from "node:child_process";
import os from "node:os";

export function describeMachine(folder) {
  return {
    processor: os.cpus()[0]?.model.trim() ?? "unknown",
    cores: os.availableParallelism(),
    memoryBytes: os.totalmem(),
    system: `${os.type()} ${os.release()} ${os.arch()}`,
    node: process.version,
    // A busy machine shows here; figures of a run that began under load are not worth quoting.
    loadAverageAtStart: Number(os.loadavg()[0].toFixed(2)),
    commit: commitOf(folder),
  };
}

/** "unknown" in an unpacked tarball, which has no history. */
function commitOf(folder) {
  const git = (...words) =>
    execFileSync("git", ["--no-optional-locks", ...words], {
      cwd: folder,
      encoding: "utf8",
      stdio: ["ignore", "pipe", "ignore"],
    });
  try {
    const isChanged = git("status", "--porcelain", "--untracked-files=no").trim() !== "";
    return git("rev-parse", "--short", "HEAD").trim() + (isChanged ? ", changed" : "");
  } catch {
    return "unknown";
  }
}

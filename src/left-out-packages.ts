/** Packages that npm leaves out although this machine needs them: why, and what brings them back. */

/**
 * An npm before 11 writes lock files that lack other platforms' optional packages, and installs from them without a
 * word (npm/cli#4828): only a new resolution brings them back.
 */
export const WHY_LEFT_OUT = "npm left optional packages out, or a lock file written on another platform lost them";

/** Of lawn-ranker's version. What npm resolved before is forgotten; the rest of the lock file stays. */
export function reinstall(version: string): string {
  return `run npm uninstall lawn-ranker && npm install --include=optional lawn-ranker@${version}`;
}

/** What to do, where `error` is that a package of ours was not found; null otherwise. */
export function leftOutRemedy(error: unknown, version: string): string | null {
  if (typeof error !== "object" || error === null || !("code" in error) || !("message" in error)) return null;
  if (error.code !== "MODULE_NOT_FOUND" && error.code !== "ERR_MODULE_NOT_FOUND") return null;
  const [, name] = /^Cannot find (?:module|package) '((?:@[\w.-]+\/)?[\w-][\w.-]*)/.exec(String(error.message)) ?? [];
  if (name === undefined) return null;
  return `the package ${name} is not installed: ${WHY_LEFT_OUT}; ${reinstall(version)} (in a clone: npm ci)`;
}

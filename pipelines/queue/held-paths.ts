/**
 * Paths that a job brings, held inside the folders that the worker was given: whoever writes to Redis
 * reaches no others.
 */
import { realpath } from "node:fs/promises";
import path from "node:path";
import { ConfigError } from "../../src/errors.ts";

/** Throws ConfigError for the first of `paths` (by what it is for) that lies outside `roots`, links followed. */
export async function holdInside(
  roots: readonly string[],
  paths: Readonly<Record<string, string | null>>,
): Promise<void> {
  const resolvedRoots = await Promise.all(roots.map(resolved));
  for (const [what, given] of Object.entries(paths)) {
    if (given === null) continue;
    const target = await resolved(given);
    if (resolvedRoots.some((root) => isInside(root, target))) continue;
    throw new ConfigError(
      `the job's ${what}, ${given}, is outside of the folders of this worker (--root ${roots.join(",")}); name its folder there`,
    );
  }
}

function isInside(root: string, target: string): boolean {
  const relative = path.relative(root, target);
  return relative !== ".." && !relative.startsWith(`..${path.sep}`) && !path.isAbsolute(relative);
}

/** Where a path leads, of which the last parts may not be there yet. */
async function resolved(given: string): Promise<string> {
  const absolute = path.resolve(given);
  const parent = path.dirname(absolute);
  return realpath(absolute).catch(async () =>
    parent === absolute ? absolute : path.join(await resolved(parent), path.basename(absolute)),
  );
}

/** Which folder a person means by --run. */
import { realpath, stat } from "node:fs/promises";
import path from "node:path";
import { ConfigError } from "../src/errors.ts";
import { latestLink } from "../src/runs/run-directory.ts";

/**
 * The folder of the run: `run` is its path, or its name under <modelsRoot>/<dataset>; without it the dataset's latest finished
 * run is meant. Throws ConfigError naming the places that were looked at.
 */
export async function findRun(options: {
  readonly run: string | null;
  readonly dataset: string | null;
  readonly modelsRoot: string;
}): Promise<string> {
  const { run, dataset, modelsRoot } = options;
  const underModels = dataset === null ? [] : [path.join(modelsRoot, dataset, run ?? latestLink)];
  const places = run === null ? underModels : [run, ...underModels];
  for (const place of places) if (await isFolder(place)) return run === null ? followLink(place) : place;
  throw new ConfigError(
    run === null
      ? `dataset ${dataset} has no finished run (${places.join(", ")}); train one: lawn-ranker train --dataset ${dataset}`
      : `run "${run}" is no folder (looked for ${places.join(", ")})${dataset === null ? "; give --dataset for a run by name" : ""}`,
  );
}

async function isFolder(place: string): Promise<boolean> {
  return (await stat(place).catch(() => null))?.isDirectory() ?? false;
}

/** The run's own name rather than "latest", which will be another run tomorrow; still relative to where the caller stands. */
async function followLink(place: string): Promise<string> {
  return path.join(path.dirname(place), path.basename(await realpath(place)));
}

/** Which folder a person means by --run. */
import { realpath, stat } from "node:fs/promises";
import path from "node:path";
import { ConfigError } from "../../src/errors.ts";
import { latestLink } from "../../src/runs/run-directory.ts";

/**
 * As `train` reads it: `run` is a path when it has a slash, and a name under <modelsRoot>/<dataset> otherwise; without it the
 * dataset's latest finished run is meant. Throws ConfigError naming the place where no folder is.
 */
export async function findRun(options: {
  readonly run: string | null;
  readonly dataset: string | null;
  readonly modelsRoot: string;
}): Promise<string> {
  const { run, dataset, modelsRoot } = options;
  if (run !== null && (run.includes("/") || run.includes(path.sep))) {
    const place = path.normalize(run);
    if (!(await isFolder(place))) throw new ConfigError(`--run is "${run}", which is no folder`);
    return place;
  }
  if (dataset === null) {
    throw new ConfigError(
      `--run is "${run}", a name; give the --dataset it was trained on, or a path such as ./${run}`,
    );
  }
  const place = path.join(modelsRoot, dataset, run ?? latestLink);
  if (!(await isFolder(place))) {
    const missing = run === null ? `dataset ${dataset} has no finished run` : `there is no run "${run}"`;
    throw new ConfigError(`${missing} (no folder ${place}); train one: lawn-ranker train --dataset ${dataset}`);
  }
  return followLink(place);
}

async function isFolder(place: string): Promise<boolean> {
  return (await stat(place).catch(() => null))?.isDirectory() ?? false;
}

/** The run's own name rather than "latest", which will be another run tomorrow; still relative to where the caller stands. */
async function followLink(place: string): Promise<string> {
  return path.join(path.dirname(place), path.basename(await realpath(place)));
}

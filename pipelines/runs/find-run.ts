/** Which folder a person means by --run. */
import { realpath, stat } from "node:fs/promises";
import path from "node:path";
import { ConfigError } from "../../src/errors.ts";
import { latestLink } from "../../src/runs/run-directory.ts";

/**
 * As `train` reads it: `run` is a path when it has a slash, and a name under <modelsRoot>/<dataset> otherwise; without
 * it the dataset's latest finished run is meant. Throws ConfigError naming the path where no folder is.
 */
export async function findRun(options: {
  readonly run: string | null;
  readonly dataset: string | null;
  readonly modelsRoot: string;
}): Promise<string> {
  const { run, dataset, modelsRoot } = options;
  if (run !== null && (run.includes("/") || run.includes(path.sep))) {
    const folder = path.normalize(run);
    if (!(await isFolder(folder))) throw new ConfigError(`--run is "${run}", which is no folder`);
    return folder;
  }
  if (dataset === null) {
    throw new ConfigError(
      `--run is "${run}", a name; give the --dataset it was trained on, or a path such as ./${run}`,
    );
  }
  const folder = path.join(modelsRoot, dataset, run ?? latestLink);
  if (!(await isFolder(folder))) {
    const missing = run === null ? `dataset ${dataset} has no finished run` : `there is no run "${run}"`;
    throw new ConfigError(`${missing} (no folder ${folder}); train one: lawn-ranker train --dataset ${dataset}`);
  }
  return followLink(folder);
}

async function isFolder(folder: string): Promise<boolean> {
  return (await stat(folder).catch(() => null))?.isDirectory() ?? false;
}

/**
 * The run's own name rather than "latest", which will be another run tomorrow; still relative
 * to where the caller stands.
 */
async function followLink(folder: string): Promise<string> {
  return path.join(path.dirname(folder), path.basename(await realpath(folder)));
}

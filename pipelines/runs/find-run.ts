/** Which folder a person means by --run. */
import { stat } from "node:fs/promises";
import path from "node:path";
import { ConfigError } from "../../src/errors.ts";
import { latestLink } from "../../src/runs/run-directory.ts";
import type { StageContext } from "../stage.ts";
import { latestRun } from "./latest-run.ts";

/**
 * As `train` reads it: `run` is a path when it has a slash, and a name under <modelsRoot>/<dataset> otherwise; without
 * it the dataset's latest finished run is meant. Where that is asked for, by no name or as "latest", the run's own name
 * comes back, since the latest will be another one tomorrow, and is said. Throws ConfigError naming the path where no
 * folder is.
 */
export async function findRun(
  options: { readonly run: string | null; readonly dataset: string | null; readonly modelsRoot: string },
  context: StageContext,
): Promise<string> {
  const { run, dataset, modelsRoot } = options;
  const isPath = run !== null && (run.includes("/") || run.includes(path.sep));
  if (!isPath && dataset === null) {
    throw new ConfigError(
      `--run is "${run}", a name; give the --dataset it was trained on, or a path such as ./${run}`,
    );
  }
  const folder = isPath ? path.normalize(run) : path.join(modelsRoot, dataset ?? "", run ?? latestLink);
  if (path.basename(folder) === latestLink) {
    const latest = await latestRun(path.dirname(folder), context);
    if (latest !== null) {
      context.log(`run: ${latest}, the latest`);
      return latest;
    }
  }
  if (await isFolder(folder)) return folder;
  if (isPath) throw new ConfigError(`--run is "${run}", which is no folder`);
  const missing = run === null ? `dataset ${dataset} has no finished run` : `there is no run "${run}"`;
  throw new ConfigError(`${missing} (no folder ${folder}); train one: lawn-ranker train --dataset ${dataset}`);
}

async function isFolder(folder: string): Promise<boolean> {
  return (await stat(folder).catch(() => null))?.isDirectory() ?? false;
}

/** Which folder a person means by --run. */
import { readdir, stat } from "node:fs/promises";
import path from "node:path";
import { ConfigError } from "../../src/errors.ts";
import { isFolder } from "../../src/files/is-folder.ts";
import { currentLink, latestLink, runFiles } from "../../src/runs/run-directory.ts";
import type { StageContext } from "../stage.ts";
import { currentRun } from "./current-run.ts";
import { finishedSince, latestRun } from "./latest-run.ts";

/**
 * As `train` reads it: `run` is a path when it has a slash, and a name under <modelsRoot>/<dataset> otherwise; without
 * it the dataset's latest finished run is meant. A name without a dataset is the run of that name here, or else the
 * only one under <modelsRoot>; "latest" is then the newest of all datasets. Where the latest or the current one is
 * asked for, the run's own name comes back, since that will be another one tomorrow, and is said. Throws ConfigError
 * naming the paths, or the runs there are, where no folder is.
 */
export async function findRun(
  options: {
    readonly run: string | null;
    readonly dataset: string | null;
    readonly modelsRoot: string;
    /** That `run` was given by, for what is refused; --run unless given. */
    readonly flag?: string;
  },
  context: StageContext,
): Promise<string> {
  const { run, dataset, modelsRoot, flag = "--run" } = options;
  const isPath = run !== null && (run.includes("/") || run.includes(path.sep));
  if (isPath) {
    const folder = await settled(path.normalize(run), context);
    if (await isFolder(folder)) return folder;
    if (path.basename(folder) === currentLink) throw new ConfigError(noCurrentText(folder));
    throw new ConfigError(`${flag} is "${run}", which is no folder`);
  }
  if (dataset === null) return findAmongAll(run ?? latestLink, modelsRoot, context);
  const folder = await settled(path.join(modelsRoot, dataset, run ?? latestLink), context);
  if (await isFolder(folder)) return folder;
  if (run === currentLink) throw new ConfigError(noCurrentText(folder));
  const missing = run === null ? `dataset ${dataset} has no finished run` : `${flag}: there is no run "${run}"`;
  const names = run === null ? [] : await runsOf(path.dirname(folder));
  const remedy =
    names.length === 0 ? `train one: lawn-ranker train --dataset ${dataset}` : `its runs are ${names.join(", ")}`;
  throw new ConfigError(`${missing} (no folder ${folder}); ${remedy}`);
}

/** A link to the latest or the current run as the run's own folder. */
async function settled(folder: string, context: StageContext): Promise<string> {
  const name = path.basename(folder);
  if (name !== latestLink && name !== currentLink) return folder;
  const runs = path.dirname(folder);
  const run = name === latestLink ? await latestRun(runs, context) : await currentRun(runs);
  if (run === null) return folder;
  context.log(`run: ${run}, the ${name}`);
  return run;
}

function noCurrentText(link: string): string {
  return `no run was promoted yet (no link ${link}); promote one: lawn-ranker gate --run RUN --promote`;
}

async function findAmongAll(name: string, modelsRoot: string, context: StageContext): Promise<string> {
  // Of someone who stands among the runs, or has copied one here.
  if (await isFile(path.join(name, runFiles.manifest))) return settled(name, context);
  const datasets = (await foldersOf(modelsRoot)).filter((folder) => folder !== "studies");
  if (name === latestLink) return latestOfAll(datasets, modelsRoot, context);
  const folders = datasets.map((dataset) => path.join(modelsRoot, dataset, name));
  const found: string[] = [];
  for (const folder of folders) if (await isFolder(folder)) found.push(folder);
  if (found.length === 1 && name === currentLink) return settled(found[0]!, context);
  if (found.length === 1) {
    context.log(`run: ${found[0]!}`);
    return found[0]!;
  }
  if (found.length === 0 && name === currentLink) {
    throw new ConfigError(noCurrentText(path.join(modelsRoot, "*", currentLink)));
  }
  if (found.length === 0) {
    throw new ConfigError(
      `--run is "${name}", and no run has that name, neither here nor in ${path.join(modelsRoot, "*")}; give its folder, or the --models-root it is under`,
    );
  }
  throw new ConfigError(
    `--run is "${name}", the name of ${found.length} runs: ${found.join(", ")}; give --dataset too`,
  );
}

async function latestOfAll(datasets: readonly string[], modelsRoot: string, context: StageContext): Promise<string> {
  let newest: { readonly dataset: string; readonly since: string } | null = null;
  for (const dataset of datasets) {
    const since = await finishedSince(path.join(modelsRoot, dataset));
    if (since !== null && (newest === null || since > newest.since)) newest = { dataset, since };
  }
  if (newest !== null) return settled(path.join(modelsRoot, newest.dataset, latestLink), context);
  throw new ConfigError(
    `--run is "${latestLink}", but no run is finished in ${path.join(modelsRoot, "*")}; train one, or give its folder, or the --models-root it is under`,
  );
}

/** Finished or not. */
async function runsOf(folder: string): Promise<readonly string[]> {
  const names: string[] = [];
  for (const name of await foldersOf(folder)) {
    if (await isFile(path.join(folder, name, runFiles.manifest))) names.push(name);
  }
  return names;
}

async function foldersOf(folder: string): Promise<readonly string[]> {
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
  return entries
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => name)
    .sort();
}

async function isFile(file: string): Promise<boolean> {
  return (await stat(file).catch(() => null))?.isFile() ?? false;
}

/** Which run --start-from means, and none where nothing is current or latest yet: the first night's command. */
import path from "node:path";
import type { TrainConfig } from "../../../src/config/schemas/train-schema.ts";
import { currentLink, latestLink } from "../../../src/runs/run-directory.ts";
import { currentRun } from "../../runs/current-run.ts";
import { findRun } from "../../runs/find-run.ts";
import { latestRun } from "../../runs/latest-run.ts";
import type { StageContext } from "../../stage.ts";

export interface FoundStart {
  readonly directory: string;
  /** Whether a name was given that leads to another run on another day. */
  readonly isMoving: boolean;
}

/** Null where a name that moves leads nowhere yet. Throws ConfigError for another name or path that is no folder. */
export async function findStart(
  { dataset, modelsRoot }: Pick<TrainConfig, "dataset" | "modelsRoot">,
  from: string,
  context: StageContext,
): Promise<FoundStart | null> {
  const isPath = from.includes("/") || from.includes(path.sep);
  const folder = isPath ? path.normalize(from) : path.join(modelsRoot, dataset, from);
  const [runs, name] = [path.dirname(folder), path.basename(folder)];
  if (name === currentLink || name === latestLink) {
    const directory = name === currentLink ? await currentRun(runs) : await latestRun(runs, context);
    return directory === null ? null : { directory, isMoving: true };
  }
  const directory = await findRun({ run: from, dataset, modelsRoot, flag: "--start-from" }, context);
  return { directory, isMoving: false };
}

/**
 * The settings with the folder of the run that training begins with in place of its name, or without a start where
 * there is none yet, which is said.
 */
export async function withStart(
  config: TrainConfig,
  context: StageContext,
): Promise<{ readonly config: TrainConfig; readonly found: FoundStart | null }> {
  const { start, ...others } = config;
  if (start === undefined) return { config, found: null };
  const found = await findStart(config, start.from, context);
  if (found !== null) return { config: { ...config, start: { ...start, from: found.directory } }, found };
  context.log(
    `start: there is no ${path.basename(start.from)} run of ${config.dataset} yet, so training begins with initial values`,
  );
  const { lawn } = others;
  if (lawn === undefined) return { config: others, found: null };
  const { targets: _, ...cold } = lawn;
  return { config: { ...others, lawn: cold }, found: null };
}

/** Where a run is to stand, and its manifest before anything of it is trained. */
import path from "node:path";
import type { TrainConfig } from "../../src/config/schemas/train-schema.ts";
import { ConfigError } from "../../src/errors.ts";
import type { Manifest } from "../../src/runs/manifest.ts";
import { currentLink, latestLink } from "../../src/runs/run-directory.ts";
import type { StageContext } from "../stage.ts";
import { beginPlanning } from "./planning/planned-job.ts";
import type { WarmStart } from "./start/warm-start.ts";

/** `--run` is a path when it has a slash, and a name under the models folder otherwise. */
export function runDirectory(config: TrainConfig, defaultName: string): string {
  const { run, modelsRoot, dataset } = config;
  if (run === null) return path.join(modelsRoot, dataset, defaultName);
  if (run.includes("/") || run.includes(path.sep)) return path.normalize(run);
  if ([latestLink, currentLink, ".", ".."].includes(run)) {
    throw new ConfigError(`--run is "${run}", expected a name that is not ${latestLink}, ${currentLink}, . or ..`);
  }
  return path.join(modelsRoot, dataset, run);
}

export function newManifest(
  made: {
    readonly directory: string;
    readonly configHash: string;
    readonly config: TrainConfig;
    readonly resolved: Readonly<Record<string, unknown>>;
    readonly engine: { readonly name: string; readonly description: string };
    readonly dataset: { readonly name: string; readonly contentHash: string };
    readonly start: WarmStart | null;
  },
  context: StageContext,
): Manifest {
  const { packageVersion, gitCommit, node, platform } = context.environment;
  return {
    stage: "train",
    status: "running",
    reason: null,
    run: path.basename(path.resolve(made.directory)),
    dataset: { name: made.dataset.name, contentHash: made.dataset.contentHash },
    configHash: made.configHash,
    recommendations: [...context.recommendations],
    choices: context.choices.map((choice) => ({ ...choice, path: [...choice.path] })),
    ...beginPlanning(made.config, made.resolved),
    ...(made.start === null ? {} : { start: made.start.record }),
    seed: made.config.seed,
    engine: { name: made.engine.name, description: made.engine.description },
    packageVersion,
    gitCommit,
    node,
    platform,
    startedAt: new Date(context.now()).toISOString(),
    resumptions: 0,
    seconds: 0,
    peakMemoryBytes: 0,
    outcome: null,
    files: {},
  };
}

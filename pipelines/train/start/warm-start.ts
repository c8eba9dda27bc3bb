/**
 * What a training begins with that goes on from an earlier run: the run's rows under this dataset's numbering, initial
 * values for new ids, and the optimizer's moments where they were kept. Each pass goes on from the run's pass of the
 * same kind, so that no pass has seen what it is measured by.
 */
import { readFile } from "node:fs/promises";
import path from "node:path";
import type { StartConfig } from "../../../src/config/schemas/start-settings.ts";
import type { TrainConfig } from "../../../src/config/schemas/train-schema.ts";
import type { BatchSource } from "../../../src/dataset/training-batches.ts";
import type { Snapshot } from "../../../src/engine/engine.ts";
import { ConfigError } from "../../../src/errors.ts";
import type { OptimizerState } from "../../../src/optimizer/optimizer-state.ts";
import { startState } from "../../../src/optimizer/start-state.ts";
import { carryParameters, type RowSources } from "../../../src/ranker/carry-rows.ts";
import type { RankerSpec } from "../../../src/ranker/ranker-spec.ts";
import type { StartRecord } from "../../../src/runs/manifest.ts";
import { configDifferences } from "../../../src/runs/run-directory.ts";
import { decodeOptimizer } from "../../../src/training/optimizer-file.ts";
import { leakWarning, rowsOfRun } from "../../runs/dataset-of-run.ts";
import { type LoadedRun, loadRun, type RankerOfRun, rankerFilesOf } from "../../runs/stored-run.ts";
import { initialParameters, optimizerOf, rankerSettingsOf } from "../../training/configured-training.ts";
import type { TrainingDataset } from "../../training/training-dataset.ts";
import { type FeatureRows, featureRowsOf, startingTables } from "./feature-rows.ts";

export interface WarmStart {
  /** For the manifest. */
  readonly record: StartRecord;
  /** One line for people, and warnings. */
  readonly lines: readonly string[];
  /** With what a pass begins that has not begun yet. */
  begin(pass: "train" | "refit", source: BatchSource): Promise<Snapshot>;
}

export interface WarmStartOptions {
  /** Of the run to start from. */
  readonly directory: string;
  readonly start: StartConfig;
  readonly config: TrainConfig;
  readonly spec: RankerSpec;
  readonly dataset: TrainingDataset;
}

/** Throws ConfigError where the run is of another shape, or has not kept what is asked for; DataError where damaged. */
export async function openWarmStart(options: WarmStartOptions): Promise<WarmStart> {
  const { directory, start, config, spec, dataset } = options;
  const run = await loadRun(directory, "selected");
  refuseOtherShape(run, options);
  if (start.optimizer === "keep") await refuseOtherOptimizer(run, options);
  const carried = await rowsOfRun(run, dataset);
  const { train } = dataset;
  const ids = carried ?? { users: rowsInOrder(train.users), items: rowsInOrder(train.items) };
  const { users, items } = carried?.counts ?? { users: allKnown(train.users), items: allKnown(train.items) };
  const features = await featureRowsOf(run, { config, dataset, ids });
  if (start.optimizer === "keep") refuseOtherTables(run, features);
  const { sources } = features;
  const record: StartRecord = {
    run: run.manifest.run,
    directory,
    dataset: { ...run.manifest.dataset },
    // loadRun has checked it.
    checkpoint: run.manifest.files[rankerFilesOf(run.manifest, "selected").parameters]!.sha256,
    optimizer: start.optimizer,
    targets: config.lawn?.targets ?? "switch",
    users,
    items,
  };
  return {
    record,
    lines: [...linesOf(run, record, dataset), ...features.lines],
    async begin(pass, source) {
      const from = await loadRun(directory, pass === "train" ? "selected" : rankerOfRefit(run, config));
      const tables = await startingTables(from, features);
      const parameters = carryParameters(tables, sources, { spec, initial: initialParameters(config, spec) });
      const optimizer = optimizerOf(config, source);
      const kept = start.optimizer === "keep" ? await readOptimizer(from) : null;
      return {
        parameters,
        optimizer: startState({ spec, parameters, sources, optimizer, targets: record.targets, kept }),
      };
    },
  };
}

function refuseOtherTables({ directory }: LoadedRun, { folded }: FeatureRows): void {
  if (folded.length === 0) return;
  throw new ConfigError(
    `--start-optimizer keep: ${directory} has features of ${folded.join(" and ")} and this dataset has none, so its moments are of other rows; give --start-optimizer fresh`,
  );
}

/** The run's own refit, unless it has learnt from a split that this one is held out of. */
function rankerOfRefit({ manifest }: LoadedRun, { refit }: TrainConfig): RankerOfRun {
  const was = manifest.outcome?.refit ?? false;
  return was === true || was === refit ? "shipped" : "selected";
}

function refuseOtherShape({ directory, spec: there }: LoadedRun, { spec }: WarmStartOptions): void {
  const differences = configDifferences(rankerSettingsOf(there), rankerSettingsOf(spec), "ranker");
  if (differences.length === 0) return;
  throw new ConfigError(
    [
      `--start-from: ${directory} is a ranker of another shape; give the same one, or train without it. They differ in`,
      ...differences,
    ].join("\n"),
  );
}

async function refuseOtherOptimizer(run: LoadedRun, { config }: WarmStartOptions): Promise<void> {
  const there = run.config as Partial<Pick<TrainConfig, "optimizer" | "lawn">>; // settings of train, as it wrote them
  const kindOf = ({ optimizer, lawn }: typeof there) => ({
    optimizer: { name: optimizer?.name },
    lawn: lawn && { scope: lawn.scope, granularity: lawn.granularity, constrainBiases: lawn.constrainBiases },
  });
  const differences = configDifferences(kindOf(there), kindOf(config));
  if (differences.length > 0) {
    throw new ConfigError(
      [
        `--start-optimizer keep: the moments of ${run.directory} are another optimizer's; give the same one, or --start-optimizer fresh. They differ in`,
        ...differences,
      ].join("\n"),
    );
  }
  await readOptimizer(run);
}

async function readOptimizer({ directory, manifest, ranker }: LoadedRun): Promise<OptimizerState> {
  const { optimizer } = rankerFilesOf(manifest, ranker);
  if (!(optimizer in manifest.files)) {
    throw new ConfigError(
      `--start-optimizer keep: ${directory} has kept no moments (no ${optimizer}); train it with --save-optimizer, or give --start-optimizer fresh`,
    );
  }
  const file = path.join(directory, optimizer);
  return decodeOptimizer(await readFile(file), file);
}

function linesOf(
  { manifest }: LoadedRun,
  { directory, users, items }: StartRecord,
  dataset: TrainingDataset,
): readonly string[] {
  const lines = [
    `start: from ${directory}, which knows ${users.known} of ${users.known + users.new} users and ${items.known} of ${items.known + items.new} items; ${users.new} users and ${items.new} items are new, ${users.gone} and ${items.gone} of its own are gone`,
  ];
  const wasRefitted = (manifest.outcome?.refit ?? false) !== false;
  if (wasRefitted && manifest.rankers === undefined) {
    lines.push(
      `warning: ${directory} is older than rankers kept from before a refit, so it has learnt from its validation items, and validation may be too good`,
    );
  }
  const leak = leakWarning({ directory, manifest }, dataset.description);
  return leak === null ? lines : [...lines, leak];
}

function rowsInOrder(count: number): RowSources["users"] {
  return Uint32Array.from({ length: count }, (_, row) => row);
}

function allKnown(known: number): StartRecord["users"] {
  return { known, new: 0, gone: 0 };
}

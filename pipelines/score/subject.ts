/** What a scoring job is about, before anything large is read: a ranker, a dataset, and the hash of what decides. */

import path from "node:path";
import { matrixMemory } from "../../src/baselines/matrix-memory.ts";
import { baselineGrids, combinations, type FittedName, isTuned } from "../../src/config/baseline-settings.ts";
import type { ScoreConfig } from "../../src/config/schemas/score-schema.ts";
import { ConfigError, DataError } from "../../src/errors.ts";
import { errorCode } from "../../src/files/error-code.ts";
import { contentOf } from "../../src/files/file-content.ts";
import type { Manifest } from "../../src/runs/manifest.ts";
import { hashOf, runFiles } from "../../src/runs/run-directory.ts";
import { resolveParameters } from "../baselines/ready-baseline.ts";
import { type DatasetDescription, loadDataset, readDescription } from "../dataset/stored-dataset.ts";
import { protocolOf } from "../measures/evaluate-split.ts";
import { describeDatasetOfRun, isOfRun } from "../runs/dataset-of-run.ts";
import { readFinishedManifest } from "../runs/stored-run.ts";
import type { StageContext } from "../stage.ts";

export interface RunSubject {
  readonly kind: "run";
  /** The run's folder. */
  readonly run: string;
  readonly manifest: Manifest;
  /** sha256 of its checkpoint, as its manifest says. */
  readonly checkpoint: string;
}

export interface BaselineSubject {
  readonly kind: "baseline";
  readonly name: FittedName;
  readonly parameters: Readonly<Record<string, number>>;
  readonly seed: number;
}

export interface ScoreSubject {
  readonly ranker: RunSubject | BaselineSubject;
  /** The dataset's folder. */
  readonly directory: string;
  readonly description: DatasetDescription;
  /** sha256 of everything that decides the rows, but for the engine: equal plans are the same job. */
  readonly plan: string;
}

/** `run` is the run's folder; null scores with the config's baseline, whose parameters must all be given. */
export async function readSubject(config: ScoreConfig, run: string | null): Promise<ScoreSubject> {
  const { ranker, directory, description } = run === null ? await ofBaseline(config) : await ofRun(config, run);
  const { users, pairs, profiles, items, similar, allow, deny, excludePairs } = config;
  const { kind: _, ...baseline } = ranker;
  const plan = hashOf({
    version: 1,
    ...(ranker.kind === "run" ? { checkpoint: ranker.checkpoint, ...carriedFrom(ranker, description) } : { baseline }),
    dataset: description.contentHash,
    files: {
      users: await sha256OfInput(users),
      pairs: await sha256OfInput(pairs),
      allow: await sha256OfInput(allow),
      deny: await sha256OfInput(deny),
      ...(excludePairs === null ? {} : { excludePairs: await sha256OfInput(excludePairs) }),
      ...(profiles === null ? {} : { profiles: await sha256OfInput(profiles) }),
      ...(items === null ? {} : { items: await sha256OfInput(items) }),
    },
    ...(similar ? { similar } : {}),
    ...(profiles === null ? {} : { profiles: { ...foldInOf(ranker), weightColumn: config.weightColumn ?? null } }),
    columns: [config.userColumn ?? null, config.itemColumn ?? null],
    where: config.where,
    k: listLength(config),
    excludeSeen: excludesSeen(config),
    minimumScore: config.minimumScore ?? null,
    unknown: config.unknown,
  });
  return { ranker, directory, description, plan };
}

/** What decides how people are folded in: of a run, the settings it was trained with. */
function foldInOf(ranker: ScoreSubject["ranker"]): { readonly config?: string | undefined } {
  return ranker.kind === "run" ? { config: ranker.manifest.files[runFiles.config]?.sha256 } : {};
}

/** For people. */
export function rankerName({ ranker }: ScoreSubject): string {
  return ranker.kind === "run" ? ranker.run : `baseline ${ranker.name}`;
}

/** The same job with every parameter of its baseline given: chosen on validation, as `evaluate` does, where not yet. */
export async function withParameters(config: ScoreConfig, context: StageContext): Promise<ScoreConfig> {
  const { baseline: name } = config;
  if (name === null || !isTuned(name)) return config;
  const tried = combinations(baselineGrids[name], config);
  if (tried.length === 1) return { ...config, ...tried[0] };
  const dataset = await loadDataset(path.join(config.dataRoot, config.dataset!)); // the schema has asked for it
  const { parameters } = await resolveParameters(name, {
    settings: config,
    refit: false,
    ks: [10],
    candidates: protocolOf(dataset, null),
    usersSample: null,
    dataset,
    memory: matrixMemory(context.freeMemoryBytes),
    context,
  });
  return { ...config, ...parameters };
}

/** Null for as many as there are. */
export function listLength({ k, pairs }: Pick<ScoreConfig, "k" | "pairs">): number | null {
  return k ?? (pairs === null ? 10 : null);
}

export function excludesSeen({ excludeSeen, pairs }: Pick<ScoreConfig, "excludeSeen" | "pairs">): boolean {
  return excludeSeen ?? pairs === null;
}

async function ofBaseline(config: ScoreConfig): Promise<Omit<ScoreSubject, "plan">> {
  const name = config.baseline!; // there is no run, and the schema has asked for one of them
  const directory = path.join(config.dataRoot, config.dataset!);
  const description = await readDescription(directory);
  const [parameters] = isTuned(name) ? combinations(baselineGrids[name], config) : [{}];
  const seed = config.seed ?? description.seed;
  return { ranker: { kind: "baseline", name, parameters: parameters!, seed }, directory, description };
}

/** What decides the rows besides, where ids are matched: the vocabularies of the data that the run was trained on. */
function carriedFrom({ manifest, run }: RunSubject, description: DatasetDescription): { readonly ids?: string } {
  return isOfRun({ directory: run, manifest }, description) ? {} : { ids: manifest.dataset.contentHash };
}

async function ofRun(config: ScoreConfig, run: string): Promise<Omit<ScoreSubject, "plan">> {
  const manifest = await readFinishedManifest(run);
  const checkpoint = manifest.files[runFiles.checkpoint]?.sha256;
  if (checkpoint === undefined) throw new DataError(`${run}: its manifest names no ${runFiles.checkpoint}`);
  const directory = path.join(config.dataRoot, config.dataset ?? manifest.dataset.name);
  const description = await describeDatasetOfRun({ directory: run, manifest }, directory);
  return { ranker: { kind: "run", run, manifest, checkpoint }, directory, description };
}

async function sha256OfInput(file: string | null): Promise<string | null> {
  if (file === null) return null;
  try {
    return (await contentOf(file)).sha256;
  } catch (error) {
    if (errorCode(error) === "ENOENT") throw new ConfigError(`${file}: there is no such file`);
    throw error;
  }
}

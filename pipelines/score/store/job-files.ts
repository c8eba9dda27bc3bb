/** Which files scoring reads, and where they stand in a folder that a worker makes of them. */
import path from "node:path";
import { z } from "zod";
import type { ScoreConfig } from "../../../src/config/schemas/score-schema.ts";
import { contentOf } from "../../../src/files/file-content.ts";
import { fileRecord } from "../../../src/runs/file-record.ts";
import { keptDatasetFiles, keptDatasetFolder, runFiles } from "../../../src/runs/run-directory.ts";
import { DESCRIPTION_FILE, KNOWN_FILE, PROFILES_FILE } from "../../dataset/dataset-files.ts";
import { isOfRun } from "../../runs/dataset-of-run.ts";
import type { ScoreSubject } from "../subject.ts";

/** A file as jobs name it; its path where it came from is nobody else's concern. */
const RELATIVE_PATH =
  /^(run|run\/dataset|dataset|users|pairs|profiles|items|allow|deny|excludePairs)\/(?!\.{1,2}$)[^/\\\0]+$/;

export const jobFileSchema = z.object({
  /** In the worker's folder: one of its folders and a name. */
  relativePath: z.string().regex(RELATIVE_PATH),
  ...fileRecord.shape,
});

export type JobFile = z.output<typeof jobFileSchema>;

export interface SourceFile extends JobFile {
  /** On this machine. */
  readonly path: string;
}

const DATASET_FILES_READ = ["train.arrow", "validation.arrow", "test.arrow", "users.arrow", "items.arrow"] as const;
const LISTS = ["users", "pairs", "profiles", "items", "allow", "deny", "excludePairs"] as const;

/** Of large files the size and hash are those on record; small ones, and lists of ids, are hashed here. */
export async function jobFiles(config: ScoreConfig, subject: ScoreSubject): Promise<readonly SourceFile[]> {
  const { ranker, directory, description } = subject;
  const recorded = (folder: string, inFolder: string, name: string, { bytes, sha256 }: Recorded): SourceFile => ({
    path: path.join(folder, name),
    relativePath: `${inFolder}/${name}`,
    bytes,
    sha256,
  });
  const lists = LISTS.flatMap((list) => {
    const file = config[list];
    return file === null ? [] : [{ file, relativePath: pathOfList(list, file) }];
  });
  return [
    ...(await runFilesOf()),
    await hashedFile(path.join(directory, DESCRIPTION_FILE), `dataset/${DESCRIPTION_FILE}`),
    ...DATASET_FILES_READ.map((name) => recorded(directory, "dataset", name, description.files[name])),
    ...(description.known === undefined ? [] : [recorded(directory, "dataset", KNOWN_FILE, description.known)]),
    ...(description.profiles === undefined
      ? []
      : [recorded(directory, "dataset", PROFILES_FILE, description.profiles)]),
    ...(await Promise.all(lists.map(({ file, relativePath }) => hashedFile(file, relativePath)))),
  ];

  /** A baseline has none: it is fitted to the dataset. */
  async function runFilesOf(): Promise<readonly SourceFile[]> {
    if (ranker.kind === "baseline") return [];
    const { run, manifest } = ranker;
    // The run's own ids are needed where the dataset has others.
    const kept = isOfRun({ directory: run, manifest }, description)
      ? []
      : keptDatasetFiles.map((name) => path.posix.join(keptDatasetFolder, name));
    return [
      await hashedFile(path.join(run, runFiles.manifest), `run/${runFiles.manifest}`),
      // readSubject has found these.
      ...[runFiles.checkpoint, ...(config.profiles === null ? [] : [runFiles.config]), ...kept].map((name) =>
        recorded(run, "run", name, manifest.files[name]!),
      ),
    ];
  }
}

/** The settings of the same job in a worker's folder, relative to it. */
export function configForWorker(config: ScoreConfig): ScoreConfig {
  const list = (name: (typeof LISTS)[number]): string | null => {
    const file = config[name];
    return file === null ? null : pathOfList(name, file);
  };
  return {
    ...config,
    run: config.baseline === null ? "./run" : null,
    dataset: "dataset",
    dataRoot: ".",
    modelsRoot: ".",
    output: path.basename(config.output),
    users: list("users"),
    pairs: list("pairs"),
    profiles: list("profiles"),
    items: list("items"),
    allow: list("allow"),
    deny: list("deny"),
    excludePairs: list("excludePairs"),
    queue: null,
    store: null,
    shards: null,
  };
}

/** Whether a config from a queue is one of configForWorker: no path of it leads out of the worker's folder. */
export function hasOwnPathsAlone(config: ScoreConfig): boolean {
  const lists = LISTS.map((list) => config[list]).filter((file) => file !== null);
  return config.dataset === "dataset" && lists.every((file) => RELATIVE_PATH.test(file));
}

/** `config` of configForWorker, in `folder`. */
export function configInFolder(config: ScoreConfig, folder: string): ScoreConfig {
  const inFolder = (relativePath: string | null): string | null =>
    relativePath === null ? null : path.join(folder, relativePath);
  return {
    ...config,
    run: config.baseline === null ? path.join(folder, "run") : null,
    dataRoot: folder,
    modelsRoot: folder,
    users: inFolder(config.users),
    pairs: inFolder(config.pairs),
    profiles: inFolder(config.profiles),
    items: inFolder(config.items),
    allow: inFolder(config.allow),
    deny: inFolder(config.deny),
    excludePairs: inFolder(config.excludePairs),
  };
}

interface Recorded {
  readonly bytes: number;
  readonly sha256: string;
}

/** The name is kept, since its ending says the format. */
function pathOfList(list: (typeof LISTS)[number], file: string): string {
  return `${list}/${path.basename(file)}`;
}

async function hashedFile(file: string, relativePath: string): Promise<SourceFile> {
  return { path: file, relativePath, ...(await contentOf(file)) };
}

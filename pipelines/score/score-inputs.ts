/**
 * Everything a scoring job reads, opened and checked: the run, its dataset, who is to be scored
 * and what may be recommended.
 */
import { rm } from "node:fs/promises";
import path from "node:path";
import type { ScoreConfig } from "../../src/config/schemas/score-schema.ts";
import { ConfigError, DataError } from "../../src/errors.ts";
import { errorCode } from "../../src/files/error-code.ts";
import { contentOf } from "../../src/files/file-content.ts";
import { openWorkDatabase, type WorkDatabase } from "../../src/interactions/database/work-database.ts";
import type { Manifest } from "../../src/runs/manifest.ts";
import { hashOf, runFiles } from "../../src/runs/run-directory.ts";
import { type DatasetDescription, verifyFiles } from "../dataset/stored-dataset.ts";
import { idSpellingOf, idTypeOf, readVocabulary, type Vocabulary } from "../dataset/vocabulary-files.ts";
import { describeDatasetOfRun } from "../runs/dataset-of-run.ts";
import { readFinishedManifest } from "../runs/stored-run.ts";
import type { RecommendationShape } from "./output/recommendations.ts";
import type { BitSet } from "./selection/bit-set.ts";
import { type CheckpointRows, openCheckpointRows } from "./selection/checkpoint-rows.ts";
import { findColdUsers } from "./selection/cold-users.ts";
import { type ItemLists, readItemLists } from "./selection/item-lists.ts";
import { selectUsers, type UserSelection } from "./selection/user-selection.ts";

/** What a job is about, before anything large is read. */
export interface ScoreSubject {
  /** The run's folder. */
  readonly run: string;
  readonly manifest: Manifest;
  /** sha256 of its checkpoint, as its manifest says. */
  readonly checkpoint: string;
  /** The dataset's folder. */
  readonly directory: string;
  readonly description: DatasetDescription;
  /** sha256 of everything that decides the rows, but for the engine: equal plans are the same job. */
  readonly plan: string;
}

export interface ScoreInputs extends ScoreSubject {
  readonly checkpointRows: CheckpointRows;
  readonly items: Vocabulary;
  readonly lists: ItemLists;
  readonly cold: BitSet;
  readonly selection: UserSelection;
  readonly shape: RecommendationShape;
  /** Holds the tables of the selection. */
  database(): Promise<WorkDatabase>;
  close(): Promise<void>;
}

/** `run` is the run's folder. Throws DataError where run and dataset are not whole, or not of each other. */
export async function readSubject(config: ScoreConfig, run: string): Promise<ScoreSubject> {
  const manifest = await readFinishedManifest(run);
  const checkpoint = manifest.files[runFiles.checkpoint]?.sha256;
  if (checkpoint === undefined) throw new DataError(`${run}: its manifest names no ${runFiles.checkpoint}`);
  const directory = path.join(config.dataRoot, config.dataset ?? manifest.dataset.name);
  const description = await describeDatasetOfRun({ directory: run, manifest }, directory);
  const { users, pairs, allow, deny } = config;
  const plan = hashOf({
    version: 1,
    checkpoint,
    dataset: description.contentHash,
    files: {
      users: await sha256OfInput(users),
      pairs: await sha256OfInput(pairs),
      allow: await sha256OfInput(allow),
      deny: await sha256OfInput(deny),
    },
    columns: [config.userColumn ?? null, config.itemColumn ?? null],
    where: config.where,
    k: listLength(config),
    excludeSeen: excludesSeen(config),
    minimumScore: config.minimumScore ?? null,
    unknown: config.unknown,
  });
  return { run, manifest, checkpoint, directory, description, plan };
}

/**
 * `scratch` is a folder for what does not fit in memory; it is made when needed, and gone after close. What lists hold
 * is said to `log`.
 */
export async function openScoreInputs(
  config: ScoreConfig,
  subject: ScoreSubject,
  { scratch, log }: { readonly scratch: string; readonly log: (line: string) => void },
): Promise<ScoreInputs> {
  const { run, manifest, checkpoint, directory, description } = subject;
  const needed = ["users.arrow", "train.arrow", "validation.arrow", "test.arrow"] as const;
  await verifyFiles(directory, description, needed);
  let opened: Promise<WorkDatabase> | null = null;
  const database = (): Promise<WorkDatabase> => {
    const readable = [config.users, config.pairs, config.allow, config.deny].filter((file) => file !== null);
    opened ??= openWorkDatabase({ path: ":memory:", spillDirectory: scratch, memoryLimit: "512MB", readable });
    return opened;
  };
  const checkpointRows = await openCheckpointRows(path.join(run, runFiles.checkpoint), checkpoint);
  const close = async (): Promise<void> => {
    await checkpointRows.close();
    if (opened !== null) (await opened).close();
    await rm(scratch, { recursive: true, force: true });
  };
  try {
    checkExtents(run, checkpointRows, description);
    const items = await readVocabulary(directory, "item", description);
    const spelling = idSpellingOf(description);
    const lists = await readItemLists(config, items, { spelling, log }, database);
    const cold = await findColdUsers(directory, description.users, manifest);
    const request = { config, directory, users: description.users, cold, spelling, log };
    const selection = await selectUsers(request, database);
    const shape = {
      userIds: idTypeOf(description, "user"),
      itemIds: idTypeOf(description, "item"),
      hasSource: config.unknown === "popular",
    };
    return { ...subject, checkpointRows, items, lists, cold, selection, shape, database, close };
  } catch (error) {
    await close();
    throw error;
  }
}

/**
 * Throws DataError where the run in the folder is no longer the one that was opened: its scores would
 * stand under another name.
 */
export async function checkStillThere({ run, checkpoint, checkpointRows }: ScoreInputs): Promise<void> {
  await checkpointRows.checkUnchanged();
  const found = (await readFinishedManifest(run)).files[runFiles.checkpoint]?.sha256;
  if (found === checkpoint) return;
  throw new DataError(
    `${run}: was replaced while it was scored (checkpoint ${checkpoint.slice(0, 12)} then, ${found?.slice(0, 12)} now); nothing was written, score again`,
  );
}

/** Null for as many as there are. */
export function listLength({ k, pairs }: Pick<ScoreConfig, "k" | "pairs">): number | null {
  return k ?? (pairs === null ? 10 : null);
}

export function excludesSeen({ excludeSeen, pairs }: Pick<ScoreConfig, "excludeSeen" | "pairs">): boolean {
  return excludeSeen ?? pairs === null;
}

function checkExtents(run: string, { spec }: CheckpointRows, { users, items }: DatasetDescription): void {
  if (spec.users === users && spec.items === items) return;
  throw new DataError(
    `${run}: its ranker has ${spec.users} users and ${spec.items} items, but the dataset ${users} and ${items}; train anew`,
  );
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

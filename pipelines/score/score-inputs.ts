/** Everything a scoring job reads beside its ranker, opened and checked: who is to be scored, and with which items. */
import { rm } from "node:fs/promises";
import type { ScoreConfig } from "../../src/config/schemas/score-schema.ts";
import { ConfigError } from "../../src/errors.ts";
import type { WorkDatabase, WorkDatabaseOptions } from "../../src/interactions/database/work-database.ts";
import { NO_ROW, type RowSources } from "../../src/ranker/carry-rows.ts";
import { KNOWN_FILE, PROFILES_FILE } from "../dataset/dataset-files.ts";
import { holdsOutUsers } from "../dataset/held-out-users.ts";
import { checkFileOf, verifyFiles } from "../dataset/stored-dataset.ts";
import { idSpellingOf, idTypeOf, readVocabulary, type Vocabulary } from "../dataset/vocabulary-files.ts";
import type { RecommendationShape } from "./output/recommendations.ts";
import { type BitSet, openBitSet } from "./selection/bit-set.ts";
import { type ExcludedCounts, loadExcludedPairs } from "./selection/excluded-pairs.ts";
import { findCold } from "./selection/find-cold.ts";
import { type ItemLists, readItemLists } from "./selection/item-lists.ts";
import { selectItems } from "./selection/item-selection.ts";
import { selectPeople } from "./selection/people-selection.ts";
import { selectUsers, type UserSelection } from "./selection/user-selection.ts";
import type { ScoreSubject } from "./subject.ts";

export interface ScoreInputs extends ScoreSubject {
  readonly items: Vocabulary;
  readonly lists: ItemLists;
  /** Users, or items under --similar, that the ranker was not trained on. */
  readonly cold: BitSet;
  readonly selection: UserSelection;
  /** Of --exclude-pairs; null without it. */
  readonly excluded: ExcludedCounts | null;
  readonly shape: RecommendationShape;
  /** Holds the tables of the selection. */
  database(): Promise<WorkDatabase>;
  close(): Promise<void>;
}

export interface OpeningOptions {
  /** Of the opened ranker. Users without a row there are unknown to it; items without one are not recommended. */
  readonly rows: RowSources | null;
  /** A folder for what does not fit in memory; it is made when needed, and gone after close. */
  readonly scratch: string;
  /** Is told what lists hold. */
  readonly log: (line: string) => void;
}

/** Throws DataError for files that are not what ingest wrote, and for what lists or --unknown do not allow. */
export async function openScoreInputs(
  config: ScoreConfig,
  subject: ScoreSubject,
  { rows, scratch, log }: OpeningOptions,
): Promise<ScoreInputs> {
  const { ranker, directory, description } = subject;
  const needed = ["users.arrow", "train.arrow", "validation.arrow", "test.arrow"] as const;
  await verifyFiles(directory, description, needed);
  const { known: knownFile, profiles: profilesFile } = description;
  if (knownFile !== undefined) await checkFileOf(directory, KNOWN_FILE, knownFile);
  if (profilesFile !== undefined) await checkFileOf(directory, PROFILES_FILE, profilesFile);
  let opened: Promise<WorkDatabase> | null = null;
  const database = (): Promise<WorkDatabase> => {
    const { users, pairs, profiles, items, allow, deny, excludePairs } = config;
    const readable = [users, pairs, profiles, items, allow, deny, excludePairs].filter((file) => file !== null);
    opened ??= openDatabase({ path: ":memory:", spillDirectory: scratch, memoryLimit: "512MB", readable });
    return opened;
  };
  const close = async (): Promise<void> => {
    if (opened !== null) (await opened).close();
    await rm(scratch, { recursive: true, force: true });
  };
  try {
    const items = await readVocabulary(directory, "item", description);
    const spelling = idSpellingOf(description);
    const known = withKnownItems(await readItemLists(config, items, { spelling, log }, database), rows);
    const refit = ranker.kind === "run" ? (ranker.manifest.outcome?.refit ?? false) : false;
    const kind = config.similar ? "item" : "user";
    const count = description[`${kind}s`];
    const holdsOut = holdsOutUsers(description);
    const cold =
      rows === null ? await findCold(directory, { kind, count, refit, holdsOut }) : indicesWithoutRow(rows[`${kind}s`]);
    // What the ranker was not trained on is as it was first drawn, and like others by chance.
    const lists = config.similar ? withoutCold(known, cold) : known;
    const how = { config, directory, rows, spelling, log };
    const people = config.profiles === null ? null : await selectPeople(await database(), config.profiles, how);
    const selection = config.similar
      ? await selectItems(config, items, { cold, spelling, log }, database)
      : (people ?? (await selectUsers({ ...how, users: description.users, cold }, database)));
    const excluded =
      config.excludePairs === null ? null : await loadExcludedPairs(await database(), config.excludePairs, how);
    const shape: RecommendationShape = {
      of: config.similar ? "items" : "users",
      userIds: people?.hasTexts ? "utf8" : idTypeOf(description, kind),
      itemIds: idTypeOf(description, "item"),
      hasSource: config.unknown === "popular",
    };
    return { ...subject, items, lists, cold, selection, excluded, shape, database, close };
  } catch (error) {
    await close();
    throw error;
  }
}

/** Loaded here, since few jobs need SQL. */
async function openDatabase(options: WorkDatabaseOptions): Promise<WorkDatabase> {
  const { openWorkDatabase } = await import("../../src/interactions/database/work-database.ts");
  return openWorkDatabase(options);
}

/** What the ranker was not trained on has no score that could be compared. */
function withKnownItems(lists: ItemLists, rows: RowSources | null): ItemLists {
  if (rows === null) return lists;
  const { items } = rows;
  const allowed = (lists.allowed ?? Uint32Array.from(items.keys())).filter((item) => items[item] !== NO_ROW);
  if (allowed.length > 0) return { ...lists, allowed };
  throw new ConfigError("--allow and --deny leave no item that the run knows; it was trained on other data");
}

function withoutCold(lists: ItemLists, cold: BitSet): ItemLists {
  const allowed = (lists.allowed ?? Uint32Array.from({ length: cold.size }, (_, item) => item)).filter(
    (item) => !cold.has(item),
  );
  if (allowed.length > 0) return { ...lists, allowed };
  throw new ConfigError("--allow and --deny leave no item that the ranker was trained on");
}

function indicesWithoutRow(sources: Uint32Array): BitSet {
  const cold = openBitSet(sources.length, false);
  for (const [index, source] of sources.entries()) if (source === NO_ROW) cold.add(index);
  return cold;
}

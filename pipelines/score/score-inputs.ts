/** Everything a scoring job reads beside its ranker, opened and checked: who is to be scored, and with which items. */
import { rm } from "node:fs/promises";
import type { ScoreConfig } from "../../src/config/schemas/score-schema.ts";
import type { WorkDatabase, WorkDatabaseOptions } from "../../src/interactions/database/work-database.ts";
import { verifyFiles } from "../dataset/stored-dataset.ts";
import { idSpellingOf, idTypeOf, readVocabulary, type Vocabulary } from "../dataset/vocabulary-files.ts";
import type { RecommendationShape } from "./output/recommendations.ts";
import type { BitSet } from "./selection/bit-set.ts";
import { findColdUsers } from "./selection/cold-users.ts";
import { type ItemLists, readItemLists } from "./selection/item-lists.ts";
import { selectUsers, type UserSelection } from "./selection/user-selection.ts";
import type { ScoreSubject } from "./subject.ts";

export interface ScoreInputs extends ScoreSubject {
  readonly items: Vocabulary;
  readonly lists: ItemLists;
  readonly cold: BitSet;
  readonly selection: UserSelection;
  readonly shape: RecommendationShape;
  /** Holds the tables of the selection. */
  database(): Promise<WorkDatabase>;
  close(): Promise<void>;
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
  const { ranker, directory, description } = subject;
  const needed = ["users.arrow", "train.arrow", "validation.arrow", "test.arrow"] as const;
  await verifyFiles(directory, description, needed);
  let opened: Promise<WorkDatabase> | null = null;
  const database = (): Promise<WorkDatabase> => {
    const readable = [config.users, config.pairs, config.allow, config.deny].filter((file) => file !== null);
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
    const lists = await readItemLists(config, items, { spelling, log }, database);
    const isRefitted = ranker.kind === "run" && ranker.manifest.outcome?.refit === true;
    const cold = await findColdUsers(directory, description.users, isRefitted);
    const request = { config, directory, users: description.users, cold, spelling, log };
    const selection = await selectUsers(request, database);
    const shape = {
      userIds: idTypeOf(description, "user"),
      itemIds: idTypeOf(description, "item"),
      hasSource: config.unknown === "popular",
    };
    return { ...subject, items, lists, cold, selection, shape, database, close };
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

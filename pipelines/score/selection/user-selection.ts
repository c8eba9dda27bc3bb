/** Whom a job scores: all users, those of a file, of an SQL condition, or of candidate pairs, in one fixed order. */
import { createHash } from "node:crypto";
import type { ScoreConfig } from "../../../src/config/schemas/score-schema.ts";
import { DataError } from "../../../src/errors.ts";
import type { WorkDatabase } from "../../../src/interactions/database/work-database.ts";
import { type IdListRows, type IdSpelling, loadIdList } from "../../../src/interactions/lookup/id-lists.ts";
import {
  checkUserCondition,
  idTables,
  selectedUsers,
  unknownItemsOfPairs,
  unknownUserIds,
} from "../../../src/interactions/lookup/match-ids.ts";
import { loadVocabulary } from "../../dataset/vocabulary-tables.ts";
import { type BitSet, openBitSet } from "./bit-set.ts";

export interface UserSelection {
  /** Known users to score, by index; those the run was not trained on are among them only under --unknown popular. */
  readonly selected: BitSet;
  readonly known: number;
  /** Ids unknown to the dataset that are scored all the same, after the known users; 0 but for --unknown popular. */
  readonly unknown: number;
  /** sha256 of who is scored, in which order. */
  readonly digest: string;
  readonly counts: SelectionCounts;
}

/** For the summary; 0 where it does not apply. */
export interface SelectionCounts {
  readonly askedRows: number;
  readonly repeatedRows: number;
  readonly unknownUsers: number;
  readonly untrainedUsers: number;
  readonly unknownItems: number;
}

export interface SelectionRequest {
  readonly config: Pick<ScoreConfig, "users" | "where" | "pairs" | "unknown" | "userColumn" | "itemColumn">;
  /** Folder of the dataset. */
  readonly directory: string;
  readonly users: number;
  readonly cold: BitSet;
  /** Of the dataset's ids. */
  readonly spelling: IdSpelling;
  readonly log: (line: string) => void;
}

/**
 * Leaves its tables in `database` for candidate-pairs.ts. Throws DataError under --unknown error
 * where somebody is unknown.
 */
export async function selectUsers(
  { config, directory, users, cold, spelling, log }: SelectionRequest,
  openDatabase: () => Promise<WorkDatabase>,
): Promise<UserSelection> {
  const { where, unknown } = config;
  const isListed = config.users !== null || config.pairs !== null;
  const selected = openBitSet(users, !isListed && where === null);
  const digest = createHash("sha256");
  let list: IdListRows = { rows: 0, distinct: 0, note: "" };
  let [unknownCount, unknownItems] = [0, 0];

  if (isListed || where !== null) {
    const database = await openDatabase();
    await loadVocabulary(database, directory, "user");
    if (where !== null) await checkUserCondition(database, where);
    if (isListed) {
      list = await loadList(database, config, spelling);
      log(list.note);
    }
    const usage = { where, usesList: config.users !== null, usesPairs: config.pairs !== null };
    for await (const chunk of selectedUsers(database, usage)) for (const user of chunk) selected.add(user);
    if (isListed) {
      const examples: string[] = [];
      for await (const ids of unknownUserIds(database, config.pairs === null ? "listed" : "pairs")) {
        unknownCount += ids.length;
        if (examples.length < 3) examples.push(...ids.slice(0, 3));
        for (const id of ids) digest.update(`${id}\n`);
      }
      const found = { count: unknownCount, examples };
      if (unknownCount > 0) reportUnknown("user", config.pairs ?? config.users!, found, { config, log });
    }
    if (config.pairs !== null) {
      await loadVocabulary(database, directory, "item");
      const found = await unknownItemsOfPairs(database);
      unknownItems = found.items;
      if (found.items > 0)
        reportUnknown("item", config.pairs, { count: found.items, examples: found.examples }, { config, log });
    }
  }

  const untrained = countCommon(selected, cold);
  if (untrained > 0 && unknown === "error") {
    throw new DataError(
      `${untrained} of the users to score have no interaction that the run was trained on, so it knows nothing of them; --unknown skip leaves them out, --unknown popular gives them the most popular items`,
    );
  }
  if (unknown === "skip") for (let user = 0; user < users; user++) if (cold.has(user)) selected.remove(user);
  digest.update(selected.bytes);
  return {
    selected,
    known: selected.count(),
    unknown: unknown === "popular" ? unknownCount : 0,
    digest: digest.digest("hex"),
    counts: {
      askedRows: list.rows,
      repeatedRows: list.rows - list.distinct,
      unknownUsers: unknownCount,
      untrainedUsers: untrained,
      unknownItems,
    },
  };
}

async function loadList(
  database: WorkDatabase,
  config: SelectionRequest["config"],
  spelling: IdSpelling,
): Promise<IdListRows> {
  const columns = {
    ...(config.userColumn === undefined ? {} : { user: config.userColumn }),
    ...(config.itemColumn === undefined ? {} : { item: config.itemColumn }),
  };
  const how = { columns, weight: null, spelling };
  const file =
    config.pairs === null
      ? ({ path: config.users!, roles: ["user"], ...how } as const) // one of the two has been given
      : ({ path: config.pairs, roles: ["user", "item"], ...how } as const);
  return loadIdList(database, config.pairs === null ? idTables.listed : idTables.pairs, file);
}

/**
 * The first few by name, so that a person sees what kind of ids they are: said where they are passed over, refused
 * under --unknown error.
 */
export function reportUnknown(
  kind: "user" | "item",
  file: string,
  { count, examples }: { readonly count: number; readonly examples: readonly string[] },
  how: { readonly config: Pick<ScoreConfig, "unknown">; readonly log: (line: string) => void },
): void {
  const names = examples.slice(0, 3).map((id) => JSON.stringify(id));
  const found = `${file}: ${count} ${kind} id${count === 1 ? " is" : "s are"} unknown to the dataset (${names.join(", ")}${count > names.length ? ", ..." : ""})`;
  const { unknown } = how.config;
  if (unknown === "error") {
    const popular = kind === "user" ? ", --unknown popular gives them the most popular items" : "";
    throw new DataError(`${found}; --unknown skip leaves them out${popular}`);
  }
  const isScored = kind === "user" && unknown === "popular";
  how.log(`${found}: ${isScored ? "they get the most popular items" : "left out"}`);
}

function countCommon(a: BitSet, b: BitSet): number {
  let count = 0;
  for (let index = 0; index < a.size; index++) if (b.has(index) && a.has(index)) count++;
  return count;
}

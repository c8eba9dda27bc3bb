/** --profiles: people who come with what they took, in one fixed order, whether the log knows them or not. */
import { createHash } from "node:crypto";
import type { ScoreConfig } from "../../../src/config/schemas/score-schema.ts";
import { DataError } from "../../../src/errors.ts";
import type { WorkDatabase } from "../../../src/interactions/database/work-database.ts";
import { type IdSpelling, loadIdList } from "../../../src/interactions/lookup/id-lists.ts";
import { idTables } from "../../../src/interactions/lookup/match-ids.ts";
import { matchProfiles, type ProfilesFound, peopleIds } from "../../../src/interactions/lookup/profiles.ts";
import { NO_ROW, type RowSources } from "../../../src/ranker/carry-rows.ts";
import { loadVocabulary } from "../../dataset/vocabulary-tables.ts";
import { openBitSet } from "./bit-set.ts";
import type { UserSelection } from "./user-selection.ts";

export interface PeopleSelection extends UserSelection {
  /** Whether some id is no whole number, whatever those of the log are. */
  readonly hasTexts: boolean;
}

/**
 * Leaves its tables in `database` for lookup/profiles.ts. Items that nobody knows are told and counted. Throws
 * DataError under --unknown error where a person has no other.
 */
export async function selectPeople(
  database: WorkDatabase,
  path: string,
  how: {
    readonly config: Pick<ScoreConfig, "userColumn" | "itemColumn" | "weightColumn" | "unknown">;
    /** Of the dataset. */
    readonly directory: string;
    /** Items without a row are unknown to the ranker. */
    readonly rows: RowSources | null;
    readonly spelling: IdSpelling;
    readonly log: (line: string) => void;
  },
): Promise<PeopleSelection> {
  const { config, directory, rows, spelling, log } = how;
  const { userColumn, itemColumn, weightColumn, unknown } = config;
  const list = await loadIdList(database, idTables.profiles, {
    path,
    roles: ["user", "item"],
    columns: {
      ...(userColumn === undefined ? {} : { user: userColumn }),
      ...(itemColumn === undefined ? {} : { item: itemColumn }),
    },
    weight: { wanted: weightColumn },
    spelling,
  });
  log(list.note);
  await loadVocabulary(database, directory, "user");
  await loadVocabulary(database, directory, "item");
  const lost = rows === null ? [] : [...rows.items.keys()].filter((item) => rows.items[item] === NO_ROW);
  const unknownItems = Uint32Array.from(lost);
  const found = await matchProfiles(database, { unknownItems, keepsAll: unknown === "popular" });
  reportFound(path, found, { unknown, log });
  const digest = createHash("sha256");
  for await (const ids of peopleIds(database)) for (const id of ids) digest.update(`${id}\n`);
  return {
    selected: openBitSet(0),
    known: 0,
    unknown: found.people,
    hasTexts: found.hasTexts,
    digest: digest.digest("hex"),
    counts: {
      askedRows: list.rows,
      repeatedRows: list.rows - list.distinct,
      unknownUsers: found.withoutKnownItems.people,
      untrainedUsers: 0,
      unknownItems: found.unknownItems.items,
    },
  };
}

function reportFound(
  path: string,
  { unknownItems, withoutKnownItems }: ProfilesFound,
  { unknown, log }: { readonly unknown: ScoreConfig["unknown"]; readonly log: (line: string) => void },
): void {
  if (unknownItems.items > 0) {
    const names = named(unknownItems.examples, unknownItems.items);
    const ids = unknownItems.items === 1 ? "1 item id is" : `${unknownItems.items} item ids are`;
    const rows = unknownItems.rows === 1 ? "1 row" : `${unknownItems.rows} rows`;
    log(`${path}: ${ids} unknown (${names}), in ${rows}; nothing is learnt from that`);
  }
  const { people, examples } = withoutKnownItems;
  if (people === 0) return;
  const has = people === 1 ? "person has" : "people have";
  const without = `${path}: ${people} ${has} no item of a weight above 0 that is known (${named(examples, people)})`;
  if (unknown === "error") {
    throw new DataError(
      `${without}, so nothing is known of them; --unknown skip leaves them out, --unknown popular gives them the most popular items`,
    );
  }
  log(`${without}: ${unknown === "popular" ? "they get the most popular items" : "left out"}`);
}

/** The first few, so that a reader sees what kind of ids they are. */
function named(examples: readonly string[], count: number): string {
  return `${examples.map((id) => JSON.stringify(id)).join(", ")}${count > examples.length ? ", ..." : ""}`;
}

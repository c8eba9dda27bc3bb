/** --exclude-pairs: pairs that are left out of lists besides what their users have seen. */
import type { ScoreConfig } from "../../../src/config/schemas/score-schema.ts";
import type { WorkDatabase } from "../../../src/interactions/database/work-database.ts";
import { type IdSpelling, loadIdList } from "../../../src/interactions/lookup/id-lists.ts";
import { excludedOfUnknownUsers, idTables, unknownPairs } from "../../../src/interactions/lookup/match-ids.ts";
import { loadVocabulary } from "../../dataset/vocabulary-tables.ts";

export interface ExcludedCounts {
  /** Distinct pairs of the file. */
  readonly excludedPairs: number;
  /** Of them, those whose user or item the dataset lacks. */
  readonly unknownExcludedPairs: number;
}

/** Leaves its table in `database` for candidate-pairs.ts. Ids that the dataset lacks are counted, not refused. */
export async function loadExcludedPairs(
  database: WorkDatabase,
  path: string,
  how: {
    readonly config: Pick<ScoreConfig, "userColumn" | "itemColumn">;
    /** Of the dataset. */
    readonly directory: string;
    readonly spelling: IdSpelling;
    readonly log: (line: string) => void;
  },
): Promise<ExcludedCounts> {
  const { config, directory, spelling, log } = how;
  const columns = {
    ...(config.userColumn === undefined ? {} : { user: config.userColumn }),
    ...(config.itemColumn === undefined ? {} : { item: config.itemColumn }),
  };
  const list = { path, roles: ["user", "item"], columns, weight: null, spelling } as const;
  const { distinct, note } = await loadIdList(database, idTables.excluded, list);
  log(note);
  await loadVocabulary(database, directory, "user");
  await loadVocabulary(database, directory, "item");
  const { pairs, examples } = await unknownPairs(database, "excluded");
  if (pairs > 0) {
    const names = examples.map((id) => JSON.stringify(id)).join(", ");
    log(`${path}: ${pairs} of ${distinct} pairs have a user or an item unknown to the dataset (such as ${names})`);
  }
  return { excludedPairs: distinct, unknownExcludedPairs: pairs };
}

/** Items by the id of a user whom the dataset lacks and the list of users has. */
export async function excludedByUnknownUser(
  database: WorkDatabase,
  listed: "listed" | "pairs" | "profiles",
): Promise<ReadonlyMap<string, readonly number[]>> {
  const found = new Map<string, number[]>();
  for await (const { userIds, items } of excludedOfUnknownUsers(database, listed)) {
    for (const [row, id] of userIds.entries()) {
      const own = found.get(id);
      if (own === undefined) found.set(id, [items[row]!]);
      else own.push(items[row]!);
    }
  }
  return found;
}

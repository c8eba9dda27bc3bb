/** Settings of `score` that say whom it makes lists for, and which columns of its files are meant. */
import { z } from "zod";
import { setting } from "../../setting.ts";

const file = z.string().min(1).nullable().default(null);
const columnMeaning =
  "in the files of --users, --pairs, --profiles, --items, --allow, --deny and --exclude-pairs, by name or number from 1; the usual names unless given";

export const whomSettings = {
  users: setting(file, {
    flag: "users",
    heading: "Users",
    names: "file",
    meaning: "File of the users to score (CSV, TSV, Parquet, Arrow, JSONL, or an id a line); all users unless given",
  }),
  where: setting(z.string().min(1).nullable().default(null), {
    flag: "where",
    meaning: "SQL condition over users.arrow (user, user_id, train_count), such as 'train_count >= 5'",
  }),
  pairs: setting(file, {
    flag: "pairs",
    heading: "Users",
    names: "file",
    meaning:
      "File of user and item ids: scores for these pairs, each user's items ranked, in place of the catalogue's best",
  }),
  profiles: setting(file, {
    flag: "profiles",
    heading: "Users",
    names: "file",
    meaning:
      "File of people and what each took, user and item ids and weights if it has them: each is folded in and gets a list, whether the log knows them or not",
  }),
  similar: setting(z.boolean().default(false), {
    flag: "similar",
    heading: "Items",
    meaning:
      "Lists of similar items in place of lists for users: for each item the k most similar by what the ranker knows of items",
  }),
  items: setting(file, {
    flag: "items",
    heading: "Items",
    names: "file",
    meaning: "File of the items whose similar ones --similar lists; all unless given",
  }),
  userColumn: setting(z.string().min(1).optional(), {
    flag: "user-column",
    heading: "Users",
    names: "column",
    meaning: `Column of user ids ${columnMeaning}`,
  }),
  itemColumn: setting(z.string().min(1).optional(), {
    flag: "item-column",
    heading: "Items",
    names: "column",
    meaning: `Column of item ids ${columnMeaning}`,
  }),
  weightColumn: setting(z.string().min(1).optional(), {
    flag: "weight-column",
    names: "column",
    meaning:
      "Column of weights in the file of --profiles, by name or number from 1; the one called weight unless given, none leaves it aside",
  }),
};

type WhomKey = keyof typeof whomSettings;

interface Whom extends Readonly<Record<Exclude<WhomKey, "similar" | `${string}Column`>, string | null>> {
  readonly similar: boolean;
  readonly weightColumn?: string | undefined;
  readonly excludePairs: string | null;
  readonly excludeSeen?: boolean | undefined;
  readonly unknown: string;
}

/** What does not go together. */
export function whomRefusals(config: Whom): readonly (readonly [keyof Whom, string])[] {
  const refusals: (readonly [keyof Whom, string])[] = [];
  if (config.pairs !== null && config.users !== null) {
    refusals.push(["users", "--pairs names the users too; give one of them"]);
  }
  for (const key of ["users", "pairs", "where"] as const) {
    if (config.profiles !== null && config[key] !== null) {
      refusals.push([key, "--profiles names the people too; give one of them"]);
    }
  }
  if (config.weightColumn !== undefined && config.profiles === null) {
    refusals.push(["weightColumn", "only --profiles has weights; leave it out"]);
  }
  if (!config.similar) {
    if (config.items !== null) refusals.push(["items", "only --similar has lists of items; leave it out"]);
    return refusals;
  }
  for (const key of ["users", "pairs", "where", "profiles", "excludePairs", "excludeSeen"] as const) {
    const isGiven = config[key] !== null && config[key] !== undefined;
    if (isGiven) refusals.push([key, "--similar has lists of items, not of users; leave it out"]);
  }
  if (config.unknown === "popular") {
    refusals.push(["unknown", "popular items are not similar to one that nothing is known of; take skip or error"]);
  }
  return refusals;
}

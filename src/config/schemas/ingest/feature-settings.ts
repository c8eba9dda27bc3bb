/** What `ingest` is told of users and items beside the log: files of them, and which columns are features. */
import { z } from "zod";
import { setting } from "../../setting.ts";
import { featureListProblem } from "./feature-requests.ts";

const text = z.string().min(1);

/** Where --feature-min-count and --feature-list-limit are not given. */
export const DEFAULT_FEATURE_MIN_COUNT = 2;
export const DEFAULT_FEATURE_LIST_LIMIT = 50;

const featureList = z.array(text).min(1).optional();
const EXPECTED_LIST = 'auto, or a list such as "category, tags:list, price:number, year:buckets=10"';

export const featureSettings = {
  itemsFile: setting(text.optional(), {
    flag: "items-file",
    heading: "Titles and features",
    names: "file",
    meaning:
      "What is known of items: movies.dat, movies.csv, u.item, or a table with a column of ids; title and features (parted by |) are shown in reports, --item-features says what rankers may use; this and the other files may be s3:// objects",
  }),
  itemFeatures: setting(featureList, {
    flag: "item-features",
    expects: EXPECTED_LIST,
    meaning:
      "Columns of the items file that rankers may use: name:category, name:list (name:list=; says what parts the values), name:number, name:buckets=n; the kind is proposed where it is not given, and auto takes every column that can be one",
  }),
  itemIdMap: setting(text.optional(), {
    flag: "item-id-map",
    names: "file",
    meaning: "Table of two columns, the id in the items file and the id in the log, where they differ",
  }),
  newItems: setting(z.enum(["leave", "keep"]).optional(), {
    flag: "new-items",
    meaning:
      "Items of the items file that the log has not: left aside, or kept behind those of the log, known by their features alone; left unless given",
  }),
  usersFile: setting(text.optional(), {
    flag: "users-file",
    names: "file",
    meaning: "What is known of users: users.dat, u.user, or a table with a column of ids",
  }),
  userFeatures: setting(featureList, {
    flag: "user-features",
    expects: EXPECTED_LIST,
    meaning: "Columns of the users file that rankers may use, as --item-features; auto unless given",
  }),
  userIdMap: setting(text.optional(), {
    flag: "user-id-map",
    names: "file",
    meaning: "Table of two columns, the id in the users file and the id in the log, where they differ",
  }),
  featureMinCount: setting(z.int().min(1).optional(), {
    flag: "feature-min-count",
    meaning: `Users or items of train that a value of a category or a list needs for a row of its own; values of fewer share one row; ${DEFAULT_FEATURE_MIN_COUNT} unless given`,
  }),
  featureListLimit: setting(z.int().min(1).optional(), {
    flag: "feature-list-limit",
    meaning: `Values of a list beyond so many are left out, and counted; ${DEFAULT_FEATURE_LIST_LIMIT} unless given`,
    unit: "values",
  }),
};

type FeatureKey = keyof typeof featureSettings;

/** What does not go together. */
export function featureRefusals(
  config: Readonly<Partial<Record<FeatureKey, unknown>>>,
): readonly (readonly [FeatureKey, string])[] {
  const refused: (readonly [FeatureKey, string])[] = [];
  const needs = (key: FeatureKey, others: readonly FeatureKey[], message: string): void => {
    if (config[key] !== undefined && others.every((other) => config[other] === undefined)) refused.push([key, message]);
  };
  needs("itemIdMap", ["itemsFile"], "needs --items-file");
  needs("itemFeatures", ["itemsFile"], "needs --items-file");
  needs("userIdMap", ["usersFile"], "needs --users-file");
  needs("userFeatures", ["usersFile"], "needs --users-file");
  needs(
    "featureMinCount",
    ["itemFeatures", "usersFile"],
    "there are no features: it needs --item-features or --users-file",
  );
  needs(
    "featureListLimit",
    ["itemFeatures", "usersFile"],
    "there are no features: it needs --item-features or --users-file",
  );
  needs("newItems", ["itemFeatures"], "needs --item-features: of an item that the log has not, nothing else is known");
  for (const key of ["itemFeatures", "userFeatures"] as const) {
    const given = config[key];
    const problem = Array.isArray(given) ? featureListProblem(given.map(String)) : null;
    if (problem !== null) refused.push([key, problem]);
  }
  return refused;
}

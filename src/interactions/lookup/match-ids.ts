/** Listed ids against a dataset's vocabularies, in SQL: who is known, who is not, and in which order. */

import { sqlName } from "../database/sql-text.ts";
import { startTimeLimit } from "../database/time-limit.ts";
import type { WorkDatabase } from "../database/work-database.ts";
import { checkCondition, conditionName, conditionSeconds } from "../reading/check-condition.ts";
import { openRelation } from "../sources/table-source.ts";

/** Tables that the questions below are about; each is there only if the job needs it. */
export const idTables = {
  /** Columns of users.arrow and items.arrow. */
  users: "vocabulary_users",
  items: "vocabulary_items",
  /** Columns <role>_text of id-lists.ts. */
  listed: "listed_users",
  pairs: "listed_pairs",
  excluded: "excluded_pairs",
  profiles: "listed_profiles",
} as const;

/** Selected known users, ascending, some thousand at a time. */
export async function* selectedUsers(
  database: WorkDatabase,
  options: { readonly where: string | null; readonly usesList: boolean; readonly usesPairs: boolean },
): AsyncIterable<Uint32Array> {
  const { where, usesList, usesPairs } = options;
  const conditions = [
    ...(where === null ? [] : [`coalesce((\n${where}\n), false)`]),
    ...(usesList ? [`user_id::VARCHAR IN (SELECT user_text FROM ${idTables.listed})`] : []),
    ...(usesPairs ? [`user_id::VARCHAR IN (SELECT user_text FROM ${idTables.pairs})`] : []),
  ];
  const limit = startTimeLimit(
    database,
    where === null ? "the choice of users" : conditionName(where),
    conditionSeconds(0),
  );
  try {
    yield* columnOf(
      database,
      `SELECT "user"::UINTEGER AS u FROM ${idTables.users} WHERE ${conditions.join(" AND ") || "true"} ORDER BY u`,
    );
  } catch (error) {
    throw limit.explain(error);
  } finally {
    limit.stop();
  }
}

export async function checkUserCondition(database: WorkDatabase, where: string): Promise<void> {
  await checkCondition(database, where, await openRelation(database, sqlName(idTables.users), "users.arrow", "arrow"));
}

/** Listed users that the dataset lacks, whole numbers by value before everything else by bytes. */
export async function* unknownUserIds(database: WorkDatabase, from: "listed" | "pairs"): AsyncIterable<string[]> {
  for await (const chunk of database.stream(
    `SELECT DISTINCT user_text, TRY_CAST(user_text AS HUGEINT) AS number FROM ${idTables[from]}
     WHERE user_text NOT IN (SELECT user_id::VARCHAR FROM ${idTables.users}) ORDER BY number NULLS LAST, user_text`,
  )) {
    yield chunk.getColumnValues(0).map(String);
  }
}

type PairTable = "pairs" | "excluded";

/** Pairs of known users and known items, ascending by user, then item. */
export async function* knownPairs(
  database: WorkDatabase,
  from: PairTable,
): AsyncIterable<{ readonly users: Uint32Array; readonly items: Uint32Array }> {
  for await (const chunk of database.stream(
    `SELECT u."user"::UINTEGER AS u, i.item::UINTEGER AS i FROM ${idTables[from]}
     JOIN ${idTables.users} u ON u.user_id::VARCHAR = user_text JOIN ${idTables.items} i ON i.item_id::VARCHAR = item_text ORDER BY u, i`,
  )) {
    yield { users: numbersOf(chunk.getColumnValues(0)), items: numbersOf(chunk.getColumnValues(1)) };
  }
}

/**
 * Candidate items of unknown users, in the order of unknownUserIds, then by item; null for an item that is unknown too.
 */
export async function* unknownUsersPairs(
  database: WorkDatabase,
): AsyncIterable<{ readonly userIds: readonly string[]; readonly items: readonly (number | null)[] }> {
  for await (const chunk of database.stream(
    `SELECT user_text, i.item::UINTEGER AS i, TRY_CAST(user_text AS HUGEINT) AS number FROM ${idTables.pairs}
     LEFT JOIN ${idTables.items} i ON i.item_id::VARCHAR = item_text
     WHERE user_text NOT IN (SELECT user_id::VARCHAR FROM ${idTables.users}) ORDER BY number NULLS LAST, user_text, i`,
  )) {
    yield {
      userIds: chunk.getColumnValues(0).map(String),
      items: chunk.getColumnValues(1).map((item) => (item === null ? null : Number(item))),
    };
  }
}

/** How many of the pairs have a user or an item that the dataset lacks, and the first few of those ids. */
export async function unknownPairs(
  database: WorkDatabase,
  from: PairTable,
): Promise<{ readonly pairs: number; readonly examples: readonly string[] }> {
  const isUnknown = (role: "user" | "item"): string =>
    `${role}_text NOT IN (SELECT ${role}_id::VARCHAR FROM ${idTables[`${role}s`]})`;
  const examples = await database.rows(
    `SELECT user_text AS id FROM ${idTables[from]} WHERE ${isUnknown("user")}
     UNION SELECT item_text AS id FROM ${idTables[from]} WHERE ${isUnknown("item")} ORDER BY id LIMIT 3`,
  );
  return {
    pairs: await database.count(
      `SELECT count(*) FROM ${idTables[from]} WHERE ${isUnknown("user")} OR ${isUnknown("item")}`,
    ),
    examples: examples.map(({ id }) => String(id)),
  };
}

/** Known items of the excluded pairs whose users are listed and unknown, in no order. */
export async function* excludedOfUnknownUsers(
  database: WorkDatabase,
  listed: "listed" | "pairs" | "profiles",
): AsyncIterable<{ readonly userIds: readonly string[]; readonly items: Uint32Array }> {
  for await (const chunk of database.stream(
    `SELECT user_text, i.item::UINTEGER AS i FROM ${idTables.excluded}
     JOIN ${idTables.items} i ON i.item_id::VARCHAR = item_text
     WHERE user_text IN (SELECT user_text FROM ${idTables[listed]})
       AND user_text NOT IN (SELECT user_id::VARCHAR FROM ${idTables.users})`,
  )) {
    yield { userIds: chunk.getColumnValues(0).map(String), items: numbersOf(chunk.getColumnValues(1)) };
  }
}

/** Distinct unknown items of the pairs: how many, how many pairs have one, and the first few. */
export async function unknownItemsOfPairs(
  database: WorkDatabase,
): Promise<{ readonly items: number; readonly pairs: number; readonly examples: readonly string[] }> {
  const unknown = `FROM ${idTables.pairs} WHERE item_text NOT IN (SELECT item_id::VARCHAR FROM ${idTables.items})`;
  const examples = await database.rows(`SELECT DISTINCT item_text ${unknown} ORDER BY item_text LIMIT 3`);
  return {
    items: await database.count(`SELECT count(DISTINCT item_text) ${unknown}`),
    pairs: await database.count(`SELECT count(*) ${unknown}`),
    examples: examples.map(({ item_text }) => String(item_text)),
  };
}

async function* columnOf(database: WorkDatabase, sql: string): AsyncIterable<Uint32Array> {
  for await (const chunk of database.stream(sql)) yield numbersOf(chunk.getColumnValues(0));
}

function numbersOf(values: readonly unknown[]): Uint32Array {
  return Uint32Array.from(values, Number);
}

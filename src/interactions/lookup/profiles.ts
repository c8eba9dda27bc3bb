/**
 * People and what each took, against a dataset's vocabularies, in SQL: people whom the dataset knows stand first, in
 * its own order, then all others, whole numbers by value before everything else by bytes.
 */
import type { WorkDatabase } from "../database/work-database.ts";
import { idTables } from "./match-ids.ts";

/** Of people, each with a number from 0; of what they took; and of items that count as unknown. */
const PEOPLE = "profile_people";
const ROWS = "profile_rows";
const UNKNOWN_ITEMS = "profile_unknown_items";
/** Of one statement. */
const VALUES_AT_ONCE = 10_000;

export interface ProfilesFound {
  readonly people: number;
  /** Of them, those who took nothing of a weight above 0 that is known, and the first of their ids. */
  readonly withoutKnownItems: { readonly people: number; readonly examples: readonly string[] };
  /** Distinct items that are not known, how many rows have one, and the first of them. */
  readonly unknownItems: { readonly items: number; readonly rows: number; readonly examples: readonly string[] };
  /** Whether some id is no whole number of 64 bits. */
  readonly hasTexts: boolean;
}

/**
 * Looks at idTables.profiles; vocabularies are loaded. `unknownItems` are items of the dataset that count as unknown
 * all the same. Numbers the people, without those who have no known item unless `keepsAll`.
 */
export async function matchProfiles(
  database: WorkDatabase,
  { unknownItems, keepsAll }: { readonly unknownItems: Uint32Array; readonly keepsAll: boolean },
): Promise<ProfilesFound> {
  await database.run(`CREATE TABLE ${UNKNOWN_ITEMS} (item UINTEGER)`);
  for (let from = 0; from < unknownItems.length; from += VALUES_AT_ONCE) {
    const values = Array.from(unknownItems.subarray(from, from + VALUES_AT_ONCE), (item) => `(${item})`);
    await database.run(`INSERT INTO ${UNKNOWN_ITEMS} VALUES ${values.join(", ")}`);
  }
  await database.run(
    `CREATE TABLE ${ROWS} AS SELECT user_text, item_text, weight, i.item::UINTEGER AS item
     FROM ${idTables.profiles} LEFT JOIN (
       SELECT * FROM ${idTables.items} WHERE item NOT IN (SELECT item FROM ${UNKNOWN_ITEMS})
     ) i ON i.item_id::VARCHAR = item_text`,
  );
  const known = "bool_or(item IS NOT NULL AND weight > 0)";
  await database.run(
    `CREATE TABLE ${PEOPLE} AS
     SELECT (row_number() OVER (ORDER BY u."user" NULLS LAST, number NULLS LAST, user_text) - 1)::UINTEGER AS person,
            user_text, u."user"::UINTEGER AS "user", number
     FROM (SELECT user_text, TRY_CAST(user_text AS HUGEINT) AS number, ${known} AS is_known FROM ${ROWS} GROUP BY user_text)
     LEFT JOIN ${idTables.users} u ON u.user_id::VARCHAR = user_text WHERE is_known OR ${keepsAll}`,
  );
  const lost = `FROM (SELECT user_text FROM ${ROWS} GROUP BY user_text HAVING NOT ${known})`;
  const unknown = `FROM ${ROWS} WHERE item IS NULL`;
  const first = async (column: string, from: string): Promise<readonly string[]> =>
    (await database.rows(`SELECT DISTINCT ${column} AS id ${from} ORDER BY id LIMIT 3`)).map(({ id }) => String(id));
  return {
    people: await database.count(`SELECT count(*) FROM ${PEOPLE}`),
    withoutKnownItems: {
      people: await database.count(`SELECT count(*) ${lost}`),
      examples: await first("user_text", lost),
    },
    unknownItems: {
      items: await database.count(`SELECT count(DISTINCT item_text) ${unknown}`),
      rows: await database.count(`SELECT count(*) ${unknown}`),
      examples: await first("item_text", unknown),
    },
    hasTexts:
      (await database.count(
        `SELECT count(*) FROM ${PEOPLE} WHERE number IS NULL OR number::VARCHAR <> user_text
         OR TRY_CAST(user_text AS BIGINT) IS NULL`,
      )) > 0,
  };
}

/** The ids of all people, in order, some thousand at a time. */
export async function* peopleIds(database: WorkDatabase): AsyncIterable<readonly string[]> {
  for await (const chunk of database.stream(`SELECT user_text FROM ${PEOPLE} ORDER BY person`)) {
    yield chunk.getColumnValues(0).map(String);
  }
}

export interface Profile {
  readonly id: string;
  /** Index in the dataset; null for somebody whom it does not know. */
  readonly user: number | null;
  /** Known items, ascending, and their weights. */
  readonly items: readonly number[];
  readonly weights: readonly number[];
}

/** The people [from, to), one at a time. */
export async function* profilesBetween(database: WorkDatabase, from: number, to: number): AsyncIterable<Profile> {
  const people: OpenProfile[] = [];
  for await (const chunk of database.stream(
    `SELECT user_text, "user", item, weight FROM ${PEOPLE} JOIN ${ROWS} USING (user_text)
     WHERE person >= ${from} AND person < ${to} ORDER BY person, item`,
  )) {
    const [ids, users] = [chunk.getColumnValues(0), chunk.getColumnValues(1)];
    const [items, weights] = [chunk.getColumnValues(2), chunk.getColumnValues(3)];
    for (const [row, id] of ids.entries()) {
      if (people[0]?.id !== id) {
        yield* people.splice(0);
        const user = users[row] ?? null;
        people.push({ id: String(id), user: user === null ? null : Number(user), items: [], weights: [] });
      }
      const item = items[row] ?? null;
      if (item === null) continue; // what is not known of the person's items
      people[0]!.items.push(Number(item));
      people[0]!.weights.push(Number(weights[row]));
    }
  }
  yield* people;
}

/** The person whose rows are being read. */
interface OpenProfile extends Profile {
  readonly items: number[];
  readonly weights: number[];
}

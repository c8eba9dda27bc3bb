/**
 * The official negatives of the NCF split: a line per test case, "(user,item)" and then the ids of its
 * negatives, tab separated.
 */
import { DataError } from "../../errors.ts";
import type { WorkDatabase } from "../database/work-database.ts";
import { cleanText } from "../sources/id-text.ts";
import { openSource } from "../sources/open-source.ts";
import { type IdType, idSql } from "./number-ids.ts";

/** Negatives in the numbers of the InteractionLog, a case per line of the file. */
export interface OfficialNegatives {
  /** Name of the file, for reports and errors. */
  readonly file: string;
  /** [cases] */
  readonly users: Uint32Array;
  /** [cases] the test item that the file names. */
  readonly positives: Uint32Array;
  /** [cases + 1] */
  readonly offsets: Uint32Array;
  /** In file order, repeats included. */
  readonly items: Uint32Array;
  /** Of the file, empty ones apart: at least as many as cases. */
  readonly lines: number;
}

export interface NegativesFile {
  readonly path: string;
  readonly name: string;
}

/**
 * Creates table official_negatives, empty without a file; it must exist before ids are numbered. Returns how many lines
 * the file has, empty ones apart.
 */
export async function loadNegatives(
  database: WorkDatabase,
  file: NegativesFile | null,
  nulls: readonly string[],
): Promise<number> {
  await database.run(
    `CREATE TABLE official_negatives (line BIGINT, user_number BIGINT, user_text VARCHAR,
      positive_number BIGINT, positive_text VARCHAR, item_number BIGINT, item_text VARCHAR)`,
  );
  if (file === null) return 0;
  const { from } = await openSource(database, { ...file, table: "negatives_file", text: { kind: "lines" } });
  await database.run(`CREATE TABLE negative_lines AS SELECT rtrim(line, chr(13)) AS line FROM ${from}`);
  await refuseOddLines(database, file.name);
  const number = (text: string): string => `TRY_CAST(${text} AS BIGINT)`;
  const columns = ["user", "positive", "item"].map(
    (id) =>
      `CASE WHEN coalesce(${number(id)}::VARCHAR = ${id}, false) THEN ${number(id)} END,
       CASE WHEN NOT coalesce(${number(id)}::VARCHAR = ${id}, false) THEN ${id} END`,
  );
  await database.run(
    `INSERT INTO official_negatives SELECT line, ${columns.join(", ")}
     FROM (SELECT line, ${["user", "positive", "item"].map((id) => `${cleanText(id, nulls)} AS ${id}`).join(", ")}
           FROM (SELECT line, regexp_extract(fields[1], ${CASE}, 1) AS user, regexp_extract(fields[1], ${CASE}, 2) AS positive,
               unnest(fields[2:]) AS item
             FROM (SELECT rowid AS line, string_split(line, chr(9)) AS fields FROM negative_lines WHERE line <> '')))
     WHERE item IS NOT NULL`,
  );
  const lines = await database.count("SELECT count(*) FROM negative_lines WHERE line <> ''");
  await database.run("DROP TABLE negative_lines");
  return lines;
}

/**
 * After numbering. Lines of users that are not in the log are no cases; `lines` is what
 * loadNegatives counted in `file`.
 */
export async function readNegatives(
  database: WorkDatabase,
  types: { readonly user: IdType; readonly item: IdType },
  { file, lines }: { readonly file: string; readonly lines: number },
): Promise<OfficialNegatives> {
  const positive = idSql("item", types.item).replaceAll("item_", "positive_");
  const users: number[] = [];
  const positives: number[] = [];
  const offsets: number[] = [];
  const items: number[] = [];
  let currentLine = -1;
  const rows = database.stream(
    `SELECT line, users.number, known.number, items.number
     FROM official_negatives JOIN users ON users.id = ${idSql("user", types.user)}
       JOIN items ON items.id = ${idSql("item", types.item)} JOIN items AS known ON known.id = ${positive}
     ORDER BY official_negatives.rowid`,
  );
  for await (const chunk of rows) {
    const [lineNumbers, userNumbers, positiveNumbers, itemNumbers] = [0, 1, 2, 3].map((column) =>
      chunk.getColumnVector(column),
    );
    for (let row = 0; row < chunk.rowCount; row++) {
      const line = Number(lineNumbers!.getItem(row));
      if (line !== currentLine) {
        currentLine = line;
        users.push(Number(userNumbers!.getItem(row)));
        positives.push(Number(positiveNumbers!.getItem(row)));
        offsets.push(items.length);
      }
      items.push(Number(itemNumbers!.getItem(row)));
    }
  }
  offsets.push(items.length);
  return {
    file,
    users: Uint32Array.from(users),
    positives: Uint32Array.from(positives),
    offsets: Uint32Array.from(offsets),
    items: Uint32Array.from(items),
    lines,
  };
}

const CASE = String.raw`'^\((.+),([^,]+)\)$'`;

async function refuseOddLines(database: WorkDatabase, name: string): Promise<void> {
  const [odd] = await database.rows(
    `SELECT rowid + 1 AS number, left(line, 60) AS text FROM negative_lines
     WHERE line <> '' AND NOT regexp_matches(string_split(line, chr(9))[1], ${CASE}) ORDER BY rowid LIMIT 1`,
  );
  if (odd === undefined) return;
  throw new DataError(`${name}:${odd.number}: "${odd.text}" does not start with (user,item) and a tab`);
}

/** Pairs of users and items of the log that stand in rows which --where leaves out: met, although not wanted. */
import type { WorkDatabase } from "../database/work-database.ts";
import { type IdType, idSql } from "./number-ids.ts";
import { ROW_PROBLEM } from "./row-problem.ts";

/** By numbers of the log: user u's are itemColumn[userOffsets[u] .. userOffsets[u + 1]), ascending, distinct. */
export interface UnwantedPairs {
  /** [users + 1] */
  readonly userOffsets: Uint32Array;
  readonly itemColumn: Uint32Array;
}

/** Creates table `unwanted` from `raw`, as long as that is there. Ids that no wanted row has are nobody's. */
export async function collectUnwanted(
  database: WorkDatabase,
  types: { readonly user: IdType; readonly item: IdType },
): Promise<void> {
  await database.run(
    `CREATE TABLE unwanted AS
     SELECT DISTINCT users.number AS user, items.number AS item
     FROM raw JOIN users ON users.id = ${idSql("user", types.user)} JOIN items ON items.id = ${idSql("item", types.item)}
     WHERE problem = ${ROW_PROBLEM.notWanted} ORDER BY users.number, items.number`,
  );
}

export async function readUnwanted(database: WorkDatabase, users: number): Promise<UnwantedPairs> {
  const userOffsets = new Uint32Array(users + 1);
  const itemColumn = new Uint32Array(await database.count("SELECT count(*) FROM unwanted"));
  let row = 0;
  for await (const chunk of database.stream("SELECT user, item FROM unwanted")) {
    for (const user of chunk.getColumnValues(0)) userOffsets[Number(user) + 1]!++;
    for (const item of chunk.getColumnValues(1)) itemColumn[row++] = Number(item);
  }
  for (let user = 0; user < users; user++) userOffsets[user + 1]! += userOffsets[user]!;
  return { userOffsets, itemColumn };
}

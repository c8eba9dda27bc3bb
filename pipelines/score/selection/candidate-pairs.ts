/**
 * The pairs of --pairs, or of --exclude-pairs, taken range after range of users in the order in which the users are
 * scored: each user's items.
 */
import type { WorkDatabase } from "../../../src/interactions/database/work-database.ts";
import { knownPairs, unknownUsersPairs } from "../../../src/interactions/lookup/match-ids.ts";
import type { PairsOfUsers } from "../../dataset/seen-rows.ts";

export function openPairs(database: WorkDatabase, from: "pairs" | "excluded"): PairsOfUsers {
  const chunks = knownPairs(database, from)[Symbol.asyncIterator]();
  let users: Uint32Array = new Uint32Array(0);
  let items: Uint32Array = new Uint32Array(0);
  let position = 0;
  async function atEnd(): Promise<boolean> {
    while (position >= users.length) {
      const next = await chunks.next();
      if (next.done === true) return true;
      ({ users, items } = next.value);
      position = 0;
    }
    return false;
  }
  return {
    async take(wanted) {
      const offsets = new Uint32Array(wanted.length + 1);
      const taken: number[] = [];
      for (const [row, user] of wanted.entries()) {
        while (!(await atEnd()) && users[position]! <= user) {
          if (users[position] === user) taken.push(items[position]!);
          position++;
        }
        offsets[row + 1] = taken.length;
      }
      return { offsets, items: Uint32Array.from(taken) };
    },
  };
}

/** The known ones of the candidates of users the dataset lacks, a user at a time, in the order of the selection. */
export async function* candidatesOfUnknownUsers(
  database: WorkDatabase,
): AsyncGenerator<{ readonly userId: string; readonly items: Uint32Array }> {
  let userId: string | null = null;
  let items: number[] = [];
  for await (const chunk of unknownUsersPairs(database)) {
    for (const [row, id] of chunk.userIds.entries()) {
      if (id !== userId) {
        if (userId !== null) yield { userId, items: Uint32Array.from(items) };
        [userId, items] = [id, []];
      }
      const item = chunk.items[row] ?? null;
      if (item !== null) items.push(item);
    }
  }
  if (userId !== null) yield { userId, items: Uint32Array.from(items) };
}

/**
 * The lists of a block of users: the ranker's best items of the catalogue, or candidates in the ranker's order, and
 * the most taken ones for users the ranker does not know. A user's list depends on that user alone, not on the block.
 */
import type { ItemsByUser } from "../dataset/interaction-dataset.ts";
import type { ItemLists } from "../ranker/catalogue-ranks.ts";
import type { Scorer } from "../ranker/scorer.ts";
import { NO_ITEM } from "../ranker/scorer.ts";
import type { ItemPool } from "./item-pool.ts";
import { type RankedItems, RankedItemsBuilder } from "./ranked-items.ts";
import { topItems } from "./top-items.ts";

export interface Block {
  /** Ascending, in the block's own numbers: those of `seen`, `isCold` and the scorer. */
  readonly users: Uint32Array;
  /** Items to leave out, ascending, by number in the dataset; users without any where nothing is. */
  readonly seen: ItemsByUser;
  /** Whether the ranker knows nothing of a user. */
  isCold(user: number): boolean;
  /** Of the n-th user, instead of the catalogue: items[offsets[n] .. offsets[n + 1]). */
  readonly candidates: ItemLists | null;
}

export interface ListRules {
  readonly pool: ItemPool;
  /** Longest list; null for no end. */
  readonly k: number | null;
  /** Of the ranker's scores; popularity knows no such bound. */
  readonly minimumScore: number | null;
}

/** `scorer` numbers items as the pool does; it may be null where every user is cold. */
export async function scoreBlock(scorer: Scorer | null, block: Block, rules: ListRules): Promise<RankedItems> {
  const warm = block.users.filter((user) => !block.isCold(user));
  const lists =
    block.candidates === null
      ? await bestLists(scorer, warm, block, rules)
      : await candidateLists(scorer, block, rules);
  const builder = new RankedItemsBuilder(block.users.length, lists.expectedItems);
  for (const [row, user] of block.users.entries()) {
    const isCold = block.isCold(user);
    if (isCold) addPopular(builder, row, block, rules);
    else lists.addNext(builder, row);
    builder.endUser(isCold);
  }
  return builder.build();
}

interface Lists {
  readonly expectedItems: number;
  /** Adds the list of the next warm user, who is the `row`-th of the block. */
  addNext(builder: RankedItemsBuilder, row: number): void;
}

async function bestLists(
  scorer: Scorer | null,
  warm: Uint32Array,
  block: Block,
  { pool, k, minimumScore }: ListRules,
): Promise<Lists> {
  const length = Math.min(pool.items.length, k ?? pool.items.length);
  if (scorer === null || warm.length === 0) return { expectedItems: block.users.length * length, addNext: () => {} };
  const { items, scores } = await topItems(scorer, { users: warm, k: length, masked: maskOf(warm, block.seen, pool) });
  let next = 0;
  return {
    expectedItems: block.users.length * length,
    addNext(builder) {
      const end = (next + 1) * length;
      for (let index = next * length; index < end; index++) {
        const item = items[index]!;
        if (item === NO_ITEM || (minimumScore !== null && scores[index]! < minimumScore)) break;
        builder.push(pool.items[item]!, scores[index]!);
      }
      next++;
    },
  };
}

async function candidateLists(
  scorer: Scorer | null,
  block: Block,
  { pool, k, minimumScore }: ListRules,
): Promise<Lists> {
  const rows = Array.from(block.users, (user, row) =>
    block.isCold(user) ? new Uint32Array(0) : wanted(row, block, pool),
  );
  const total = rows.reduce((sum, items) => sum + items.length, 0);
  const [users, poolItems] = [new Uint32Array(total), new Uint32Array(total)];
  let at = 0;
  for (const [row, items] of rows.entries()) {
    for (const item of items) {
      users[at] = block.users[row]!;
      poolItems[at++] = pool.indexInPool[item]!;
    }
  }
  const scores = scorer === null ? new Float32Array(0) : await scorer.pairs(users, poolItems);
  let start = 0;
  return {
    expectedItems: total,
    addNext(builder, row) {
      const items = rows[row]!;
      const own = scores.subarray(start, start + items.length);
      start += items.length;
      const order = [...items.keys()].sort((a, b) => own[b]! - own[a]! || a - b);
      for (const index of order.slice(0, k ?? order.length)) {
        if (minimumScore !== null && own[index]! < minimumScore) break;
        builder.push(items[index]!, own[index]!);
      }
    },
  };
}

function addPopular(builder: RankedItemsBuilder, row: number, block: Block, { pool, k }: ListRules): void {
  const user = block.users[row]!;
  const seen = new Set(seenOf(user, block.seen));
  const isCandidate = block.candidates === null ? null : new Set(wanted(row, block, pool));
  let left = k ?? Number.POSITIVE_INFINITY;
  for (const item of pool.byPopularity) {
    if (left === 0) return;
    if (seen.has(item) || isCandidate?.has(item) === false) continue;
    builder.push(item, pool.counts[item]!);
    left--;
  }
}

/** The candidates of the `row`-th user that may be recommended. */
function wanted(row: number, { users, candidates, seen }: Block, pool: ItemPool): Uint32Array {
  if (candidates === null) return new Uint32Array(0);
  const items = candidates.items.subarray(candidates.offsets[row], candidates.offsets[row + 1]);
  const left = new Set(seenOf(users[row]!, seen));
  return items.filter((item) => pool.indexInPool[item]! >= 0 && !left.has(item));
}

function seenOf(user: number, { offsets, itemsSorted }: ItemsByUser): Uint32Array {
  return itemsSorted.subarray(offsets[user], offsets[user + 1]);
}

/** Seen items as indices in the pool. */
function maskOf(users: Uint32Array, seen: ItemsByUser, { indexInPool }: ItemPool): ItemLists {
  const offsets = new Uint32Array(users.length + 1);
  let most = 0;
  for (const user of users) most += seenOf(user, seen).length;
  const items = new Uint32Array(most);
  let length = 0;
  for (const [row, user] of users.entries()) {
    for (const item of seenOf(user, seen)) {
      const index = indexInPool[item]!;
      if (index >= 0) items[length++] = index;
    }
    offsets[row + 1] = length;
  }
  return { offsets, items: items.subarray(0, length) };
}

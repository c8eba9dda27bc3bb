/** The users of a job cut into blocks that are scored at once. */
import type { BitSet } from "./bit-set.ts";

export interface UserBlock {
  /** Ascending, all within [first, end). */
  readonly users: Uint32Array;
  readonly first: number;
  readonly end: number;
}

/** Rows of parameters read for a block at most: a sparse selection must not read a whole table at once. */
const WIDEST_BLOCK = 65_536;

/** Those of `selected` whose position among them is in [from, to), at most `batchSize` at a time. */
export function* blocksOf(
  selected: BitSet,
  { from, to, batchSize }: { readonly from: number; readonly to: number; readonly batchSize: number },
): Iterable<UserBlock> {
  let position = 0;
  let users: number[] = [];
  const take = (): UserBlock => {
    const block = { users: Uint32Array.from(users), first: users[0]!, end: users.at(-1)! + 1 };
    users = [];
    return block;
  };
  for (let user = 0; user < selected.size && position < to; user++) {
    if (!selected.has(user)) continue;
    if (position++ < from) continue;
    if (users.length === batchSize || (users.length > 0 && user - users[0]! >= WIDEST_BLOCK)) yield take();
    users.push(user);
  }
  if (users.length > 0) yield take();
}

/** A job cut into N pieces of users: which users of the ordered list a piece has, as a pure function. */

export interface Shard {
  /** From 0. */
  readonly index: number;
  /** How many there are, at least 1. */
  readonly of: number;
}

/** Positions [from, to) of `count` users: all shards together have each once, and differ in size by one at most. */
export function shardRange(count: number, { index, of }: Shard): { readonly from: number; readonly to: number } {
  // By BigInt: count * index may pass 2^53, and a rounded bound would lose a user or score one twice.
  const bound = (k: number): number => Number((BigInt(count) * BigInt(k)) / BigInt(of));
  return { from: bound(index), to: bound(index + 1) };
}

/** "3/8": the fourth of eight. Null when the text is no shard. */
export function parseShard(text: string): Shard | null {
  const match = /^(\d{1,9})\/(\d{1,9})$/.exec(text);
  if (match === null) return null;
  const [index, of] = [Number(match[1]), Number(match[2])];
  return of >= 1 && index < of ? { index, of } : null;
}

export function shardText({ index, of }: Shard): string {
  return `${index}/${of}`;
}

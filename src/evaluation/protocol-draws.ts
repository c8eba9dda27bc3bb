/**
 * Fresh negatives of one user under each candidate protocol, for the protocol check alone: what is
 * reported ranks frozen ones.
 */
import type { ItemsByUser } from "../dataset/interaction-dataset.ts";
import { unseenCount, unseenItemOfRank } from "../dataset/negative-sampler.ts";
import { boundedInteger, foldIn, type RandomBlock, type StreamKey, threefry } from "../random.ts";

export interface CandidateProtocol {
  /** Such as "1+99 without replacement". */
  readonly name: string;
  /** Null: the whole catalogue. */
  readonly draws: number | null;
  readonly withReplacement: boolean;
}

export const candidateProtocols: readonly CandidateProtocol[] = [
  { name: "1+99 without replacement", draws: 99, withReplacement: false },
  { name: "1+99 with replacement", draws: 99, withReplacement: true },
  { name: "1+999 without replacement", draws: 999, withReplacement: false },
  { name: "full catalogue", draws: null, withReplacement: false },
];

/**
 * Items drawn uniformly from those that `user` lacks in `seen`; all of them, ascending, for the full catalogue and
 * where there are no more than asked for. A pure function of (key, user, protocol, what the user has).
 */
export function drawCandidates(
  protocol: CandidateProtocol,
  options: { readonly seen: ItemsByUser; readonly user: number; readonly items: number; readonly key: StreamKey },
): Uint32Array {
  const { seen, user, items, key } = options;
  const free = unseenCount(seen, user, items);
  const { draws, withReplacement } = protocol;
  if (draws === null || (!withReplacement && free <= draws)) {
    return Uint32Array.from({ length: free }, (_, rank) => unseenItemOfRank(seen, user, rank));
  }
  const userKey = foldIn(key, user);
  const block: RandomBlock = { first: 0, second: 0 };
  const drawn = new Uint32Array(free === 0 ? 0 : draws);
  const taken = new Set<number>();
  for (let index = 0, attempt = 0; index < drawn.length; attempt++) {
    threefry(userKey, attempt, draws, block);
    const rank = boundedInteger(block.first, free);
    if (!withReplacement && taken.has(rank)) continue;
    taken.add(rank);
    drawn[index++] = unseenItemOfRank(seen, user, rank);
  }
  return drawn;
}

/** Cases of some users alone, for figures that are wanted soon: drawn by the seed, and the same in every run. */
import { streamKey, threefry } from "../random.ts";
import { type EvaluationCandidates, someCases } from "./evaluation-candidates.ts";

/** Part of the name of every figure that was measured so. */
export interface UsersSample {
  readonly users: number;
  /** How many users have cases. */
  readonly of: number;
  readonly seed: number;
}

/**
 * The cases of `count` users, ascending as before; all, and no sample, where there are no more. Every user draws
 * a number from (seed, user) alone and the least are taken, so a smaller sample is part of a greater one.
 */
export function sampledCases(
  candidates: EvaluationCandidates,
  count: number,
  seed: number,
): { readonly candidates: EvaluationCandidates; readonly sample: UsersSample | null } {
  const of = candidates.users.length;
  if (count >= of) return { candidates, sample: null };
  const key = streamKey(seed, "evaluation/users-sample");
  const block = { first: 0, second: 0 };
  const drawn = Array.from(candidates.users, (user) => {
    threefry(key, user, 0, block);
    return { user, number: block.first };
  });
  drawn.sort((a, b) => a.number - b.number || a.user - b.user);
  const taken = new Set(drawn.slice(0, count).map(({ user }) => user));
  return { candidates: someCases(candidates, (user) => taken.has(user)), sample: { users: count, of, seed } };
}

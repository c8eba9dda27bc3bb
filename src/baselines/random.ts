/**
 * Scores that know nothing: the floor under every metric, and a check of the evaluator, since its
 * expected metrics are known.
 */
import { type RandomBlock, streamKey, threefry, unitInterval } from "../random.ts";
import type { Scorer } from "../ranker/scorer.ts";
import type { FittedBaseline } from "./fitted-baseline.ts";
import { pairScorer } from "./pair-scorer.ts";

/** Uniform in (0, 1), a pure function of (seed, user, item): the order of the questions does not matter. */
export function randomScorer(options: {
  readonly users: number;
  readonly items: number;
  readonly seed: number;
}): Scorer {
  const { users, items, seed } = options;
  const key = streamKey(seed, "baseline/random");
  const block: RandomBlock = { first: 0, second: 0 };
  return pairScorer({ users, items }, (user, item) => {
    threefry(key, user, item, block);
    return unitInterval(block.first);
  });
}

/** There is nothing to fit, nor to fold in: a person has the scores of the user of the same number. */
export function fitRandom(extents: { readonly users: number; readonly items: number }, seed: number): FittedBaseline {
  const { items } = extents;
  return {
    scorer: randomScorer({ ...extents, seed }),
    form: { kind: "none" },
    foldIn: async (people) => randomScorer({ users: people.items.offsets.length - 1, items, seed }),
  };
}

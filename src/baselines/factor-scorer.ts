/** Scores that are a dot product of a user's and an item's vector. */
import type { PeopleItems } from "../dataset/people-items.ts";
import type { FactorTables } from "../ranker/catalogue-kernels.ts";
import type { Scorer } from "../ranker/scorer.ts";
import type { FittedBaseline } from "./fitted-baseline.ts";
import { pairScorer } from "./pair-scorer.ts";

/** `vectorsOf` gives the vectors of other people, [people, width], while those of items are held. */
export function fittedFactors(
  factors: FactorTables,
  vectorsOf: (people: PeopleItems) => Promise<Float32Array>,
): FittedBaseline {
  return {
    scorer: factorScorer(factors),
    form: { kind: "factors", ...factors },
    scorerOn: (kernels) => kernels.factorScorer(factors),
    foldIn: async (people) => factorScorer({ ...factors, users: await vectorsOf(people) }),
  };
}

/** `users` and `items` are [count, width], row-major; not copied. */
function factorScorer(factors: FactorTables): Scorer {
  const { width } = factors;
  return pairScorer({ users: factors.users.length / width, items: factors.items.length / width }, (user, item) => {
    let sum = 0;
    for (let u = user * width, i = item * width, end = u + width; u < end; ) {
      sum += factors.users[u++]! * factors.items[i++]!;
    }
    return sum;
  });
}

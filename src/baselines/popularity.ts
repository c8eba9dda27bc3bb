/** Every user gets the most taken items: no personal taste at all, yet hard to beat on short logs. */
import type { Interactions } from "../dataset/interaction-dataset.ts";
import type { Scorer } from "../ranker/scorer.ts";
import type { FittedBaseline } from "./fitted-baseline.ts";
import { commonRanks } from "./popularity-ranks.ts";

/** Scores an item by how many training interactions it has, exact up to 2^24 of them. Items of equal count tie. */
export function popularityScorer(train: Interactions): Scorer {
  return fitPopularity(train).scorer;
}

export function fitPopularity(train: Interactions): FittedBaseline {
  const counts = new Float32Array(train.items);
  for (let row = 0; row < train.length; row++) counts[train.itemColumn[row]!]!++;
  return {
    scorer: countScorer(counts, train),
    form: { kind: "counts", counts },
    foldIn: async (people) => countScorer(counts, { users: people.items.offsets.length - 1, items: train.items }),
  };
}

function countScorer(
  counts: Float32Array,
  { users, items }: { readonly users: number; readonly items: number },
): Scorer {
  let ranks: ReturnType<typeof commonRanks> | null = null; // sorts the catalogue: not before it is asked
  return {
    users,
    items,
    async ranks(questions) {
      ranks ??= commonRanks(counts);
      return ranks(questions);
    },
    async pairs(_userColumn, itemColumn) {
      return Float32Array.from(itemColumn, (item) => counts[item]!);
    },
    async catalogue(userColumn) {
      const scores = new Float32Array(userColumn.length * items); // [userColumn.length, items], row-major
      for (let row = 0; row < userColumn.length; row++) scores.set(counts, row * items);
      return scores;
    },
  };
}

/** Scores that are a dot product of a user's and an item's vector. */
import type { Scorer } from "../ranker/scorer.ts";

/** `users` and `items` are [count, width], row-major; not copied. */
export function factorScorer(factors: {
  readonly users: Float32Array;
  readonly items: Float32Array;
  readonly width: number;
}): Scorer {
  const { width } = factors;
  const items = factors.items.length / width;
  const score = (user: number, item: number): number => {
    let sum = 0;
    for (let u = user * width, i = item * width, end = u + width; u < end; ) {
      sum += factors.users[u++]! * factors.items[i++]!;
    }
    return sum;
  };
  return {
    users: factors.users.length / width,
    items,
    async pairs(userColumn, itemColumn) {
      return Float32Array.from(userColumn, (user, row) => score(user, itemColumn[row]!));
    },
    async catalogue(userColumn) {
      const scores = new Float32Array(userColumn.length * items); // [userColumn.length, items], row-major
      for (const [row, user] of userColumn.entries()) {
        for (let item = 0; item < items; item++) scores[row * items + item] = score(user, item);
      }
      return scores;
    },
  };
}

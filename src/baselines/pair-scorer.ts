/** Scorers of one user and one item, or of one user and all items, at a time, as plain loops over what is asked. */
import type { Scorer } from "../ranker/scorer.ts";

/** `score` is a pure function of the pair. */
export function pairScorer(
  { users, items }: { readonly users: number; readonly items: number },
  score: (user: number, item: number) => number,
): Scorer {
  return {
    users,
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

/** `rowInto` fills `out` [items] with the scores of one user. Pairs of one user want to stand together. */
export function rowScorer(
  { users, items }: { readonly users: number; readonly items: number },
  rowInto: (user: number, out: Float64Array) => void,
): Scorer {
  const scores = new Float64Array(items);
  return {
    users,
    items,
    async pairs(userColumn, itemColumn) {
      return Float32Array.from(userColumn, (user, row) => {
        if (row === 0 || userColumn[row - 1] !== user) rowInto(user, scores);
        return scores[itemColumn[row]!]!;
      });
    },
    async catalogue(userColumn) {
      const all = new Float32Array(userColumn.length * items); // [userColumn.length, items], row-major
      for (const [row, user] of userColumn.entries()) {
        rowInto(user, scores);
        all.set(scores, row * items);
      }
      return all;
    },
  };
}

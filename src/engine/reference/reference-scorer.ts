/** Logits on the reference engine, pair by pair or for the whole catalogue. */
import { openForward } from "../../ranker/forward.ts";
import type { Parameters, RankerSpec } from "../../ranker/ranker-spec.ts";
import type { Scorer } from "../../ranker/scorer.ts";
import { checkedPairs, checkedUsers } from "../check-batch.ts";
import type { Breathe } from "./batch-gradient.ts";
import { openCatalogue } from "./catalogue.ts";

/** Hands `score` the parameters of the moment, when its turn comes. */
export type WithParameters = (
  score: (parameters: Parameters, breathe: Breathe) => Promise<Float32Array>,
) => Promise<Float32Array>;

const PAIRS_PER_BREATH = 16_384;

export function openReferenceScorer(spec: RankerSpec, withParameters: WithParameters): Scorer {
  return {
    users: spec.users,
    items: spec.items,

    pairs: (userColumn, itemColumn) =>
      withParameters(async (parameters, breathe) => {
        const { users, items } = checkedPairs(userColumn, itemColumn, spec);
        const { logit } = openForward(spec, parameters);
        const logits = new Float32Array(users.length);
        for (let start = 0; start < users.length; start += PAIRS_PER_BREATH) {
          const end = Math.min(users.length, start + PAIRS_PER_BREATH);
          for (let k = start; k < end; k++) logits[k] = logit(users[k]!, items[k]!);
          await breathe();
        }
        return logits;
      }),

    catalogue: (userColumn) =>
      withParameters(async (parameters, breathe) => {
        const users = checkedUsers(userColumn, spec);
        const scoreUser = openCatalogue(spec, parameters);
        const logits = new Float32Array(users.length * spec.items); // [users.length, items], row-major
        for (const [row, user] of users.entries()) {
          scoreUser(user, logits.subarray(row * spec.items, (row + 1) * spec.items));
          await breathe();
        }
        return logits;
      }),
  };
}

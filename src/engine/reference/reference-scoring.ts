/** Scores in plain loops of parameters that no longer change: what is the same for every user is computed once. */
import { EngineError } from "../../errors.ts";
import { openForward } from "../../ranker/forward.ts";
import type { Parameters, RankerSpec } from "../../ranker/ranker-spec.ts";
import { checkPairs, checkUsers } from "../check-batch.ts";
import type { ScoringSession } from "../scoring-session.ts";
import { openCatalogue } from "./catalogue.ts";

const NO_ITEM = 2 ** 32 - 1;

/** Each call is computed before anything else runs, so calls cannot meet. Reads the tables in place. */
export function openReferenceScoring({
  spec,
  parameters,
}: {
  readonly spec: RankerSpec;
  readonly parameters: Parameters;
}): ScoringSession {
  const { logit } = openForward(spec, parameters);
  const scoreUser = openCatalogue(spec, parameters);
  const row = new Float32Array(spec.items);
  let isClosed = false;
  const checkOpen = (): void => {
    if (isClosed) throw new EngineError("the scoring session is closed");
  };
  return {
    description: "reference: plain loops, 1 thread",
    async pairs(users, items) {
      checkOpen();
      checkPairs(users, items, spec);
      return Float32Array.from(users, (user, k) => logit(user, items[k]!));
    },
    async top({ users, k, masked }) {
      checkOpen();
      checkUsers(users, spec);
      const items = new Uint32Array(users.length * k).fill(NO_ITEM); // [users, k]
      const scores = new Float32Array(users.length * k).fill(Number.NEGATIVE_INFINITY);
      for (const [place, user] of users.entries()) {
        scoreUser(user, row);
        const left = new Set(masked?.items.subarray(masked.offsets[place], masked.offsets[place + 1]));
        for (const [rank, item] of bestItems(row, k, left).entries()) {
          items[place * k + rank] = item;
          scores[place * k + rank] = row[item]!;
        }
      }
      return { items, scores };
    },
    close() {
      isClosed = true;
    },
  };
}

function bestItems(scores: Float32Array, k: number, leftOut: ReadonlySet<number>): number[] {
  const order: number[] = [];
  for (let item = 0; item < scores.length; item++) if (!leftOut.has(item)) order.push(item);
  return order.sort((a, b) => scores[b]! - scores[a]! || a - b).slice(0, k);
}

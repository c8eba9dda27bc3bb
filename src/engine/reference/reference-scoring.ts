/** Scores in plain loops of parameters that no longer change: what is the same for every user is computed once. */
import { bestItemsInto } from "../../ranker/best-items.ts";
import { openForward } from "../../ranker/forward.ts";
import type { Parameters, RankerSpec } from "../../ranker/ranker-spec.ts";
import { checkedPairs } from "../check-batch.ts";
import { checkedRanker } from "../check-ranker.ts";
import { checkedTopRequest } from "../check-top-request.ts";
import { closedBy } from "../closable.ts";
import { withOwnErrors } from "../own-errors.ts";
import type { ScoringSession } from "../scoring-session.ts";
import { createSessionCalls } from "../session-calls.ts";
import { openCatalogue } from "./catalogue.ts";

/** Each call is computed before anything else runs, so calls cannot meet. Reads the tables in place. */
export function openReferenceScoring(given: {
  readonly spec: RankerSpec;
  readonly parameters: Parameters;
}): ScoringSession {
  const { spec, parameters } = withOwnErrors("reference engine: no scoring session", () =>
    checkedRanker(given.spec, given.parameters),
  );
  const { logit } = openForward(spec, parameters);
  const scoreUser = openCatalogue(spec, parameters);
  const row = new Float32Array(spec.items);
  const nothing = new Uint32Array(0);
  const { ifOpen, close } = createSessionCalls("scoring session");
  return {
    description: "reference: plain loops, 1 thread",
    pairs: (userColumn, itemColumn) =>
      ifOpen(async () => {
        const { users, items } = checkedPairs(userColumn, itemColumn, spec);
        return Float32Array.from(users, (user, k) => logit(user, items[k]!));
      }),
    top: (request) =>
      ifOpen(async () => {
        const { users, k, masked } = checkedTopRequest(request, spec);
        const items = new Uint32Array(users.length * k); // [users, k]
        const scores = new Float32Array(users.length * k);
        for (const [index, user] of users.entries()) {
          scoreUser(user, row);
          const excluded = masked?.items.subarray(masked.offsets[index], masked.offsets[index + 1]) ?? nothing;
          const [from, to] = [index * k, (index + 1) * k];
          bestItemsInto(row, excluded, items.subarray(from, to), scores.subarray(from, to));
        }
        return { items, scores };
      }),
    ...closedBy(close),
  };
}

/** Logits from native memory; the best unseen items of users, and where given ones stand, without scores leaving it. */
import type { RankerSpec } from "../../ranker/ranker-spec.ts";
import type { Scorer, Standings, StandingsRequest, TopItems, TopItemsRequest } from "../../ranker/scorer.ts";
import { checkedPairs, checkedUsers } from "../check-batch.ts";
import { checkedStandingsRequest, checkedTopRequest } from "../check-top-request.ts";
import type { SerialQueue } from "../serial-queue.ts";
import type { NativeAddon, NativeSession } from "./native-addon.ts";

export interface NativeTopItems extends Scorer {
  top(request: TopItemsRequest): Promise<TopItems>;
  standings(request: StandingsRequest): Promise<Standings | null>;
}

interface Parts {
  readonly addon: NativeAddon;
  readonly session: NativeSession;
  readonly spec: RankerSpec;
}

export function openNativeScorer({ addon, session, spec }: Parts, inTurn: SerialQueue): NativeTopItems {
  return {
    users: spec.users,
    items: spec.items,

    pairs: (userColumn, itemColumn) =>
      inTurn(async () => {
        const { users, items } = checkedPairs(userColumn, itemColumn, spec);
        const scores = new Float32Array(users.length);
        await addon.scorePairs(session, users, items, scores);
        return scores;
      }),

    catalogue: (userColumn) =>
      inTurn(async () => {
        const users = checkedUsers(userColumn, spec);
        const scores = new Float32Array(users.length * spec.items); // [users.length, items], row-major
        await addon.scoreCatalogue(session, users, scores);
        return scores;
      }),

    top: (request) =>
      inTurn(async () => {
        const { users, k, masked } = checkedTopRequest(request, spec);
        const items = new Uint32Array(users.length * k); // [users.length, k], row-major
        const scores = new Float32Array(users.length * k);
        await addon.topItems(session, users, k, masked?.offsets ?? null, masked?.items ?? null, items, scores);
        return { items, scores };
      }),

    standings: (request) =>
      inTurn(async () => {
        const { users, positives, masked } = checkedStandingsRequest(request, spec);
        const { length } = positives.items;
        const scores = new Float32Array(length);
        const above = new Uint32Array(length);
        const equal = new Uint32Array(length);
        const areNumbers = await addon.itemStandings(
          session,
          users,
          positives.offsets,
          positives.items,
          masked.offsets,
          masked.items,
          scores,
          above,
          equal,
        );
        return areNumbers === 1 ? { scores, above, equal } : null;
      }),
  };
}

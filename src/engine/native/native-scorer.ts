/** Logits from native memory, and the best unseen items of users without their scores ever leaving it. */
import { EngineError } from "../../errors.ts";
import type { RankerSpec } from "../../ranker/ranker-spec.ts";
import type { MaskedItems, Scorer, TopItems, TopItemsRequest } from "../../ranker/scorer.ts";
import { checkPairs, checkUsers } from "../check-batch.ts";
import type { SerialQueue } from "../serial-queue.ts";
import type { NativeAddon, NativeSession } from "./native-addon.ts";

export interface NativeTopItems extends Scorer {
  top(request: TopItemsRequest): Promise<TopItems>;
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

    pairs: (users, items) =>
      inTurn(async () => {
        checkPairs(users, items, spec);
        const scores = new Float32Array(users.length);
        await addon.scorePairs(session, users, items, scores);
        return scores;
      }),

    catalogue: (users) =>
      inTurn(async () => {
        checkUsers(users, spec);
        const scores = new Float32Array(users.length * spec.items); // [users.length, items], row-major
        await addon.scoreCatalogue(session, users, scores);
        return scores;
      }),

    top: ({ users, k, masked }) =>
      inTurn(async () => {
        checkUsers(users, spec);
        if (!Number.isSafeInteger(k) || k < 1)
          throw new EngineError(`k is ${k}, expected a whole number of at least 1`);
        if (masked !== undefined) checkMasked(masked, users.length, spec);
        const items = new Uint32Array(users.length * k); // [users.length, k], row-major
        const scores = new Float32Array(users.length * k);
        await addon.topItems(session, users, k, masked?.offsets ?? null, masked?.items ?? null, items, scores);
        return { items, scores };
      }),
  };
}

function checkMasked({ offsets, items }: MaskedItems, rows: number, spec: RankerSpec): void {
  if (offsets.length !== rows + 1) {
    throw new EngineError(`masked.offsets has ${offsets.length} values, expected ${rows + 1}, one more than users`);
  }
  for (let row = 0; row < rows; row++) {
    if (offsets[row]! > offsets[row + 1]!)
      throw new EngineError(`masked.offsets[${row + 1}] goes down, expected ascending offsets`);
  }
  if (offsets[rows]! > items.length) {
    throw new EngineError(`masked.offsets ends at ${offsets[rows]}, beyond the ${items.length} masked items`);
  }
  for (const [place, item] of items.entries()) {
    if (item >= spec.items)
      throw new EngineError(`masked.items[${place}] is ${item}, expected an index below ${spec.items}`);
  }
}

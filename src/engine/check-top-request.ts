/** What may be asked of an engine that chooses the best items itself, or counts where given ones stand. */
import { EngineError } from "../errors.ts";
import type { RankerSpec } from "../ranker/ranker-spec.ts";
import type { ItemLists, StandingsRequest, TopItemsRequest } from "../ranker/scorer.ts";
import { checkedUsers } from "./check-batch.ts";
import { checkIndices, checkOffsets, columnCopy } from "./own-columns.ts";

/** Of all lists together: items and scores then take 2 GiB. */
const MOST_LISTED = 2 ** 28;

/** A copy. Throws EngineError for users or masked items outside the ranker, a k out of range, and unfit offsets. */
export function checkedTopRequest(request: TopItemsRequest, spec: RankerSpec): TopItemsRequest {
  const { users: userColumn, k, masked } = request;
  const users = checkedUsers(userColumn, spec);
  if (!Number.isSafeInteger(k) || k < 1) {
    throw new EngineError(`k is ${String(k)}, expected a whole number of at least 1`);
  }
  if (k * Math.max(1, users.length) > MOST_LISTED) {
    throw new EngineError(
      `k is ${k} for ${users.length} users, expected at most 2^28 items in all; ask fewer users at once`,
    );
  }
  return masked === undefined
    ? { users, k }
    : { users, k, masked: checkedLists("masked", masked, { rows: users.length, spec }) };
}

/** A copy. Throws EngineError for users or items outside the ranker, and unfit offsets. */
export function checkedStandingsRequest(
  { users: userColumn, positives, masked }: StandingsRequest,
  spec: RankerSpec,
): StandingsRequest {
  const users = checkedUsers(userColumn, spec);
  return {
    users,
    positives: checkedLists("positives", positives, { rows: users.length, spec }),
    masked: checkedLists("masked", masked, { rows: users.length, spec }),
  };
}

function checkedLists(
  name: string,
  lists: ItemLists,
  { rows, spec }: { readonly rows: number; readonly spec: RankerSpec },
): ItemLists {
  const offsets = columnCopy("Uint32Array", `${name}.offsets`, lists.offsets);
  const items = columnCopy("Uint32Array", `${name}.items`, lists.items);
  checkOffsets(`${name}.offsets`, offsets, { rows, most: items.length, of: `${name} items` });
  checkIndices(`${name}.items`, items, spec.items);
  return { offsets, items };
}

/** What may be asked of an engine that chooses the best items itself. */
import { EngineError } from "../errors.ts";
import type { CatalogueQuestions, ItemLists } from "../ranker/catalogue-ranks.ts";
import type { RankerSpec } from "../ranker/ranker-spec.ts";
import type { TopItemsRequest } from "../ranker/scorer.ts";
import { checkedUsers } from "./check-batch.ts";
import { checkIndices, checkOffsets, columnCopy } from "./own-columns.ts";

/** Of all lists together: items and scores then take 2 GiB. */
const MOST_LISTED = 2 ** 28;

type Extents = Pick<RankerSpec, "users" | "items">;

/** A copy. Throws EngineError for users or masked items outside the ranker, a k out of range, and unfit offsets. */
export function checkedTopRequest(request: TopItemsRequest, spec: RankerSpec): TopItemsRequest {
  const { users: userColumn, k, masked } = request;
  const users = checkedUsers(userColumn, spec);
  if (!Number.isSafeInteger(k) || k < 1) {
    throw new EngineError(`k is ${String(k)}, expected a whole number of at least 1`);
  }
  checkListed(k, users.length);
  return masked === undefined
    ? { users, k }
    : { users, k, masked: checkedLists("masked", masked, users.length, spec.items) };
}

/** Likewise. */
export function checkedQuestions(asked: CatalogueQuestions, extents: Extents): CatalogueQuestions {
  const { users: userColumn, k, calibrates } = asked;
  const users = checkedUsers(userColumn, extents);
  return { users, ...checkedRanking({ ...asked, k, calibrates }, users.length, extents.items) };
}

/** What is asked, users apart: of scorers that know them by what they have. */
export function checkedRanking(
  { positives, masked, k, calibrates }: Omit<CatalogueQuestions, "users">,
  rows: number,
  items: number,
): Omit<CatalogueQuestions, "users"> {
  if (!Number.isSafeInteger(k) || k < 0) {
    throw new EngineError(`k is ${String(k)}, expected a whole number of at least 0`);
  }
  checkListed(k, rows);
  return {
    positives: checkedLists("positives", positives, rows, items),
    masked: checkedLists("masked", masked, rows, items),
    k,
    calibrates,
  };
}

function checkListed(k: number, rows: number): void {
  if (k * Math.max(1, rows) <= MOST_LISTED) return;
  throw new EngineError(`k is ${k} for ${rows} users, expected at most 2^28 items in all; ask fewer users at once`);
}

export function checkedLists(name: string, lists: ItemLists, rows: number, extent: number): ItemLists {
  const offsets = columnCopy("Uint32Array", `${name}.offsets`, lists.offsets);
  const items = columnCopy("Uint32Array", `${name}.items`, lists.items);
  checkOffsets(`${name}.offsets`, offsets, { rows, most: items.length, of: `${name} items` });
  checkIndices(`${name}.items`, items, extent);
  return { offsets, items };
}

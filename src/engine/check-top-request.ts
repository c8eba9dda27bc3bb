/** What may be asked of an engine that chooses the best items itself. */
import { EngineError } from "../errors.ts";
import type { RankerSpec } from "../ranker/ranker-spec.ts";
import type { MaskedItems, TopItemsRequest } from "../ranker/scorer.ts";
import { checkUsers } from "./check-batch.ts";

/** Throws EngineError for users or masked items outside the ranker, a k below 1, and offsets that fit neither. */
export function checkTopRequest({ users, k, masked }: TopItemsRequest, spec: RankerSpec): void {
  checkUsers(users, spec);
  if (!Number.isSafeInteger(k) || k < 1) throw new EngineError(`k is ${k}, expected a whole number of at least 1`);
  if (masked !== undefined) checkMasked(masked, users.length, spec);
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
  for (const [position, item] of items.entries()) {
    if (item >= spec.items)
      throw new EngineError(`masked.items[${position}] is ${item}, expected an index below ${spec.items}`);
  }
}

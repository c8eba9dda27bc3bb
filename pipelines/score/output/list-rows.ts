/** Lists of items as rows in the log's own ids. */
import { DataError } from "../../../src/errors.ts";
import type { RankedItems } from "../../../src/scoring/ranked-items.ts";
import type { IdColumnType, IdValues } from "../../dataset/vocabulary-files.ts";
import type { RecommendationRows, RecommendationShape } from "./recommendations.ts";

export interface RowsOfLists {
  readonly rows: RecommendationRows;
  readonly users: number;
  /** Of them, those whose list is popularity's. */
  readonly popularUsers: number;
  /** Of them, those without a single row. */
  readonly emptyUsers: number;
}

export interface ScoredBlock extends RowsOfLists {
  /** Spent on scores and choosing the best of them. */
  readonly scoringMs: number;
}

/** `idOf` gives the id of the n-th user of `lists`, of the type that `shape` says. */
export function rowsOfLists(
  { offsets, items, scores, isPopular }: RankedItems,
  idOf: (row: number) => bigint | string,
  itemIds: IdValues,
  shape: RecommendationShape,
): RowsOfLists {
  const userIds = newIds(shape.userIds, items.length);
  const ranks = new Uint32Array(items.length);
  const sources: string[] | null = shape.hasSource ? [] : null;
  let [popularUsers, emptyUsers] = [0, 0];
  for (let row = 0; row < isPopular.length; row++) {
    const [start, end] = [offsets[row]!, offsets[row + 1]!];
    if (start === end) emptyUsers++;
    if (isPopular[row] === 1) popularUsers++;
    const id = idOf(row);
    for (let entry = start; entry < end; entry++) {
      userIds[entry] = id;
      ranks[entry] = entry - start + 1;
      sources?.push(isPopular[row] === 1 ? "popularity" : "ranker");
    }
  }
  const ids = newIds(shape.itemIds, items.length);
  for (let entry = 0; entry < items.length; entry++) ids[entry] = itemIds[items[entry]!]!;
  const rows = { userIds: asIds(userIds), itemIds: asIds(ids), ranks, scores, sources };
  return { rows, users: isPopular.length, popularUsers, emptyUsers };
}

type NewIds = { [index: number]: bigint | string } & (BigInt64Array | string[]);

function newIds(type: IdColumnType, length: number): NewIds {
  return type === "int64" ? new BigInt64Array(length) : new Array<string>(length);
}

function asIds(ids: NewIds): IdValues {
  return ids;
}

/** As the column holds it. An id that no column of whole numbers can hold is no user of this log, whatever it is. */
export function idOfList(id: string, type: IdColumnType): bigint | string {
  if (type === "utf8") return id;
  if (/^-?\d{1,19}$/.test(id) && BigInt(id) === BigInt.asIntN(64, BigInt(id))) return BigInt(id);
  throw new DataError(
    `user id ${JSON.stringify(id)} is no whole number of 64 bits as the ids of this log are; take it out, or leave such users out with --unknown skip`,
  );
}

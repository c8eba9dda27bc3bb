/** What scoring writes down: a row per user and item, in the log's own ids. */
import type { ColumnDeclaration } from "../../../src/arrow/column-schema.ts";
import type { IdColumnType, IdValues } from "../../dataset/vocabulary-files.ts";

/**
 * Columns of as many rows; users in the order of the job, each user's rows by rank. Of lists of similar items, a "user"
 * is the item whose list it is.
 */
export interface RecommendationRows {
  readonly userIds: IdValues;
  readonly itemIds: IdValues;
  /** From 1. */
  readonly ranks: Uint32Array;
  readonly scores: Float32Array;
  /** "ranker" or "popularity"; null in a job whose every row is the ranker's. */
  readonly sources: readonly string[] | null;
}

export interface RecommendationWriter {
  /** One call at a time: await each before the next. */
  append(rows: RecommendationRows): Promise<void>;
  close(): Promise<WrittenRecommendations>;
  /** Leaves nothing behind; harmless after close. */
  abort(): Promise<void>;
}

export interface WrittenRecommendations {
  readonly rows: number;
  /** Of the file; in a database of what was sent, in the form that it gives back. */
  readonly bytes: number;
  readonly sha256: string;
}

export interface RecommendationShape {
  /** Whose lists they are. */
  readonly of: "users" | "items";
  readonly userIds: IdColumnType;
  readonly itemIds: IdColumnType;
  /** Whether there is a column `source`. */
  readonly hasSource: boolean;
}

/** What the columns of ids are called: of whose list it is, and of what stands in it. */
export function idColumnsOf({ of }: Pick<RecommendationShape, "of">): {
  readonly owner: string;
  readonly item: string;
} {
  return of === "users" ? { owner: "user_id", item: "item_id" } : { owner: "item_id", item: "similar_item_id" };
}

/** One definition for every format: names, types and order of the columns. */
export function recommendationColumns(shape: RecommendationShape): readonly ColumnDeclaration[] {
  const { owner, item } = idColumnsOf(shape);
  return [
    { name: owner, type: shape.userIds },
    { name: item, type: shape.itemIds },
    { name: "rank", type: "uint32" },
    { name: "score", type: "float32" },
    ...(shape.hasSource ? [{ name: "source", type: "utf8" } as const] : []),
  ];
}

export function columnsOfRows(
  rows: RecommendationRows,
  shape: RecommendationShape,
): Readonly<Record<string, ColumnArray>> {
  const { userIds, itemIds, ranks, scores, sources } = rows;
  const { owner, item } = idColumnsOf(shape);
  return {
    [owner]: userIds,
    [item]: itemIds,
    rank: ranks,
    score: scores,
    ...(sources === null ? {} : { source: sources }),
  };
}

/** Rows [from, to) alone, or up to the last one. */
export function rowsBetween(rows: RecommendationRows, from: number, to: number): RecommendationRows {
  return {
    userIds: rows.userIds.slice(from, to),
    itemIds: rows.itemIds.slice(from, to),
    ranks: rows.ranks.subarray(from, to),
    scores: rows.scores.subarray(from, to),
    sources: rows.sources?.slice(from, to) ?? null,
  };
}

type ColumnArray = IdValues | Uint32Array | Float32Array;

/** The shortest decimal that is this float32 and no other: 0.1, not 0.10000000149011612. */
export function float32Text(value: number): string {
  for (let digits = 6; digits < 9; digits++) {
    const shorter = Number(value.toPrecision(digits));
    if (Math.fround(shorter) === value) return String(shorter);
  }
  return String(Number(value.toPrecision(9)));
}

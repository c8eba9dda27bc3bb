/**
 * Evaluation candidates as an Arrow file: user, item, is_positive; a case's positives first,
 * cases in ascending user order.
 */
import type { ColumnSchema } from "../../src/arrow/column-schema.ts";
import { readColumns } from "../../src/arrow/read-columns.ts";
import { type WrittenColumns, writeColumns } from "../../src/arrow/write-columns.ts";
import type { EvaluationCandidates } from "../../src/dataset/evaluation-candidates.ts";
import { DataError } from "../../src/errors.ts";

interface CandidateRows {
  readonly user: Uint32Array;
  readonly item: Uint32Array;
  /** 0 or 1. */
  readonly is_positive: Uint8Array;
}

export async function writeCandidates(path: string, candidates: EvaluationCandidates): Promise<WrittenColumns> {
  const schema: ColumnSchema = [
    { name: "user", type: "uint32" },
    { name: "item", type: "uint32" },
    { name: "is_positive", type: "bool" },
  ];
  return writeColumns(path, schema, (append) => append({ ...rowsOf(candidates) }));
}

/** Throws DataError for rows that are out of range, out of order or without a positive. */
export async function readCandidates(
  path: string,
  split: EvaluationCandidates["split"],
  extents: { readonly users: number; readonly items: number },
): Promise<EvaluationCandidates> {
  const columns = await readColumns(path, ["user", "item", "is_positive"]);
  const rows = {
    user: columns.uint32("user"),
    item: columns.uint32("item"),
    is_positive: columns.booleans("is_positive"),
  };
  const { cases, positives } = countRows(path, rows, extents);
  const candidates = {
    split,
    users: new Uint32Array(cases),
    positiveOffsets: new Uint32Array(cases + 1),
    positives: new Uint32Array(positives),
    negativeOffsets: new Uint32Array(cases + 1),
    negatives: new Uint32Array(columns.rows - positives),
  };
  fillCandidates(candidates, rows);
  return candidates;
}

/** Checks every row on the way. */
function countRows(
  path: string,
  rows: CandidateRows,
  extents: { readonly users: number; readonly items: number },
): { cases: number; positives: number } {
  let cases = 0;
  let positives = 0;
  for (let row = 0; row < rows.user.length; row++) {
    checkRow(path, rows, row, extents);
    if (row === 0 || rows.user[row] !== rows.user[row - 1]) cases++;
    positives += rows.is_positive[row]!;
  }
  return { cases, positives };
}

function fillCandidates(candidates: EvaluationCandidates, rows: CandidateRows): void {
  const { users, positiveOffsets, positives, negativeOffsets, negatives } = candidates;
  let cases = 0;
  let positivesFilled = 0;
  let negativesFilled = 0;
  for (let row = 0; row < rows.user.length; row++) {
    if (row === 0 || rows.user[row] !== rows.user[row - 1]) users[cases++] = rows.user[row]!;
    if (rows.is_positive[row] === 1) positives[positivesFilled++] = rows.item[row]!;
    else negatives[negativesFilled++] = rows.item[row]!;
    // The end of case c stands at c + 1 and moves on with every row of the case.
    positiveOffsets[cases] = positivesFilled;
    negativeOffsets[cases] = negativesFilled;
  }
}

function rowsOf(candidates: EvaluationCandidates): CandidateRows {
  const { users, positives, positiveOffsets, negatives, negativeOffsets } = candidates;
  const length = positives.length + negatives.length;
  const rows = { user: new Uint32Array(length), item: new Uint32Array(length), is_positive: new Uint8Array(length) };
  let at = 0;
  for (const [caseIndex, user] of users.entries()) {
    const own = positives.subarray(positiveOffsets[caseIndex]!, positiveOffsets[caseIndex + 1]!);
    const others = negatives.subarray(negativeOffsets[caseIndex]!, negativeOffsets[caseIndex + 1]!);
    rows.item.set(own, at);
    rows.item.set(others, at + own.length);
    rows.is_positive.fill(1, at, at + own.length);
    rows.user.fill(user, at, at + own.length + others.length);
    at += own.length + others.length;
  }
  return rows;
}

function checkRow(
  path: string,
  rows: CandidateRows,
  row: number,
  extents: { readonly users: number; readonly items: number },
): void {
  const user = rows.user[row]!;
  const item = rows.item[row]!;
  if (user >= extents.users || item >= extents.items) {
    throw new DataError(
      `${path}: row ${row} is (user ${user}, item ${item}), expected users below ${extents.users} and items below ${extents.items}`,
    );
  }
  const isFirstOfCase = row === 0 || user !== rows.user[row - 1];
  if (isFirstOfCase && row > 0 && user < rows.user[row - 1]!) {
    throw new DataError(
      `${path}: row ${row} is user ${user} after user ${rows.user[row - 1]}, expected ascending users`,
    );
  }
  if (isFirstOfCase && rows.is_positive[row] === 0) {
    throw new DataError(`${path}: user ${user} has no positive in front (row ${row}), expected at least one`);
  }
  if (!isFirstOfCase && rows.is_positive[row]! > rows.is_positive[row - 1]!) {
    throw new DataError(
      `${path}: row ${row} is a positive behind a negative of user ${user}, expected positives first`,
    );
  }
}

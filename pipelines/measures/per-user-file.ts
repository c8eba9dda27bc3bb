/** per-user-<split>.arrow: one row per evaluated user, so that two rankers can be compared user by user later. */
import path from "node:path";
import type { ColumnSchema } from "../../src/arrow/column-schema.ts";
import { type WrittenColumns, writeColumns } from "../../src/arrow/write-columns.ts";
import { perUserFileName } from "../../src/runs/run-directory.ts";
import type { SplitEvaluation } from "./evaluate-split.ts";

/**
 * Columns user, positives, rank, optimisticRank, expectedRank (of the best placed positive), then
 * one per metric by its name.
 */
export async function writePerUserResults(directory: string, evaluation: SplitEvaluation): Promise<WrittenColumns> {
  const { users, positives, ranks, optimisticRanks, expectedRanks, metrics } = evaluation.perUser;
  const schema: ColumnSchema = [
    { name: "user", type: "uint32" },
    { name: "positives", type: "uint32" },
    { name: "rank", type: "uint32" },
    { name: "optimisticRank", type: "uint32" },
    { name: "expectedRank", type: "float32" },
    ...Object.keys(metrics).map((name) => ({ name, type: "float32" as const })),
  ];
  return writeColumns(path.join(directory, perUserFileName(evaluation.split)), schema, (append) =>
    append({
      user: users,
      positives,
      rank: ranks,
      optimisticRank: optimisticRanks,
      expectedRank: expectedRanks,
      ...metrics,
    }),
  );
}

/**
 * Users, or items, without a single interaction in what their run was trained on: their embeddings are as they were
 * first drawn.
 */
import { join } from "node:path";
import { streamOwnColumns } from "../../../src/arrow/stream-own-columns.ts";
import { type BitSet, openBitSet } from "./bit-set.ts";

/** A run that was refitted has learnt from validation too; one refitted on all, from test. */
export async function findCold(
  directory: string,
  { kind, count, refit }: { readonly kind: "user" | "item"; readonly count: number; readonly refit: boolean | "all" },
): Promise<BitSet> {
  const cold = openBitSet(count);
  for await (const batch of streamOwnColumns(join(directory, `${kind}s.arrow`), [kind, "train_count"])) {
    const [index, counts] = [batch.column(kind, "uint32"), batch.column("train_count", "uint32")];
    for (let row = 0; row < batch.rows; row++) if (counts[row] === 0) cold.add(index[row]!);
  }
  const further = refit === "all" ? ["validation.arrow", "test.arrow"] : refit ? ["validation.arrow"] : [];
  for (const name of further) {
    for await (const batch of streamOwnColumns(join(directory, name), [kind])) {
      for (const index of batch.column(kind, "uint32")) cold.remove(index);
    }
  }
  return cold;
}

/**
 * Users, or items, without a single interaction in what their run was trained on: their embeddings are as they were
 * first drawn.
 */
import { join } from "node:path";
import { streamOwnColumns } from "../../../src/arrow/stream-own-columns.ts";
import { PROFILES_FILE } from "../../dataset/dataset-files.ts";
import { type BitSet, openBitSet } from "./bit-set.ts";

/**
 * A run that was refitted has learnt from validation too; one refitted on all, from test. Where users are held out
 * (`holdsOut`), it has learnt from the profiles of those users as well.
 */
export async function findCold(
  directory: string,
  of: {
    readonly kind: "user" | "item";
    readonly count: number;
    readonly refit: boolean | "all";
    readonly holdsOut: boolean;
  },
): Promise<BitSet> {
  const { kind, count, refit, holdsOut } = of;
  const cold = openBitSet(count);
  for await (const batch of streamOwnColumns(join(directory, `${kind}s.arrow`), [kind, "train_count"])) {
    const [index, counts] = [batch.column(kind, "uint32"), batch.column("train_count", "uint32")];
    for (let row = 0; row < batch.rows; row++) if (counts[row] === 0) cold.add(index[row]!);
  }
  const further = refit === "all" ? ["validation.arrow", "test.arrow"] : refit ? ["validation.arrow"] : [];
  const learnt = new Set<number>();
  for (const name of further) {
    for await (const batch of streamOwnColumns(join(directory, name), ["user", "item"])) {
      for (const index of batch.column(kind, "uint32")) cold.remove(index);
      if (holdsOut) for (const user of batch.column("user", "uint32")) learnt.add(user);
    }
  }
  if (learnt.size === 0) return cold;
  for await (const batch of streamOwnColumns(join(directory, PROFILES_FILE), ["user", "item"])) {
    const [users, indices] = [batch.column("user", "uint32"), batch.column(kind, "uint32")];
    for (let row = 0; row < batch.rows; row++) if (learnt.has(users[row]!)) cold.remove(indices[row]!);
  }
  return cold;
}

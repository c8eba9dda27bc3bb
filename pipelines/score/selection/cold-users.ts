/**
 * Users without a single interaction in what their run was trained on: their embeddings are as they were first drawn.
 */
import { join } from "node:path";
import { streamOwnColumns } from "../../../src/arrow/stream-own-columns.ts";
import { type BitSet, openBitSet } from "./bit-set.ts";

/** A refitted run (`isRefitted`) has learnt from validation too. */
export async function findColdUsers(directory: string, users: number, isRefitted: boolean): Promise<BitSet> {
  const cold = openBitSet(users);
  for await (const batch of streamOwnColumns(join(directory, "users.arrow"), ["user", "train_count"])) {
    const [index, counts] = [batch.column("user", "uint32"), batch.column("train_count", "uint32")];
    for (let row = 0; row < batch.rows; row++) if (counts[row] === 0) cold.add(index[row]!);
  }
  if (!isRefitted) return cold;
  for await (const batch of streamOwnColumns(join(directory, "validation.arrow"), ["user"])) {
    for (const user of batch.column("user", "uint32")) cold.remove(user);
  }
  return cold;
}

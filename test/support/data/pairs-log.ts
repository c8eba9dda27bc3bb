/** A log of 24 rows, four users by twelve items, in any format: what tests of ids vary. */
import { openWorkDatabase } from "../../../src/interactions/database/work-database.ts";
import type { IngestFolder } from "./ingest-folder.ts";

/** Every user's six rows are enough for leave-last-out. */
export const PAIRS = Array.from({ length: 24 }, (_, k) => ({
  user: 21 + (k % 4),
  item: 5 + ((k * 7) % 12),
  time: 1.6e9 + k,
}));
export const USERS = ["21", "22", "23", "24"];

/** `userOf` spells the user of row k. */
export function pairsText(userOf: (user: number, k: number) => string, delimiter = ","): string {
  const header = ["user_id", "item_id", "timestamp"].join(delimiter);
  return [header, ...PAIRS.map(({ user, item, time }, k) => [userOf(user, k), item, time].join(delimiter))].join("\n");
}

/** Parquet of `select` over rows of k, u, i and t; returns its path. */
export async function pairsParquet(folder: IngestFolder, name: string, select: string): Promise<string> {
  folder.write("raw/x", "");
  const path = `${folder.path}/raw/${name}`;
  const scratch = { path: ":memory:", spillDirectory: folder.path, memoryLimit: "1GB" };
  const database = await openWorkDatabase({ ...scratch, readable: [path] });
  const rows = PAIRS.map(({ user, item, time }, k) => `(${k}, ${user}, ${item}, ${time})`).join(", ");
  await database.run(`COPY (SELECT ${select} FROM (VALUES ${rows}) AS log(k, u, i, t)) TO '${path}' (FORMAT parquet)`);
  database.close();
  return path;
}

/** Rows that a step of ingest left out. */
export function leftOut(folder: IngestFolder, step: string): number {
  // As describeDataset writes them.
  const steps = folder.description().cleaning as { step: string; rowsBefore: number; rowsAfter: number }[];
  const found = steps.filter((one) => one.step === step);
  return found.reduce((sum, { rowsBefore, rowsAfter }) => sum + rowsBefore - rowsAfter, 0);
}

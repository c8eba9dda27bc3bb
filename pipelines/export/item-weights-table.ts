/** Lists of similar items: for each item, what gives it most weight when a user has it. */
import type { ColumnSchema } from "../../src/arrow/column-schema.ts";
import type { ItemWeights } from "../../src/baselines/fitted-baseline.ts";
import type { Vocabulary } from "../dataset/vocabulary-files.ts";
import type { ExportedFile } from "./export-formats.ts";
import { writeColumnsAs } from "./write-table.ts";

/** Of each item, where all others give it some weight. */
export const ITEM_WEIGHTS_KEPT = 200;

const ROWS_AT_ONCE = 65_536;

/** A row for each item and neighbour, greatest weight first; weights of 0 are left out. */
export async function writeItemWeights(
  folder: string,
  weights: ItemWeights,
  { ids }: Vocabulary,
  format: "arrow" | "parquet",
): Promise<ExportedFile> {
  const idType = ids instanceof BigInt64Array ? "int64" : "utf8";
  const schema: ColumnSchema = [
    { name: "item", type: "uint32" },
    { name: "item_id", type: idType },
    { name: "rank", type: "uint32" },
    { name: "neighbour", type: "uint32" },
    { name: "neighbour_id", type: idType },
    { name: "weight", type: "float32" },
  ];
  const kept = weights.width ?? ITEM_WEIGHTS_KEPT;
  const idsOf = (indices: readonly number[]) =>
    ids instanceof BigInt64Array
      ? BigInt64Array.from(indices, (item) => ids[item]!)
      : indices.map((item) => ids[item]!);
  function* batches() {
    const row = new Float32Array(ids.length);
    let columns = { items: [] as number[], ranks: [] as number[], neighbours: [] as number[], values: [] as number[] };
    for (let item = 0; item < ids.length; item++) {
      weights.weightsInto(item, row);
      const found = Array.from(row.keys()).filter((other) => row[other] !== 0);
      // By size where the list is cut: a weight that counts against an item counts as much.
      const best =
        weights.width === null && found.length > kept
          ? found.sort((a, b) => Math.abs(row[b]!) - Math.abs(row[a]!) || a - b).slice(0, kept)
          : found;
      for (const [index, other] of best.sort((a, b) => row[b]! - row[a]! || a - b).entries()) {
        columns.items.push(item);
        columns.ranks.push(index + 1);
        columns.neighbours.push(other);
        columns.values.push(row[other]!);
      }
      if (columns.items.length < ROWS_AT_ONCE && item + 1 < ids.length) continue;
      yield {
        item: Uint32Array.from(columns.items),
        item_id: idsOf(columns.items),
        rank: Uint32Array.from(columns.ranks),
        neighbour: Uint32Array.from(columns.neighbours),
        neighbour_id: idsOf(columns.neighbours),
        weight: Float32Array.from(columns.values),
      };
      columns = { items: [], ranks: [], neighbours: [], values: [] };
    }
  }
  const meaning =
    weights.width === null
      ? `the ${ITEM_WEIGHTS_KEPT} items that give each item most weight, of all: sums of them are near the scores`
      : "the items that give each item weight: a score is the sum of the weights of those that the user has";
  return { meaning, ...(await writeColumnsAs(folder, `item-weights.${format}`, schema, batches())) };
}

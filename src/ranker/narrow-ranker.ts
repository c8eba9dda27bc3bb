/** A ranker cut down to some of its items: the same scores for those, and no work for the others. */
import { sideOf } from "./carry-rows.ts";
import { type FloatArray, type Parameters, parametersOf, type RankerSpec } from "./ranker-spec.ts";

export interface NarrowedRanker {
  readonly spec: RankerSpec;
  readonly parameters: Parameters;
}

/** Item n of the result is item `items[n]` of the ranker. Item tables are copied, everything else is shared. */
export function narrowItems(spec: RankerSpec, parameters: Parameters, items: Uint32Array): NarrowedRanker {
  const narrowed = new Map<string, FloatArray>(parameters);
  for (const { name, shape } of parametersOf(spec)) {
    if (sideOf(name) !== "items") continue;
    const table = parameters.get(name)!; // parametersOf names what there is
    const width = shape[1] ?? 1;
    const rows = table.slice(0, items.length * width); // [items.length, width], of the table's own class
    for (const [row, item] of items.entries()) rows.set(table.subarray(item * width, (item + 1) * width), row * width);
    narrowed.set(name, rows);
  }
  return { spec: { ...spec, items: items.length }, parameters: narrowed };
}

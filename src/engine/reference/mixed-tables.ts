/**
 * A ranker whose users and items are sums of rows, as the plain one of its entities: their representations are mixed
 * for a batch, its gradient gathers by entity, and each entity's goes back to the rows that it is the sum of,
 *
 *   representation(e) = sum over k of w_k row(r_k)
 *   d loss / d row(r) = sum over e and k with r_k = r of w_k d loss / d representation(e).
 *
 * Everything between, whatever the paths and the loss, knows no features.
 */
import { type Batch, itemColumnsOf } from "../../dataset/batch.ts";
import { type IdDropout, isWithoutId } from "../../dataset/id-dropout.ts";
import { sideOf } from "../../ranker/carry-rows.ts";
import { type FloatArray, type Parameters, parametersOf, type RankerSpec, sizeOf } from "../../ranker/ranker-spec.ts";
import { extentsOf, firstEntry, hasSides, mixRowInto, type Side, type Sides } from "../../ranker/side.ts";
import { createGradientBuffers, createTouchedIds, type GradientBuffers } from "./gradient-buffers.ts";

export interface MixedTables<A extends FloatArray> {
  /** Of the entities. */
  readonly spec: RankerSpec;
  /** Where a batch's gradient gathers, by entity. */
  readonly gradients: GradientBuffers<A>;
  /** The plain ranker of the batch's entities; rows of others hold what they held. Lent until the next call. */
  mix(batch: Batch, parameters: Parameters): Parameters;
  /** Every parameter's gradient, by row, in the order of `parametersOf`. Lent until the next batch. */
  finish(): ReadonlyMap<string, A>;
  /** Zero everywhere, ready for a batch. */
  clear(): void;
}

/** Without features, the tables and the gradients themselves. */
export function openMixedTables<A extends FloatArray>(
  spec: RankerSpec,
  sides: Sides,
  allocate: (length: number) => A,
): MixedTables<A> {
  const entities = { ...spec, ...extentsOf(spec, sides) };
  const gradients = createGradientBuffers(entities, allocate);
  if (!hasSides(sides)) {
    return { spec, gradients, mix: (_, parameters) => parameters, finish: gradients.finish, clear: gradients.clear };
  }
  const tables = mixedTablesOf(spec, sides, allocate);
  let dropout: IdDropout | null = null; // of the batch that was mixed
  const isWithout = (key: keyof Sides, entity: number): boolean =>
    dropout !== null && isWithoutId(dropout, key, entity);
  const inBatch = { users: createTouchedIds(entities.users), items: createTouchedIds(entities.items) };
  const rowsTouched = { users: createTouchedIds(spec.users), items: createTouchedIds(spec.items) };

  return {
    spec: entities,
    gradients,
    mix(batch, parameters) {
      for (const entity of batch.users) inBatch.users.add(entity);
      for (const column of itemColumnsOf(batch)) for (const entity of column) inBatch.items.add(entity);
      const mixed = new Map(parameters);
      dropout = batch.idDropout;
      for (const { name, key, side, width, representations } of tables) {
        const table = parameters.get(name)!; // tables are some of the parameters
        for (const entity of inBatch[key].ids()) {
          mixRowInto(side, { entity, isWithoutId: isWithout(key, entity) }, { table, width }, representations);
        }
        mixed.set(name, representations);
      }
      for (const ids of Object.values(inBatch)) ids.forget();
      return mixed;
    },
    finish() {
      const byRow = new Map(gradients.finish());
      for (const { name, key, side, width, rows } of tables) {
        const byEntity = byRow.get(name)!;
        for (const entity of gradients.touched[key].ids()) {
          for (let k = firstEntry(side, entity, isWithout(key, entity)); k < side.offsets[entity + 1]!; k++) {
            const row = side.rowIndices[k]!;
            rowsTouched[key].add(row);
            for (let i = 0; i < width; i++) {
              rows[row * width + i]! += side.weights[k]! * byEntity[entity * width + i]!;
            }
          }
        }
        byRow.set(name, rows);
      }
      return byRow;
    },
    clear() {
      gradients.clear();
      for (const { key, rows } of tables) rowsTouched[key].clearRows(rows);
      for (const rows of Object.values(rowsTouched)) rows.forget();
    },
  };
}

interface MixedTable<A> {
  readonly name: string;
  readonly key: keyof Sides;
  readonly side: Side;
  readonly width: number;
  /** [entities, width] */
  readonly representations: A;
  /** [rows, width] its gradient */
  readonly rows: A;
}

function mixedTablesOf<A extends FloatArray>(
  spec: RankerSpec,
  sides: Sides,
  allocate: (length: number) => A,
): readonly MixedTable<A>[] {
  return parametersOf(spec).flatMap(({ name, shape }) => {
    const key = sideOf(name);
    const side = key === null ? null : sides[key];
    if (key === null || side === null) return [];
    const width = shape[1] ?? 1;
    return [
      { name, key, side, width, representations: allocate(side.entities * width), rows: allocate(sizeOf(shape)) },
    ];
  });
}

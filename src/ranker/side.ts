/**
 * A side of a ranker, its users or its items, as a sparse matrix: each entity is a weighted sum of rows of the side's
 * tables (LightFM's form: Kula 2015),
 *
 *   representation(e) = sum over k in [offsets[e], offsets[e + 1]) of weights[k] table[rowIndices[k]]
 *
 * of every table alike, biases included. Rows 0 .. ids - 1 are the ids themselves, those behind them are values of
 * features. A side without features is no such matrix but null: each entity is its own row, and nothing is mixed.
 */
import { sideOf } from "./carry-rows.ts";
import { type FloatArray, type Parameters, parametersOf, type RankerSpec, sizeOf } from "./ranker-spec.ts";

/** Compressed sparse rows. An entity that training never met has no entry for its id: its features stand alone. */
export interface Side {
  readonly entities: number;
  /** Of each table of the side: ids first, then the features' rows. */
  readonly rows: number;
  /** Row e below it is the id of entity e, and of no other. */
  readonly ids: number;
  /** [entities + 1] entity e's entries are offsets[e] .. offsets[e + 1]. */
  readonly offsets: Uint32Array;
  /** [entries] below `rows`, ascending within an entity. */
  readonly rowIndices: Uint32Array;
  /** [entries] finite. */
  readonly weights: Float32Array;
}

/** What a ranker's entities are made of; null for a side whose entities are the rows themselves. */
export interface Sides {
  readonly users: Side | null;
  readonly items: Side | null;
}

/** Rankers whose users and items are ids alone. */
export const noSides: Sides = { users: null, items: null };

export function hasSides({ users, items }: Sides): boolean {
  return users !== null || items !== null;
}

/** Numbers of users and items, of which batches and scores speak; `spec` has the tables' numbers of rows. */
export function extentsOf(
  spec: Pick<RankerSpec, "users" | "items">,
  sides: Sides,
): { readonly users: number; readonly items: number } {
  return { users: sides.users?.entities ?? spec.users, items: sides.items?.entities ?? spec.items };
}

/** Where the entries of an entity begin: behind that of its id, where it has one and `isWithoutId` leaves it out. */
export function firstEntry({ ids, offsets, rowIndices }: Side, entity: number, isWithoutId: boolean): number {
  const first = offsets[entity]!;
  const hasId = first < offsets[entity + 1]! && rowIndices[first]! < ids;
  return isWithoutId && hasId ? first + 1 : first;
}

/** Writes the representation of `entity` from a table [rows, width] into its row of `out` [entities, width]. */
export function mixRowInto(
  side: Side,
  { entity, isWithoutId }: { readonly entity: number; readonly isWithoutId: boolean },
  { table, width }: { readonly table: FloatArray; readonly width: number },
  out: FloatArray,
): void {
  const { offsets, rowIndices, weights } = side;
  const [first, end] = [firstEntry(side, entity, isWithoutId), offsets[entity + 1]!];
  for (let i = 0; i < width; i++) {
    let sum = 0;
    for (let k = first; k < end; k++) sum += weights[k]! * table[rowIndices[k]! * width + i]!;
    out[entity * width + i] = sum;
  }
}

/**
 * The plain ranker that gives the same logits: its tables [entities, width] are the representations themselves. What
 * scores, serves or exports a ranker needs to know no features. The same objects where neither side has any; else the
 * mixed tables are new, and the others shared.
 */
export function foldSides(
  spec: RankerSpec,
  parameters: Parameters,
  sides: Sides,
): { readonly spec: RankerSpec; readonly parameters: Parameters } {
  if (!hasSides(sides)) return { spec, parameters };
  const folded = { ...spec, ...extentsOf(spec, sides) };
  const mixed = new Map<string, FloatArray>();
  for (const { name, shape } of parametersOf(folded)) {
    const table = parameters.get(name)!; // parametersOf names what there is
    const side = sideOf(name);
    const matrix = side === null ? null : sides[side];
    if (matrix === null) {
      mixed.set(name, table);
      continue;
    }
    const out = table instanceof Float64Array ? new Float64Array(sizeOf(shape)) : new Float32Array(sizeOf(shape));
    const width = shape[1] ?? 1;
    for (let entity = 0; entity < matrix.entities; entity++) {
      mixRowInto(matrix, { entity, isWithoutId: false }, { table, width }, out);
    }
    mixed.set(name, out);
  }
  return { spec: folded, parameters: mixed };
}

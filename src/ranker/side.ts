/**
 * A side of a ranker, its users or its items, as a sparse matrix: each entity is a weighted sum of rows of the side's
 * tables (LightFM's form: Kula 2015),
 *
 *   representation(e) = sum over k in [offsets[e], offsets[e + 1]) of weights[k] table[rowIndices[k]]
 *
 * of every table alike, biases included. Rows 0 .. ids - 1 are the ids themselves, those behind them are values of
 * features. A side without features is no such matrix but null: each entity is its own row, and nothing is mixed.
 */

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

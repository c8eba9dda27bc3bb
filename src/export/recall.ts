/** How much of the exact answer an approximate search finds. */

/**
 * The k rows of `vectors` [rows, width] with the greatest inner product with `query`, best first,
 * equal ones by ascending row.
 */
export function exactSearch(query: Float32Array, vectors: Float32Array, k: number): Uint32Array {
  const { length: width } = query;
  const rows = vectors.length / width;
  const scores = new Float64Array(rows);
  for (let row = 0, at = 0; row < rows; row++) {
    let sum = 0;
    for (let i = 0; i < width; i++) sum += query[i]! * vectors[at++]!;
    scores[row] = sum;
  }
  const kept = Math.min(k, rows);
  // Sorting numbers alone is many times faster than sorting rows by them.
  const least = scores.slice().sort()[rows - kept]!;
  const order: number[] = [];
  for (let row = 0; row < rows; row++) if (scores[row]! >= least) order.push(row);
  return Uint32Array.from(order.sort((a, b) => scores[b]! - scores[a]! || a - b).slice(0, kept));
}

/** The share of `exact` that is among `found`, in any order. */
export function recallOf(found: Iterable<number>, exact: Uint32Array): number {
  const known = new Set(exact);
  let hits = 0;
  for (const row of new Set(found)) if (known.has(row)) hits++;
  return hits / exact.length;
}

/**
 * The direction of the largest margin on a small separable set, exactly: no iteration, so that what training reaches
 * can be held to it.
 */

/**
 * The unit vector w that maximises min_i <w, z_i> over z_i = y_i x_i, and that margin. It points at the point of the
 * convex hull of the z that is nearest to 0 (Bennett & Bredensteiner 2000), which lies in the affine hull of as many
 * points as there are dimensions at most: every such set is tried. Null where no direction separates.
 */
export function largestMargin(
  points: readonly (readonly number[])[],
): { readonly direction: readonly number[]; readonly margin: number } | null {
  const dimensions = points[0]!.length;
  for (const subset of subsetsOf(points, dimensions)) {
    const shares = solve(subset.map((a) => subset.map((b) => dot(a, b))));
    if (shares === null || shares.some((share) => share < 0)) continue;
    const total = shares.reduce((sum, share) => sum + share, 0);
    const nearest = Array.from({ length: dimensions }, (_, d) =>
      subset.reduce((sum, point, i) => sum + (shares[i]! / total) * point[d]!, 0),
    );
    const margin = Math.hypot(...nearest);
    const direction = nearest.map((value) => value / margin);
    if (points.every((point) => dot(direction, point) >= margin * (1 - 1e-12))) return { direction, margin };
  }
  return null;
}

export function dot(a: readonly number[], b: readonly number[]): number {
  return a.reduce((sum, value, i) => sum + value * b[i]!, 0);
}

function subsetsOf<T>(all: readonly T[], most: number): readonly (readonly T[])[] {
  let subsets: readonly (readonly T[])[] = [[]];
  for (const next of all) subsets = [...subsets, ...subsets.map((subset) => [...subset, next])];
  return subsets.filter((subset) => subset.length > 0 && subset.length <= most);
}

/** x of matrix x = (1, ..., 1) by elimination with pivots; null where it is singular. */
function solve(matrix: readonly (readonly number[])[]): number[] | null {
  const rows = matrix.map((row) => [...row, 1]);
  for (let k = 0; k < rows.length; k++) {
    const pivot = rows.slice(k).reduce((best, row) => (Math.abs(row[k]!) > Math.abs(best[k]!) ? row : best));
    if (Math.abs(pivot[k]!) < 1e-12) return null;
    rows.splice(rows.indexOf(pivot), 1);
    rows.splice(k, 0, pivot);
    for (const row of rows) {
      if (row === pivot) continue;
      const factor = row[k]! / pivot[k]!;
      for (let j = 0; j < row.length; j++) row[j]! -= factor * pivot[j]!;
    }
  }
  return rows.map((row, k) => row.at(-1)! / row[k]!);
}

/** Counts of what stands in lists together, as the lower triangle of a Gram matrix. */

/** One more at every (row, column) of an ascending list, column <= row: the triangle that `invert` reads. */
export function addLowerPairs(matrix: Float32Array, size: number, ascending: Uint32Array): void {
  for (let place = 0; place < ascending.length; place++) {
    const first = ascending[place]! * size;
    for (let other = 0; other <= place; other++) matrix[first + ascending[other]!]!++;
  }
}

/** By bisection: the first position in [from, to) of an ascending array whose value is not below `value`, else `to`. */
export function lowerBound(ascending: Uint32Array, value: number, from: number, to: number): number {
  let [low, high] = [from, to];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (ascending[middle]! < value) low = middle + 1;
    else high = middle;
  }
  return low;
}

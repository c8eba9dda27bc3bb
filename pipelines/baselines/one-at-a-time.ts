/**
 * A choice where every combination would be too many: one parameter at a time, the others held (coordinate search),
 * from the middle of each list on, until a round over all of them changes nothing.
 */

type Point = Readonly<Record<string, number>>;

/** A third round would begin where the second still moved, and is worth less than it takes. */
const MOST_ROUNDS = 2;

/**
 * `measure` is asked once for each point, and told how many more there may be in this round; of equal values the
 * earlier stays. Values are those that the combinations have; the last parameter, which they change fastest, is first.
 */
export async function chooseOneAtATime(
  combinations: readonly Point[],
  measure: (point: Point, left: number) => Promise<number>,
): Promise<void> {
  const names = Object.keys(combinations[0] ?? {});
  const values = new Map(names.map((name) => [name, [...new Set(combinations.map((point) => point[name]!))]]));
  const known = new Map<string, number>();
  let best: Point = Object.fromEntries([...values].map(([name, of]) => [name, middle(of)]));
  for (let round = 1; round <= MOST_ROUNDS; round++) {
    const before = best;
    let left = [...values.values()].reduce((sum, of) => sum + of.length - 1, 0);
    let top = await valueAt(best, left);
    for (const [name, of] of [...values].reverse()) {
      const held = best;
      for (const value of of) {
        if (value === held[name]) continue;
        left--;
        const point = { ...held, [name]: value };
        const reached = await valueAt(point, left);
        if (reached > top) [best, top] = [point, reached];
      }
    }
    if (best === before) return;
  }

  async function valueAt(point: Point, left: number): Promise<number> {
    const key = JSON.stringify(point); // names stand in one order
    const value = known.get(key) ?? (await measure(point, left));
    known.set(key, value);
    return value;
  }
}

function middle(values: readonly number[]): number {
  return values[Math.floor((values.length - 1) / 2)]!;
}

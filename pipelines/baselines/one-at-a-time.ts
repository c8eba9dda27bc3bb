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
    const order = [...values].reverse();
    let top = await valueAt(best, openFrom(order, best));
    for (const [place, [name, of]] of order.entries()) {
      const held = best;
      const others = of.filter((value) => value !== held[name]);
      for (const [index, value] of others.entries()) {
        const point = { ...held, [name]: value };
        const here = openFrom([[name, others.slice(index + 1)]], held);
        const reached = await valueAt(point, here + openFrom(order.slice(place + 1), best));
        if (reached > top) [best, top] = [point, reached];
      }
    }
    if (best === before) return;
  }

  /** Points beside `from`, along these parameters, that nobody has asked for yet. */
  function openFrom(along: readonly (readonly [string, readonly number[]])[], from: Point): number {
    const points = along.flatMap(([name, of]) => of.map((value) => ({ ...from, [name]: value })));
    const keys = points.map((point) => JSON.stringify(point)).filter((key) => key !== JSON.stringify(from));
    return keys.filter((key) => !known.has(key)).length;
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

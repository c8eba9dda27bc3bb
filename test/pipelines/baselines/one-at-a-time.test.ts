/** The best of a grid by one parameter at a time: what is tried, in which order, and when it ends. */
import { describe, expect, it } from "@jest/globals";
import { chooseOneAtATime } from "../../../pipelines/baselines/one-at-a-time.ts";

type Point = Readonly<Record<string, number>>;

const grid = (x: readonly number[], y: readonly number[]): readonly Point[] =>
  x.flatMap((a) => y.map((b) => ({ x: a, y: b })));

async function tried(combinations: readonly Point[], value: (point: Point) => number): Promise<readonly Point[]> {
  const points: Point[] = [];
  await chooseOneAtATime(combinations, async (point) => {
    points.push(point);
    return value(point);
  });
  return points;
}

describe("chooseOneAtATime", () => {
  it("begins in the middle, goes along the last parameter, then along the others from its best", async () => {
    // Least of (x - 4)^2 + (y - 30)^2, so the best is (4, 30). From (2, 20): y 10, 30; then x 1, 3, 4 at y 30.
    const points = await tried(grid([1, 2, 3, 4], [10, 20, 30]), ({ x, y }) => -((x! - 4) ** 2) - (y! - 30) ** 2);
    expect(points.slice(0, 6)).toEqual([
      { x: 2, y: 20 },
      { x: 2, y: 10 },
      { x: 2, y: 30 },
      { x: 1, y: 30 },
      { x: 3, y: 30 },
      { x: 4, y: 30 },
    ]);
    // The second round looks along y at x 4, finds nothing better, and along x all is known.
    expect(points.slice(6)).toEqual([
      { x: 4, y: 10 },
      { x: 4, y: 20 },
    ]);
  });

  it("tries no point twice, and ends with the first round that changes nothing", async () => {
    const points = await tried(grid([1, 2, 3], [1, 2, 3]), () => 0.5); // of equal ones the earlier stays
    expect(points).toHaveLength(5);
    expect(new Set(points.map((point) => JSON.stringify(point))).size).toBe(5);
  });

  it("says how many more there may be in a round", async () => {
    const left: number[] = [];
    await chooseOneAtATime(grid([1, 2, 3], [1, 2]), async (_, more) => {
      left.push(more);
      return 0;
    });
    expect(left).toEqual([3, 2, 1, 0]);
  });

  it("counts no point that is known, so that the last one is the last", async () => {
    const left: number[] = [];
    // As in the first test: of the second round's points along x all are known.
    await chooseOneAtATime(grid([1, 2, 3, 4], [10, 20, 30]), async ({ x, y }, more) => {
      left.push(more);
      return -((x! - 4) ** 2) - (y! - 30) ** 2;
    });
    expect(left).toEqual([5, 4, 3, 2, 1, 0, 1, 0]);
  });
});

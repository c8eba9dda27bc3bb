/** All scores of a scorer: [users, items], asked for in both ways, which must agree. */
import { expect } from "@jest/globals";
import type { Scorer } from "../../../src/ranker/scorer.ts";

export async function everyPair({ users, items, pairs, catalogue }: Scorer): Promise<Float32Array> {
  const all = await catalogue(Uint32Array.from({ length: users }, (_, user) => user));
  const userColumn = Uint32Array.from(all, (_, place) => Math.floor(place / items));
  expect(
    await pairs(
      userColumn,
      userColumn.map((_, place) => place % items),
    ),
  ).toEqual(all);
  return all;
}

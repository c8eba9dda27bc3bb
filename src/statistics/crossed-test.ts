/**
 * Is a mean difference more than chance, where users and seeds are both samples? Every seed is measured on every user,
 * so both are random effects that are crossed, without replication: the quasi F of Clark (1973) for one mean, with the
 * degrees of freedom of Satterthwaite (1946). Beside it, two one-sided tests of equivalence (Schuirmann 1987).
 */
import type { CrossedValues } from "./bootstrap.ts";
import { twoSidedT, upperTail } from "./student-t.ts";

export interface CrossedMean {
  readonly mean: number;
  /** Of the mean, over other users and other seeds. */
  readonly standardError: number;
  /** 0 where nothing varies. */
  readonly degreesOfFreedom: number;
}

/**
 * Mean squares of users, seeds and what is left give the variance (users + seeds - rest) / (all values). It is never
 * taken to be less than what users alone or seeds alone show. A single seed says nothing of seeds, nor one user of
 * users: then it is the usual error over the others.
 */
export function crossedMean(values: CrossedValues): CrossedMean {
  const [seeds, users] = [values.length, values[0]?.length ?? 0];
  if (seeds === 0 || users === 0) throw new RangeError("crossed test: no values");
  const seedMeans = new Float64Array(seeds);
  const userMeans = new Float64Array(users);
  for (const [seed, row] of values.entries()) {
    if (row.length !== users) throw new RangeError(`crossed test: ${row.length} users, expected ${users}`);
    for (let user = 0; user < users; user++) {
      seedMeans[seed]! += row[user]! / users;
      userMeans[user]! += row[user]! / seeds;
    }
  }
  const mean = seedMeans.reduce((sum, value) => sum + value, 0) / seeds;
  let rest = 0;
  for (const [seed, row] of values.entries()) {
    for (let user = 0; user < users; user++) rest += (row[user]! - seedMeans[seed]! - userMeans[user]! + mean) ** 2;
  }
  const free = { users: users - 1, seeds: seeds - 1, rest: (users - 1) * (seeds - 1) };
  const ofUsers = users < 2 ? 0 : (seeds * squaresAbout(userMeans, mean)) / free.users;
  const ofSeeds = seeds < 2 ? 0 : (users * squaresAbout(seedMeans, mean)) / free.seeds;
  const ofRest = free.rest === 0 ? 0 : rest / free.rest;
  const whole = ofUsers + ofSeeds - ofRest;
  const variance = Math.max(whole, ofUsers, ofSeeds);
  const standardError = Math.sqrt(variance / (users * seeds));
  if (variance === 0) return { mean, standardError, degreesOfFreedom: 0 };
  if (variance > whole) {
    return { mean, standardError, degreesOfFreedom: ofUsers >= ofSeeds ? free.users : free.seeds };
  }
  const spread = [
    [ofUsers, free.users],
    [ofSeeds, free.seeds],
    [ofRest, free.rest],
  ] as const;
  const degreesOfFreedom =
    variance ** 2 / spread.reduce((sum, [square, n]) => sum + (n === 0 ? 0 : square ** 2 / n), 0);
  return { mean, standardError, degreesOfFreedom };
}

/** Two-sided p of a mean of 0. */
export function crossedP({ mean, standardError, degreesOfFreedom }: CrossedMean): number {
  if (standardError === 0) return mean === 0 ? 1 : 0;
  return twoSidedT(mean / standardError, degreesOfFreedom);
}

/**
 * p of the hypothesis that the mean is `margin` (> 0) or more away from 0: the larger of two one-sided tests. Below
 * 0.05 the two are equivalent within the margin, which is to be stated before looking.
 */
export function equivalenceP({ mean, standardError, degreesOfFreedom }: CrossedMean, margin: number): number {
  const room = margin - Math.abs(mean);
  if (standardError === 0) return room > 0 ? 0 : 1;
  return upperTail(room / standardError, degreesOfFreedom);
}

function squaresAbout(values: Float64Array, center: number): number {
  return values.reduce((sum, value) => sum + (value - center) ** 2, 0);
}

/**
 * Successive halving (Jamieson & Talwalkar 2016, Algorithm 1, on epochs): every trial is trained for a few epochs, the
 * best 1/eta by validation go on to eta times as many, until few are left that are trained to the end. Whoever goes on
 * does so on the learning-rate schedule of all its epochs, cut off at the rung, so that its training is the beginning
 * of the whole one and nothing is trained twice.
 */

export interface Halving {
  /** Of the first rung. */
  readonly trials: number;
  /** Of a trial that is trained to the end. */
  readonly epochs: number;
  /** One in so many goes on. */
  readonly eta: number;
}

/** What is known of a trial at the end of a rung. */
export interface RungResult {
  readonly index: number;
  /** The best on validation so far, more being better; null where it diverged. */
  readonly value: number | null;
}

/**
 * Epochs by the end of each rung, ascending; the last is `epochs`. There are as many cuts as trials and epochs have
 * room for: 12 trials of 20 epochs at eta 3 stop at 3 and at 7.
 */
export function rungsOf({ trials, epochs, eta }: Halving): readonly number[] {
  let cuts = 0;
  while (eta ** (cuts + 1) <= Math.min(trials, epochs)) cuts++;
  const rungs = Array.from({ length: cuts + 1 }, (_, rung) => Math.ceil(epochs / eta ** (cuts - rung)));
  return [...new Set(rungs)];
}

/**
 * Indices of the trials that go on, ascending: of those that did not diverge the best 1/eta of all, rounded up, ties to
 * the earlier trial. `kept` goes on whatever its value, unless it diverged.
 */
export function survivorsOf(
  results: readonly RungResult[],
  { eta, kept }: { readonly eta: number; readonly kept: number | null },
): readonly number[] {
  const ranked = rankedOf(results);
  const best = ranked.slice(0, Math.ceil(results.length / eta));
  const others = ranked.slice(best.length).filter(({ index }) => index === kept);
  return [...best, ...others].map(({ index }) => index).sort((a, b) => a - b);
}

/** The one with the best value, ties to the earlier; null where all diverged. */
export function bestOf(results: readonly RungResult[]): number | null {
  return rankedOf(results)[0]?.index ?? null;
}

/** Trials of each rung, at most: where some diverge there are fewer. One more goes on where one is kept. */
export function trialsByRung(
  halving: Halving,
  keepsOne: boolean,
): readonly { readonly epochs: number; readonly trials: number }[] {
  let alive = halving.trials;
  return rungsOf(halving).map((epochs) => {
    const trials = alive;
    alive = Math.ceil(alive / halving.eta) + (keepsOne && alive > 1 ? 1 : 0);
    return { epochs, trials };
  });
}

/** At most so many epochs are trained in all. */
export function epochsOfHalving(halving: Halving, keepsOne: boolean): number {
  let [before, sum] = [0, 0];
  for (const { epochs, trials } of trialsByRung(halving, keepsOne)) {
    sum += trials * (epochs - before);
    before = epochs;
  }
  return sum;
}

function rankedOf(results: readonly RungResult[]): readonly { readonly index: number; readonly value: number }[] {
  return results
    .flatMap(({ index, value }) => (value === null ? [] : [{ index, value }]))
    .sort((a, b) => b.value - a.value || a.index - b.index);
}

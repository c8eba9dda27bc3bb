/** What a search of n trials can be expected to find, from one of N. */

/**
 * [n - 1]: mean over all choices of n of the N values of the best among them, n from 1 to N: the estimator without
 * bias (Tang et al. 2020) of the curve that Dodge et al. (2019) ask for.
 */
export function expectedBest(values: readonly number[]): readonly number[] {
  const sorted = [...values].sort((a, b) => a - b);
  const all = sorted.length;
  return sorted.map((_, place) => {
    const n = place + 1;
    // The i-th smallest, from 0, is the best in C(i, n - 1) of C(N, n) choices; from the largest down by ratios.
    let [share, expected] = [n / all, 0];
    for (let i = all - 1; i >= n - 1; i--) {
      expected += share * sorted[i]!;
      share *= (i - (n - 1)) / i || 0;
    }
    return expected;
  });
}

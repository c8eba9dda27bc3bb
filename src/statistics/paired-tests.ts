/** Two rankers on the same users: who wins how often, and whether chance explains the difference. Two-sided. */
import { pairedEffectSize } from "./effect-size.ts";
import { isLeastDrawn, signFlipTest } from "./permutation-test.ts";
import { wilcoxonSignedRank } from "./wilcoxon.ts";

export interface PairedTests {
  /** Of users. */
  readonly count: number;
  readonly wins: number;
  readonly losses: number;
  readonly ties: number;
  /** Of the sign-flip permutation test of the mean. */
  readonly permutationP: number;
  /** As small as the drawn signs can tell: the true one may be smaller. */
  readonly permutationIsAtMost: boolean;
  readonly wilcoxonP: number;
  /** Cohen's d_z. */
  readonly effectSize: number;
}

/** `differences` are one value a user: the first ranker less the second. */
export function pairedTests(
  differences: Float64Array,
  options: { readonly permutations: number; readonly seed: number },
): PairedTests {
  const permutationP = signFlipTest(differences, options);
  return {
    count: differences.length,
    wins: differences.filter((value) => value > 0).length,
    losses: differences.filter((value) => value < 0).length,
    ties: differences.filter((value) => value === 0).length,
    permutationP,
    permutationIsAtMost: isLeastDrawn(permutationP, options.permutations),
    wilcoxonP: wilcoxonSignedRank(differences).p,
    effectSize: pairedEffectSize(differences),
  };
}

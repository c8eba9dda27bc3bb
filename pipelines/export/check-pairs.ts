/**
 * check-pairs.json: some pairs with the logits they must get, so that whoever serves an export
 * can tell whether they do.
 */
import { openForward } from "../../src/ranker/forward.ts";
import type { Scorer } from "../../src/ranker/scorer.ts";
import type { Vocabulary } from "../dataset/vocabulary-files.ts";
import type { LoadedRun } from "../runs/stored-run.ts";

const PAIRS = 20;

/** Logits in float64, as the reference engine computes them. */
export function checkPairs({ spec, parameters }: LoadedRun, vocabularies: readonly Vocabulary[]): string {
  const { logit } = openForward(spec, parameters);
  const logits = evenPairs(vocabularies).map(({ user, item }) => ({ user, item, logit: logit(user, item) }));
  return pairsText("logits of pairs of indices; float32 arithmetic differs by rounding", logits, vocabularies);
}

export async function checkScores(scorer: Scorer, vocabularies: readonly Vocabulary[]): Promise<string> {
  const pairs = evenPairs(vocabularies);
  const scores = await scorer.pairs(
    Uint32Array.from(pairs, ({ user }) => user),
    Uint32Array.from(pairs, ({ item }) => item),
  );
  const scored = pairs.map((pair, index) => ({ ...pair, score: scores[index]! }));
  return pairsText("scores of pairs of indices; other arithmetic differs by rounding", scored, vocabularies);
}

/** Users and items evenly spaced over both vocabularies. */
function evenPairs([users, items]: readonly Vocabulary[]): { user: number; item: number }[] {
  return Array.from({ length: PAIRS }, (_, k) => ({
    user: Math.floor((k * users!.ids.length) / PAIRS),
    item: Math.floor((((k * 7) % PAIRS) * items!.ids.length) / PAIRS),
  }));
}

function pairsText(
  meaning: string,
  pairs: readonly { readonly user: number; readonly item: number }[],
  [users, items]: readonly Vocabulary[],
): string {
  const named = pairs.map(({ user, item, ...value }) => {
    return { user, item, userId: String(users!.ids[user]), itemId: String(items!.ids[item]), ...value };
  });
  return `${JSON.stringify({ meaning, pairs: named }, null, 2)}\n`;
}

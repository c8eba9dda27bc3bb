/**
 * check-pairs.json: some pairs with the logits they must get, so that whoever serves an export
 * can tell whether they do.
 */
import { openForward } from "../../src/ranker/forward.ts";
import type { Vocabulary } from "../dataset/vocabulary-files.ts";
import type { LoadedRun } from "../runs/stored-run.ts";

const PAIRS = 20;

/** Users and items evenly spaced over both vocabularies; logits in float64, as the reference engine computes them. */
export function checkPairs({ spec, parameters }: LoadedRun, [users, items]: readonly Vocabulary[]): string {
  const { logit } = openForward(spec, parameters);
  const pairs = Array.from({ length: PAIRS }, (_, k) => {
    const user = Math.floor((k * spec.users) / PAIRS);
    const item = Math.floor((((k * 7) % PAIRS) * spec.items) / PAIRS);
    return { user, item, userId: String(users!.ids[user]), itemId: String(items!.ids[item]), logit: logit(user, item) };
  });
  return `${JSON.stringify({ meaning: "logits of pairs of indices; float32 arithmetic differs by rounding", pairs }, null, 2)}\n`;
}

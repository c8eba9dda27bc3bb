/** Whole catalogues ranked in shares: each rank answers for some of the users, and all end up with every answer. */
import {
  CALIBRATION_BINS,
  type CatalogueAnswers,
  type CatalogueQuestions,
  type ItemLists,
} from "../../ranker/catalogue-ranks.ts";
import type { NativeScorer } from "../native/native-scorer.ts";
import type { Ranks } from "./ranks.ts";

/** Every rank calls it with the same questions. */
export async function rankInShares(
  scorer: Pick<NativeScorer, "ranks">,
  questions: CatalogueQuestions,
  ranks: Ranks,
): Promise<CatalogueAnswers> {
  const { users, positives, k, calibrates } = questions;
  const begins = Array.from({ length: ranks.ranks + 1 }, (_, rank) => Math.floor((users.length * rank) / ranks.ranks));
  const [begin, end] = [begins[ranks.rank]!, begins[ranks.rank + 1]!];
  const own = await scorer.ranks({
    users: users.subarray(begin, end),
    positives: listsOf(positives, begin, end),
    masked: listsOf(questions.masked, begin, end),
    k,
    calibrates,
  });
  const ofPositives = begins.map((user) => positives.offsets[user]! - positives.offsets[0]!);
  const perUser = (width: number) => begins.map((user) => user * width);
  const bins = 2 * CALIBRATION_BINS;
  return {
    scores: await gathered(own.scores, ofPositives, ranks),
    atLeast: await gathered(own.atLeast, ofPositives, ranks),
    above: await gathered(own.above, ofPositives, ranks),
    notNumbers: await gathered(own.notNumbers, begins, ranks),
    lists: await gathered(own.lists, perUser(k), ranks),
    bins: own.bins === null ? null : await gathered(own.bins, perUser(bins), ranks),
  };
}

async function gathered<T extends Float32Array | Float64Array | Uint32Array>(
  own: T,
  begins: readonly number[],
  ranks: Ranks,
): Promise<T> {
  const all = new (own.constructor as new (length: number) => T)(begins.at(-1)!); // of the same type as `own`
  all.set(own, begins[ranks.rank]!);
  await ranks.gather(all, begins);
  return all;
}

/** Of users [begin, end). */
function listsOf({ offsets, items }: ItemLists, begin: number, end: number): ItemLists {
  const first = offsets[begin]!;
  return {
    offsets: offsets.slice(begin, end + 1).map((offset) => offset - first),
    items: items.subarray(first, offsets[end]!),
  };
}

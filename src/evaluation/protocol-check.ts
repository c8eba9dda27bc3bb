/**
 * How much of a figure is protocol: the same scores under every tie rule, candidate set and
 * treatment of the held-out item.
 */
import type { EvaluationCases } from "../dataset/evaluation-candidates.ts";
import type { ItemsByUser } from "../dataset/interaction-dataset.ts";
import { foldIn, type StreamKey } from "../random.ts";
import type { Scorer } from "../ranker/scorer.ts";
import { candidateProtocols, drawCandidates } from "./protocol-draws.ts";
import { checkScores } from "./score-cases.ts";

export const tieRules = ["against", "for", "expected"] as const;
export type TieRule = (typeof tieRules)[number];

export interface ProtocolRow {
  readonly candidates: string;
  /** Whether the held-out item may stand among its own negatives, where it ties with itself. */
  readonly testItem: "removed" | "kept";
  readonly ties: TieRule;
  /** Means over users of the means over their held-out items, each ranked alone against the negatives. */
  readonly HR: number;
  readonly NDCG: number;
  /** Mean number of negatives. */
  readonly negatives: number;
}

/**
 * Ranks one item that `above` negatives outscore and `tied` equal, under a rule: the mean metric
 * where ties break at random.
 */
export function metricsUnderTies(rule: TieRule, above: number, tied: number, k: number): { HR: number; NDCG: number } {
  const first = rule === "against" ? above + tied + 1 : above + 1;
  const last = rule === "for" ? above + 1 : above + tied + 1;
  let hits = 0;
  let gain = 0;
  for (let rank = first; rank <= Math.min(last, k); rank++) {
    hits++;
    gain += 1 / Math.log2(rank + 1);
  }
  const ranks = last - first + 1;
  return { HR: hits / ranks, NDCG: gain / ranks };
}

/** `known` is what a user has before the evaluated split, `knownAndHeldOut` that and the held-out items. */
export async function checkProtocols(
  scorer: Scorer,
  cases: EvaluationCases,
  options: {
    readonly known: ItemsByUser;
    readonly knownAndHeldOut: ItemsByUser;
    readonly k: number;
    readonly key: StreamKey;
    readonly scoresPerBlock: number;
  },
): Promise<readonly ProtocolRow[]> {
  const { known, knownAndHeldOut, k, key } = options;
  const { items } = scorer;
  const sets = candidateProtocols.flatMap((protocol, number) =>
    (["removed", "kept"] as const).map((testItem) => ({
      protocol,
      testItem,
      seen: testItem === "removed" ? knownAndHeldOut : known,
      key: foldIn(key, 2 * number + (testItem === "kept" ? 1 : 0)),
      sums: tieRules.map(() => ({ HR: 0, NDCG: 0 })),
      negatives: 0,
    })),
  );
  const usersPerBlock = Math.max(1, Math.floor(options.scoresPerBlock / items));
  for (let start = 0; start < cases.users.length; start += usersPerBlock) {
    const users = cases.users.slice(start, start + usersPerBlock);
    const scores = await scorer.catalogue(users); // [users, items]
    checkScores(scores, users.length * items, (at) => ({ user: users[Math.floor(at / items)]!, item: at % items }));
    for (const [row, user] of users.entries()) {
      const own = scores.subarray(row * items, (row + 1) * items);
      const caseIndex = start + row;
      const heldOut = cases.positives.subarray(cases.positiveOffsets[caseIndex], cases.positiveOffsets[caseIndex + 1]);
      for (const set of sets) {
        const negatives = drawCandidates(set.protocol, { seen: set.seen, user, items, key: set.key });
        set.negatives += negatives.length;
        for (const item of heldOut) {
          const { above, tied } = compare(own, own[item]!, negatives);
          for (const [rule, sum] of set.sums.entries()) {
            const { HR, NDCG } = metricsUnderTies(tieRules[rule]!, above, tied, k);
            sum.HR += HR / heldOut.length;
            sum.NDCG += NDCG / heldOut.length;
          }
        }
      }
    }
  }
  const count = cases.users.length;
  return sets.flatMap(({ protocol, testItem, sums, negatives }) =>
    sums.map(({ HR, NDCG }, rule) => ({
      candidates: protocol.name,
      testItem,
      ties: tieRules[rule]!,
      HR: HR / count,
      NDCG: NDCG / count,
      negatives: negatives / count,
    })),
  );
}

function compare(scores: Float32Array, score: number, negatives: Uint32Array): { above: number; tied: number } {
  let above = 0;
  let tied = 0;
  for (const item of negatives) {
    const rival = scores[item]!;
    if (rival > score) above++;
    else if (rival === score) tied++;
  }
  return { above, tied };
}

/** Logits from native memory; ranks and the best unseen items of users without their scores ever leaving it. */
import type { CatalogueAnswers, CatalogueQuestions } from "../../ranker/catalogue-ranks.ts";
import type { RankerSpec } from "../../ranker/ranker-spec.ts";
import type { Scorer, TopItems, TopItemsRequest } from "../../ranker/scorer.ts";
import { checkedPairs, checkedUsers } from "../check-batch.ts";
import { checkedQuestions, checkedTopRequest } from "../check-top-request.ts";
import type { SerialQueue } from "../serial-queue.ts";
import type { NativeAddon, NativeSession } from "./native-addon.ts";
import { answersFor } from "./native-answers.ts";

export interface NativeScorer extends Scorer {
  top(request: TopItemsRequest): Promise<TopItems>;
  ranks(questions: CatalogueQuestions): Promise<CatalogueAnswers>;
}

interface Parts {
  readonly addon: NativeAddon;
  readonly session: NativeSession;
  readonly spec: RankerSpec;
}

export function openNativeScorer({ addon, session, spec }: Parts, inTurn: SerialQueue): NativeScorer {
  return {
    users: spec.users,
    items: spec.items,

    pairs: (userColumn, itemColumn) =>
      inTurn(async () => {
        const { users, items } = checkedPairs(userColumn, itemColumn, spec);
        const scores = new Float32Array(users.length);
        await addon.scorePairs(session, users, items, scores);
        return scores;
      }),

    catalogue: (userColumn) =>
      inTurn(async () => {
        const users = checkedUsers(userColumn, spec);
        const scores = new Float32Array(users.length * spec.items); // [users.length, items], row-major
        await addon.scoreCatalogue(session, users, scores);
        return scores;
      }),

    top: (request) =>
      inTurn(async () => {
        const { users, k, masked } = checkedTopRequest(request, spec);
        const items = new Uint32Array(users.length * k); // [users.length, k], row-major
        const scores = new Float32Array(users.length * k);
        await addon.topItems(session, users, k, masked?.offsets ?? null, masked?.items ?? null, items, scores);
        return { items, scores };
      }),

    ranks: (questions) =>
      inTurn(async () => {
        const { users, ...asked } = checkedQuestions(questions, spec);
        const { filled, answers } = answersFor(asked, users.length);
        await addon.rankCatalogue(session, users, ...filled);
        return answers();
      }),
  };
}

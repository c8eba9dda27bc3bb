/** Questions about whole catalogues put to any scorer, some users at a time, so that memory stays bounded. */
import type { ItemsByUser } from "../dataset/interaction-dataset.ts";
import { itemsOfUsers } from "../dataset/items-of-users.ts";
import { DataError } from "../errors.ts";
import type { CatalogueAnswers, CatalogueQuestions } from "../ranker/catalogue-ranks.ts";
import type { Scorer } from "../ranker/scorer.ts";
import { plainRanks } from "./plain-ranks.ts";
import { checkScores } from "./score-cases.ts";

export interface AskedCatalogue {
  /** In any order. */
  readonly users: Uint32Array;
  /** Of the n-th user: items[offsets[n] .. offsets[n + 1]). */
  readonly positives: CatalogueQuestions["positives"];
  readonly masked: ItemsByUser;
  readonly k: number;
  readonly calibrates: boolean;
  /** Bound on the scores in memory at once, where the scorer hands them over; at least one user is asked at a time. */
  readonly scoresPerBlock: number;
}

/** Where the scorer keeps its scores to itself: as many a call, for progress to show and answers to stay small. */
const SCORES_PER_CALL = 2 ** 28;
const USERS_PER_CALL = 4096;

export interface AnsweredBlock {
  /** Users [start, end) of those asked about. */
  readonly start: number;
  readonly end: number;
  readonly answers: CatalogueAnswers;
}

/** Answers do not depend on the blocks. Throws DataError for a score that is NaN, which has no rank. */
export async function* askCatalogue(scorer: Scorer, asked: AskedCatalogue): AsyncGenerator<AnsweredBlock> {
  const { positives, k, calibrates } = asked;
  const most = scorer.ranks === undefined ? asked.scoresPerBlock : SCORES_PER_CALL;
  const usersPerBlock = Math.min(USERS_PER_CALL, Math.max(1, Math.floor(most / scorer.items)));
  for (let start = 0; start < asked.users.length; start += usersPerBlock) {
    const end = Math.min(asked.users.length, start + usersPerBlock);
    const users = asked.users.slice(start, end);
    const [first, last] = [positives.offsets[start]!, positives.offsets[end]!];
    const questions: CatalogueQuestions = {
      users,
      positives: {
        offsets: positives.offsets.slice(start, end + 1).map((offset) => offset - first),
        items: positives.items.slice(first, last),
      },
      masked: itemsOfUsers(users, asked.masked),
      k,
      calibrates,
    };
    const answers = await (scorer.ranks === undefined ? plainRanks(scorer, questions) : scorer.ranks(questions));
    const diverged = answers.notNumbers.findIndex((count) => count > 0);
    if (diverged >= 0) await refuseNaN(scorer, users[diverged]!);
    yield { start, end, answers };
  }
}

/** Says which score it is. */
async function refuseNaN(scorer: Scorer, user: number): Promise<never> {
  const scores = await scorer.catalogue(Uint32Array.of(user));
  checkScores(scores, scorer.items, (item) => ({ user, item }));
  throw new DataError(`evaluation: scores of user index ${user} were NaN, and no longer are`);
}

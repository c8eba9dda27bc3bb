import { describe, expect, it } from "@jest/globals";
import type { Ranks } from "../../../src/engine/mpi/ranks.ts";
import { rankInShares } from "../../../src/engine/mpi/shared-ranks.ts";
import type { CatalogueAnswers, CatalogueQuestions } from "../../../src/ranker/catalogue-ranks.ts";

/** Answers that name the user, the positive and the masked items they are of. */
async function answer({ users, positives, masked, k, calibrates }: CatalogueQuestions): Promise<CatalogueAnswers> {
  const of = (n: number): number => users[n]! * 100 + masked.offsets[n + 1]! - masked.offsets[n]!;
  const each = (n: number): number[] =>
    Array.from(positives.items.subarray(positives.offsets[n], positives.offsets[n + 1]), (item) => of(n) + item * 10);
  const ofPositives = [...users.keys()].flatMap(each);
  return {
    scores: Float32Array.from(ofPositives),
    atLeast: Uint32Array.from(ofPositives, (value) => value + 1),
    above: Uint32Array.from(ofPositives, (value) => value + 2),
    notNumbers: Uint32Array.from(users.keys(), of),
    lists: Uint32Array.from({ length: users.length * k }, (_, at) => of(Math.floor(at / k)) * 10 + (at % k)),
    bins: calibrates ? Float64Array.from({ length: users.length * 30 }, (_, at) => of(Math.floor(at / 30)) / 7) : null,
  };
}

/** Ranks one after another in this process: what one gathers, the next one finds filled. */
async function byAll(questions: CatalogueQuestions, count: number): Promise<readonly CatalogueAnswers[]> {
  const told: { readonly array: Float32Array | Float64Array | Uint32Array; readonly begins: readonly number[] }[][] =
    [];
  const answers: CatalogueAnswers[] = [];
  for (let rank = 0; rank < count; rank++) {
    told.push([]);
    const gather: Ranks["gather"] = async (array, begins) => void told[rank]!.push({ array, begins });
    answers.push(await rankInShares({ ranks: answer }, questions, { rank, ranks: count, gather } as Ranks));
  }
  for (const [call, { begins }] of told[0]!.entries()) {
    for (let rank = 0; rank < count; rank++) {
      const own = told[rank]![call]!.array.slice(begins[rank], begins[rank + 1]);
      for (const others of told) others[call]!.array.set(own as never, begins[rank]);
    }
  }
  return answers;
}

describe("rankInShares", () => {
  const questions: CatalogueQuestions = {
    users: Uint32Array.of(3, 1, 4, 1, 5),
    positives: { offsets: Uint32Array.of(0, 2, 2, 3, 4, 7), items: Uint32Array.of(0, 1, 2, 3, 4, 5, 6) },
    masked: { offsets: Uint32Array.of(0, 0, 3, 3, 4, 4), items: Uint32Array.of(7, 8, 9, 7) },
    k: 2,
    calibrates: true,
  };

  it.each([1, 2, 3, 4, 7])("gives each of %d ranks the answers of one", async (count) => {
    const whole = await answer(questions);
    for (const answers of await byAll(questions, count)) expect(answers).toEqual(whole);
  });
});

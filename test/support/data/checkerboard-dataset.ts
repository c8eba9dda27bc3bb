/**
 * Users who like every item of their own colour and none of the other: a dataset whose answer is known and soon learnt.
 */
import type { LoadedDataset } from "../../../pipelines/dataset/stored-dataset.ts";
import { groupItemsByUser, type Interactions } from "../../../src/dataset/interaction-dataset.ts";
import { sampleCandidates } from "../../../src/dataset/sample-candidates.ts";
import { smallDataset } from "./small-dataset.ts";

/**
 * Colour is the parity of the index. Of each user's items one, drawn round robin, is held out for
 * validation and one for test.
 */
export function checkerboardDataset(users: number, items: number): Omit<LoadedDataset, "directory"> {
  const rows: Record<"train" | "validation" | "test", [number, number][]> = { train: [], validation: [], test: [] };
  for (let user = 0; user < users; user++) {
    const liked = Array.from({ length: items / 2 }, (_, k) => 2 * k + (user % 2));
    for (const [place, item] of liked.entries()) {
      const turn = (place + user) % liked.length;
      rows[turn === 0 ? "validation" : turn === 1 ? "test" : "train"].push([user, item]);
    }
  }
  const columns = (pairs: readonly [number, number][]): Interactions => ({
    users,
    items,
    userColumn: Uint32Array.from(pairs, ([user]) => user),
    itemColumn: Uint32Array.from(pairs, ([, item]) => item),
    weights: null,
    length: pairs.length,
  });
  const [train, validation, test] = [columns(rows.train), columns(rows.validation), columns(rows.test)];
  const seen = groupItemsByUser(train, validation, test);
  const count = items / 2; // every item of the other colour
  return {
    description: {
      ...smallDataset().description,
      name: "checkerboard",
      users,
      items,
      interactions: { train: train.length, validation: validation.length, test: test.length },
      candidates: { validation: `1+${count} of the other colour`, test: `1+${count} of the other colour` },
    },
    train,
    validation,
    test,
    profiles: columns([]),
    known: columns([]),
    candidatesValidation: sampleCandidates({ split: "validation", evaluated: validation, seen, count, seed: 1 }),
    candidatesTest: sampleCandidates({ split: "test", evaluated: test, seen, count, seed: 1 }),
  };
}

/** What a run was not trained on: by its refit, and by the profiles of users who are held out. */
import { beforeAll, describe, expect, it } from "@jest/globals";
import { findCold } from "../../../../pipelines/score/selection/find-cold.ts";
import { interactionsOf, smallDataset, writeDatasetFolder } from "../../../support/data/small-dataset.ts";
import { useTemporaryFolder } from "../../../support/stages/temporary-folder.ts";

const temporary = useTemporaryFolder();

/** User 0 is trained on, 1 held out for validation, 2 for test; each of the two has a profile. */
beforeAll(() =>
  writeDatasetFolder(temporary("data"), {
    ...smallDataset(),
    train: interactionsOf([
      [0, 0],
      [0, 1],
    ]),
    validation: interactionsOf([[1, 2]]),
    test: interactionsOf([[2, 3]]),
    profiles: interactionsOf([
      [1, 4],
      [2, 5],
    ]),
  }),
);

async function coldOf(kind: "user" | "item", refit: boolean | "all"): Promise<readonly number[]> {
  const count = kind === "user" ? 3 : 6;
  const cold = await findCold(temporary("data"), { kind, count, refit, holdsOut: true });
  return Array.from({ length: count }, (_, index) => index).filter((index) => cold.has(index));
}

describe("findCold", () => {
  it("knows by train counts what was not trained on", async () => {
    expect(await coldOf("user", false)).toEqual([1, 2]);
    expect(await coldOf("item", false)).toEqual([2, 3, 4, 5]);
  });

  it("takes out what a refit has learnt from, the profiles of its users included", async () => {
    expect(await coldOf("user", true)).toEqual([2]);
    expect(await coldOf("item", true)).toEqual([3, 5]);
    expect(await coldOf("item", "all")).toEqual([]);
  });
});

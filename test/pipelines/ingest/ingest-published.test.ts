/** The published logs themselves, where they lie beside the repository: counts as their publishers state them. */
import { existsSync } from "node:fs";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "@jest/globals";
import { IngestFolder } from "../../support/data/ingest-folder.ts";

const datasets = path.resolve("../shared/datasets");
const isThere = existsSync(datasets);
const title = isThere ? "published logs" : "published logs (skipped: ../shared/datasets is not there)";

(isThere ? describe : describe.skip)(title, () => {
  let folder: IngestFolder;
  beforeEach(() => {
    folder = new IngestFolder();
  });
  afterEach(() => folder.remove());
  const ingest = (dataset: string, flags = {}) =>
    folder.ingest({ raw: path.join(datasets, dataset), negatives: "99", ...flags });

  it.each([
    ["ml-100k", 943, 1682, { train: 100_000 - 2 * 943, validation: 943, test: 943 }],
    ["ml-latest-small", 610, 9724, { train: 100_836 - 2 * 610, validation: 610, test: 610 }],
    ["ml-1m", 6040, 3706, { train: 1_000_209 - 2 * 6040, validation: 6040, test: 6040 }],
    // LightGCN's split, of several positives a user: train and valid together are its published train file of 810,128.
    ["gowalla", 29_858, 40_981, { train: 719_081, validation: 91_047, test: 217_242 }],
    ["pinterest-20-partial", 37_501, 9836, { train: 962_653 - 37_501, validation: 37_501, test: 37_501 }],
  ])("%s", async (dataset, users, items, interactions) => {
    const { json } = await ingest(dataset);
    expect(json).toMatchObject({ users, items, interactions });
    // Of the official negatives, 156 lists hold their own test item (../shared/datasets/README.md).
    const own = dataset === "ml-1m" ? { casesWithOwnPositive: 156 } : {};
    expect(folder.description().candidateCounts).toMatchObject({ test: own });
  });
});

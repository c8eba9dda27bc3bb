/** What users are known to have met: their items in parts of a dataset, and what cleaning left out. */
import { groupItemsByUser, type ItemsByUser } from "../../src/dataset/interaction-dataset.ts";
import type { LoadedDataset } from "./stored-dataset.ts";

export type DatasetPart = "train" | "validation" | "test";

/** Neither negatives nor recommendations, for whoever has been shown `parts`; and profiles, which all may see. */
export function seenItems(dataset: LoadedDataset, parts: readonly DatasetPart[]): ItemsByUser {
  return groupItemsByUser(...parts.map((part) => dataset[part]), dataset.known, dataset.profiles);
}

/** Parts that come before `split`, all of which a ranker may have seen when the split is ranked. */
export function partsBefore(split: "validation" | "test"): readonly DatasetPart[] {
  return split === "test" ? ["train", "validation"] : ["train"];
}

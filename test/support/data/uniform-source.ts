/** What batches are drawn from, with negatives drawn uniformly from what a user lacks in the interactions. */
import { groupItemsByUser, type Interactions } from "../../../src/dataset/interaction-dataset.ts";
import type { BatchSource } from "../../../src/dataset/training-batches.ts";

export function uniformSource(
  interactions: Interactions,
  drawn: Pick<BatchSource, "loss" | "negativesPerPositive" | "batchSize" | "seed">,
): BatchSource {
  return {
    interactions,
    seen: groupItemsByUser(interactions),
    negativesFrom: "uniform",
    negativesPower: 0,
    idDropout: 0,
    ...drawn,
  };
}

/** The loss of a person's row, and the negatives in it, as the settings say that a run was trained with. */
import { z } from "zod";
import { lossNames, negativeSources } from "../../src/config/losses/loss-names.ts";
import { logShares, massesOfCounts } from "../../src/dataset/popularity-draws.ts";
import { sharesNegatives } from "../../src/dataset/training-batches.ts";
import type { FoldInOptions } from "../../src/fold-in/fold-in.ts";

/** Of a run's config.json. */
const trainingFacts = z.looseObject({
  loss: z.enum(lossNames),
  negatives: z.int().min(0),
  /** Absent, as the power, of a run of before there was a choice. */
  negativesFrom: z.enum(negativeSources).default("uniform"),
  negativesPower: z.number().min(0).default(0),
  /** Numbers under ccl alone. */
  ccl: z.looseObject({ margin: z.number().default(0), negativeWeight: z.number().default(0) }).prefault({}),
  seed: z.int().min(0),
});

/** `itemCounts` [items] are how often each item stands in train. */
export function lossOfRun(
  config: Readonly<Record<string, unknown>>,
  itemCounts: Uint32Array,
): Pick<FoldInOptions, "loss" | "negatives" | "seed"> {
  const { loss, negatives, negativesFrom, negativesPower, ccl, seed } = trainingFacts.parse(config);
  // As logQOf in src/dataset/training-batches.ts, from counts.
  const power = negativesFrom === "batch" ? 1 : negativesPower;
  const itemLogQ = power === 0 ? null : logShares(massesOfCounts(itemCounts, power));
  // A block of a batch holds the row's own positive too, which is left out as seen.
  const perPositive = negativesFrom === "batch" ? 1 + negatives : negatives;
  return {
    loss: loss === "ccl" ? { name: loss, margin: ccl.margin, negativeWeight: ccl.negativeWeight } : { name: loss },
    negatives: { perPositive, itemLogQ, leavesOut: sharesNegatives({ negativesFrom }) },
    seed,
  };
}

/** metrics.json: what a ranker was worth on which questions. Every part says what it means in docs/evaluate.md. */
import { z } from "zod";

const metrics = z.record(z.string(), z.number());
const unit = z.number().min(0).max(1);

const usersSample = z.object({ users: z.int().min(1), of: z.int().min(1), seed: z.int().min(0) });

/** What the lists of the best k unseen items look like, as against how often they are right. */
const beyondAccuracySchema = z.object({
  /** Length of the lists. */
  k: z.int().min(1),
  /** How many lists: one per evaluated user. */
  users: z.int().min(1),
  /** What a list is chosen from, in words. */
  lists: z.string(),
  /** Share of the catalogue that stands in at least one list. */
  catalogueCoverage: unit,
  /** Gini index of how often each item is recommended: 0 all alike, 1 one item alone. */
  gini: unit,
  /** Mean of -log2(share of users who have the item in train), in bits. */
  novelty: z.number(),
  /** Mean number of train interactions of the recommended items. */
  meanPopularity: z.number(),
  /** Mean 1 - Jaccard over the pairs of a list; null where items have no features. */
  intraListDiversity: unit.nullable(),
});

const decile = z.object({
  /** From 1, the fewest train interactions, to 10. */
  decile: z.int().min(1).max(10),
  cases: z.int().min(1),
  /** Least and most train interactions of those in the group. */
  trainFrom: z.int().min(0),
  trainTo: z.int().min(0),
  HR: unit,
  NDCG: unit,
});

/** A group that nobody falls into is left out: equal counts are never parted. */
const decilesSchema = z.object({
  /** Cut of HR and NDCG. */
  k: z.int().min(1),
  /** Evaluated users, by their train interactions. */
  userActivity: z.array(decile),
  /** Held-out items, once for each user they were held out of, by the item's train interactions. */
  itemPopularity: z.array(decile),
});

const coldnessRow = z.object({
  /** By training: never, in fewer than 10 rows, or in as many at least. */
  seen: z.enum(["never", "seldom", "often"]),
  cases: z.int().min(1),
  HR: unit,
  NDCG: unit,
});

/** A group that no case falls into is left out. */
const coldnessSchema = z.object({
  /** Cut of HR and NDCG. */
  k: z.int().min(1),
  /** Evaluated users, by their rows in train. */
  users: z.array(coldnessRow),
  /** Held-out items, once for each user they were held out of, by the item's rows in train. */
  items: z.array(coldnessRow),
});

/** Whether sigmoid(score) is a probability, under the mixture of positives and negatives that was trained on. */
const calibrationSchema = z.object({
  /** Share of positives in that mixture, 1 / (1 + negatives per positive). */
  positiveShare: unit,
  positives: z.int().min(1),
  negatives: z.int().min(1),
  /** Expected calibration error. */
  ece: unit,
  /** Equal widths; a bin that no pair falls into is left out. */
  bins: z.array(
    z.object({
      from: unit,
      to: unit,
      /** Of the mixture; the shares add up to 1. */
      share: unit,
      meanProbability: unit,
      positiveRate: unit,
    }),
  ),
});

/** How the hyper-parameters of a baseline came about. */
export const baselineChoiceSchema = z.object({
  /** Such as "NDCG@10"; null where all were given. */
  chosenBy: z.string().nullable(),
  parameters: metrics,
  /** Every combination tried on validation, in the order tried. */
  trials: z.array(z.object({ parameters: metrics, value: z.number(), seconds: z.number() })),
  /** Splits that the tested baseline was fitted on, such as ["train"]. */
  fittedOn: z.array(z.enum(["train", "validation"])),
  /** Of fitting the tested baseline alone. */
  fitSeconds: z.number(),
});

export const metricsDocumentSchema = z.object({
  /** In words: split, candidates, tie rule. */
  protocol: z.string(),
  split: z.enum(["validation", "test"]),
  users: z.number(),
  /** Whose cases were ranked where not all users' were: how many of how many, drawn by which seed. */
  usersSample: usersSample.optional(),
  tieRate: z.number(),
  metrics,
  /** The epoch whose parameters were ranked, from 1; absent for a baseline. */
  epoch: z.number().optional(),
  /** What validation said of that epoch, or of a baseline's parameters, when it chose them. */
  validation: metrics.optional(),
  /** Whose items those were where validation did not rank all users', as under usersSample. */
  validationSample: usersSample.optional(),
  /** Of a tuned baseline, and of one fitted on validation too. */
  baseline: baselineChoiceSchema.optional(),
  /** Mean over users of the chance that a held-out item is scored above a candidate negative, ties counting half. */
  auc: unit.optional(),
  beyondAccuracy: beyondAccuracySchema.optional(),
  deciles: decilesSchema.optional(),
  coldness: coldnessSchema.optional(),
  /** Absent where scores are no logits of a probability: baselines, and runs trained with a loss that compares. */
  calibration: calibrationSchema.optional(),
});

export type BeyondAccuracy = Readonly<z.output<typeof beyondAccuracySchema>>;
export type Deciles = Readonly<z.output<typeof decilesSchema>>;
export type Calibration = Readonly<z.output<typeof calibrationSchema>>;
export type BaselineChoice = Readonly<z.output<typeof baselineChoiceSchema>>;
export type MetricsDocument = Readonly<z.output<typeof metricsDocumentSchema>>;

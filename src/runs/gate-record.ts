/** gate.json of a run: how it stands to the run that was in use, and whether it takes its place. */
import { z } from "zod";
import { idCounts } from "./manifest.ts";

const interval = z.object({ low: z.number(), high: z.number() });

const comparedSchema = z.object({
  /** Cases whose user both know: what the difference is a mean of. */
  cases: z.int().min(1),
  /** Of those, the ones whose held-out items the other run does not all know. */
  casesOfUnknownItems: z.int().min(0),
  /** By metric name, over those cases. */
  run: z.record(z.string(), z.number()),
  against: z.record(z.string(), z.number()),
  /** Of the decisive metric: the run less the other, paired by user. */
  difference: z.number(),
  interval,
  /** Of the interval. */
  bootstrap: z.object({ level: z.number(), resamples: z.int(), seed: z.int() }),
  /** Of the paired permutation test, and of Wilcoxon's signed-rank test. */
  permutationP: z.number(),
  /** As small as drawn signs can tell: the true one may be smaller. */
  permutationIsAtMost: z.boolean(),
  wilcoxonP: z.number(),
  wins: z.int().min(0),
  losses: z.int().min(0),
  ties: z.int().min(0),
  standing: z.enum(["better", "level", "worse"]),
  /** Of the dataset, in the other run: who was left out, and what it ranks behind all else. */
  users: idCounts,
  items: idCounts,
  /** Cases of users that the other run does not know, and what the run reaches there; null where there are none. */
  newcomers: z.object({ cases: z.int().min(1), value: z.number() }).nullable(),
});

export const gateRecordSchema = z.object({
  stage: z.literal("gate"),
  verdict: z.enum(["promote", "keep"]),
  /** In a line. */
  reason: z.string(),
  run: z.string(),
  /** Null where there was none to compare with. */
  against: z.object({ run: z.string(), directory: z.string(), checkpoint: z.string() }).nullable(),
  dataset: z.object({ name: z.string(), contentHash: z.string() }),
  protocol: z.string().nullable(),
  metric: z.string(),
  margin: z.number(),
  strict: z.boolean(),
  compared: comparedSchema.nullable(),
  packageVersion: z.string(),
});

export type GateRecord = Readonly<z.output<typeof gateRecordSchema>>;
export type ComparedRuns = Readonly<z.output<typeof comparedSchema>>;

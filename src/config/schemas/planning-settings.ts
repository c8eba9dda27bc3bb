/**
 * Settings of `train` that decide other settings before training begins: a budget of time, and a search. What they
 * decided stands in the run's config.json in their place.
 */
import { z } from "zod";
import { durationType, durationWords } from "../duration-text.ts";
import type { Contradiction } from "../optimizer/optimizer-completion.ts";
import { trainSetting } from "../train-role.ts";

/** What a budget or a search may change, by dotted name; everything else stays as it was given or recommended. */
export const plannedSettings = [
  "batchSize",
  "refit",
  "negatives",
  "embeddingDecay",
  "optimizer.learningRate",
  "schedule.warmupEpochs",
  "lawn.freeEpochs",
  "lawn.freeSteps",
  "lawn.switchNorm",
  "initialize.embedding",
  "ranker.dot",
  "ranker.gmf",
  "ranker.embedding",
] as const;

export type PlannedSetting = (typeof plannedSettings)[number];

export const planningSettings = {
  budget: trainSetting(durationType.optional(), {
    flag: "budget",
    expects: durationWords,
    meaning:
      "Time for everything up to the test metrics: speed is measured, then epochs are planned for it, and the batch size too where too few would fit",
    role: "planning",
  }),
  tune: trainSetting(z.int().min(2).optional(), {
    flag: "tune",
    meaning:
      "Settings to try around these, which are the first of them; bad ones are cut early, the best on validation is trained; what is given as a flag is held fixed",
    unit: "trials",
    role: "planning",
  }),
  hold: trainSetting(z.array(z.enum(plannedSettings)).optional(), {
    flag: "hold",
    meaning: "What budget and tune must leave as it is, besides what is given as a flag",
    role: "planning",
  }),
};

interface PlanningChoice {
  readonly budget?: unknown;
  readonly tune?: unknown;
  readonly hold?: unknown;
}

/** Whether settings are decided before training begins. Of a parsed config, or of one that a record holds. */
export function isPlanned({ budget, tune }: PlanningChoice): boolean {
  return budget !== undefined || tune !== undefined;
}

export function planningContradictions(choice: PlanningChoice): readonly Contradiction[] {
  if (choice.hold === undefined || isPlanned(choice)) return [];
  return [{ path: ["hold"], message: "nothing is planned; give --budget or --tune, or leave it out" }];
}

/** A trial as it might have been written; change what a test is about. */
import type { TrialRecord } from "../../../src/runs/trial-record.ts";

export function trialRecord(changes: Partial<TrialRecord>): TrialRecord {
  return {
    id: "adam-b64-t000",
    identity: "0".repeat(64),
    subject: 0,
    dataset: "small",
    model: "mf",
    arm: "adam",
    batchSize: 64,
    phase: "tuning",
    index: 0,
    seed: 1,
    point: {},
    config: { loss: "bce", negatives: 4 },
    fairness: {
      dataset: "a".repeat(64),
      candidates: { validation: "b".repeat(64), test: "c".repeat(64) },
      negatives: "d".repeat(64),
    },
    engine: "reference",
    packageVersion: "1",
    gitCommit: null,
    outcome: "finished",
    reason: null,
    epoch: 1,
    epochsTrained: 1,
    validation: { "NDCG@5": 0.5 },
    test: null,
    perUser: null,
    epochs: [],
    seconds: 1,
    trainingSeconds: 1,
    samplesPerSecond: 1,
    startedAt: "2020-01-01T00:00:00.000Z",
    ...changes,
  };
}

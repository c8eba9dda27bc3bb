/** A study of two arms that trains in no time. */
import { type Study, studySchema } from "../../../src/config/schemas/study-schema.ts";

export function smallStudy(changes: Readonly<Record<string, unknown>> = {}): Study {
  return studySchema.parse({
    name: "small",
    title: "A small study",
    subjects: [{ dataset: "checkerboard", model: "mf", settings: { ranker: { dot: 4, idBiases: false } } }],
    batchSizes: [
      { size: 64, epochs: 3 },
      { size: 512, epochs: 4 },
    ],
    space: { "optimizer.learningRate": { from: 0.01, to: 0.1 } },
    arms: [
      { name: "adam", optimizer: "adam" },
      { name: "lawn-adam", optimizer: "lawn-adam", settings: { lawn: { freeEpochs: 1 } } },
    ],
    search: { trials: 3, seed: 1 },
    seeds: { count: 2, first: 11 },
    metric: "NDCG@5",
    metrics: ["HR@5", "NDCG@5"],
    comparisons: [["lawn-adam", "adam"]],
    resamples: 200,
    permutations: 200,
    ...changes,
  });
}

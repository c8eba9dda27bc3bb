/** What losses and sources of negatives there are: one list each for settings, ranker, batches and engines. */

/** What they are: src/ranker/loss.ts. */
export const lossNames = ["bce", "bpr", "softmax", "ccl"] as const;

/** What they are: src/dataset/training-batches.ts. */
export const negativeSources = ["uniform", "popularity", "shared", "batch"] as const;

/**
 * `lawn-ranker/dataset`: a prepared dataset folder as typed arrays, and the samples that training
 * and evaluation draw from it.
 *
 * @module lawn-ranker/dataset
 */
export { type DatasetDescription, type LoadedDataset, loadDataset } from "../pipelines/dataset/stored-dataset.ts";
export type { Batch, ListwiseBatch, MaskedNegatives, PairwiseBatch, PointwiseBatch } from "../src/dataset/batch.ts";
export type { EvaluationCandidates } from "../src/dataset/evaluation-candidates.ts";
export { groupItemsByUser, type Interactions, type ItemsByUser } from "../src/dataset/interaction-dataset.ts";
export { sampleCandidates } from "../src/dataset/sample-candidates.ts";
export {
  type BatchSource,
  drawBatch,
  type EpochDraws,
  epochDraws,
  samplesPerEpoch,
  stepsPerEpoch,
} from "../src/dataset/training-batches.ts";

/** What one optimizer step trains on: columns of dense indices, checked by the engine that receives them. */

/** Labelled pairs for one step of `bce`; every column has `length` rows. */
export interface PointwiseBatch {
  readonly kind: "pointwise";
  readonly length: number;
  readonly users: Uint32Array;
  readonly items: Uint32Array;
  /** 1 for an observed interaction, 0 for a sampled negative. */
  readonly labels: Float32Array;
  /** What each sample's loss is multiplied by, finite and at least 0; null where all count alike. */
  readonly weights: Float32Array | null;
}

/** A user, an item they took and one they did not, for one step of `bpr`; every column has `length` rows. */
export interface PairwiseBatch {
  readonly kind: "pairwise";
  readonly length: number;
  readonly users: Uint32Array;
  readonly positives: Uint32Array;
  readonly negatives: Uint32Array;
  /** As of a pointwise batch. */
  readonly weights: Float32Array | null;
}

export type Batch = PointwiseBatch | PairwiseBatch;

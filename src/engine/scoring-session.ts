/** The small seam for serving: fixed parameters, asked for scores. Nothing of training is loaded for it. */

import type { Closable } from "./closable.ts";

/** Closed, it still answers what was asked before. */
export interface ScoringSession extends Closable {
  /** For people, such as "native: AVX2+FMA, 2 threads, float32". */
  readonly description: string;
  /** Logits for the pairs (users[k], items[k]). */
  pairs(users: Uint32Array, items: Uint32Array): Promise<Float32Array>;
  /** The best items of users, best first, equal scores by ascending item. */
  top(request: ScoringRequest): Promise<ScoredItems>;
}

export interface ScoringRequest {
  readonly users: Uint32Array;
  /** At least 1. */
  readonly k: number;
  /** Left out: masked.items[masked.offsets[n] .. masked.offsets[n + 1]) for users[n]. */
  readonly masked?: { readonly offsets: Uint32Array; readonly items: Uint32Array };
}

export interface ScoredItems {
  /** [users, k]; where fewer items are left, the rest of the row is 2^32 - 1. */
  readonly items: Uint32Array;
  /** [users, k]; -Infinity where there is no item. */
  readonly scores: Float32Array;
}

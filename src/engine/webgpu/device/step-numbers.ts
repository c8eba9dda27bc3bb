/** The numbers of one chunk of one step for the kernels: a slot of a uniform buffer, written once per submission. */

import type { IdDropout } from "../../../dataset/id-dropout.ts";

export interface StepNumbers {
  /** Pairs of this chunk: see tensors/batch-shape.ts. */
  readonly pairs: number;
  readonly samples: number;
  /** Position in the epoch of the chunk's first sample. */
  readonly firstSample: number;
  /** Where this step's loss goes. */
  readonly lossIndex: number;
  /** Position in the batch of the chunk's first sample, and in the epoch of its first block. */
  readonly firstInBatch: number;
  readonly firstBlock: number;
  /** Samples of the whole batch. */
  readonly batchLength: number;
  readonly learningRate: number;
  /** False for the first chunk of a step, whose gradient replaces the last step's; the others add theirs. */
  readonly adds: boolean;
  /** Sums over pairs are cut into runs of this many pairs, a number of the batch alone. */
  readonly pairsPerSplit: number;
  readonly update: UpdateNumbers;
  readonly draws: DrawNumbers;
  /** Which entities are without their ids; null where none is. */
  readonly idDropout: IdDropout | null;
}

export interface UpdateNumbers {
  /** 1 / (1 - beta^t) at the t of slots that were never reset, and at that of constrained tensors. */
  readonly corrections: readonly [number, number];
  readonly groupCorrections: readonly [number, number];
  /** Whether every block becomes constrained with this step. */
  readonly switches: boolean;
}

/** What src/random.ts derives from seed and epoch. */
export interface DrawNumbers {
  readonly negativesLow: number;
  readonly negativesHigh: number;
  readonly leftBits: number;
  readonly rightBits: number;
  readonly roundKeys: Uint32Array;
}

/** A dynamic offset must be a multiple of this. */
export const SLOT_BYTES = 256;
const SLOT_WORDS = SLOT_BYTES / 4;

export const noDraws: DrawNumbers = {
  negativesLow: 0,
  negativesHigh: 0,
  leftBits: 0,
  rightBits: 0,
  roundKeys: new Uint32Array(6),
};
const noKey = { low: 0, high: 0 };
export const noUpdate: UpdateNumbers = { corrections: [1, 1], groupCorrections: [1, 1], switches: false };

/** Binding 0 of every kernel that asks for "step". */
export const stepStruct = /* wgsl */ `
struct Step {
  pairs: u32,
  samples: u32,
  firstSample: u32,
  lossIndex: u32,
  inverseBatch: f32,
  learningRate: f32,
  adds: u32,
  pairsPerSplit: u32,
  corrections: vec2f,
  groupCorrections: vec2f,
  switches: u32,
  negativesLow: u32,
  negativesHigh: u32,
  leftBits: u32,
  rightBits: u32,
  roundKeys0: u32,
  roundKeys1: u32,
  roundKeys2: u32,
  roundKeys3: u32,
  roundKeys4: u32,
  roundKeys5: u32,
  firstInBatch: u32,
  firstBlock: u32,
  batchSamples: u32,
  usersWithoutIds: vec2u, // keys
  itemsWithoutIds: vec2u,
  withoutIdBelow: u32, // 0 where none is
}
@group(0) @binding(0) var<uniform> step: Step;
`;

export function writeStepNumbers(numbers: StepNumbers, slot: number, bytes: ArrayBuffer): void {
  const words = new Uint32Array(bytes, slot * SLOT_BYTES, SLOT_WORDS);
  const floats = new Float32Array(bytes, slot * SLOT_BYTES, SLOT_WORDS);
  const { update, draws, idDropout } = numbers;
  words.set([numbers.pairs, numbers.samples, numbers.firstSample, numbers.lossIndex], 0);
  floats.set([1 / numbers.batchLength, numbers.learningRate], 4);
  words.set([numbers.adds ? 1 : 0, numbers.pairsPerSplit], 6);
  floats.set([...update.corrections, ...update.groupCorrections], 8);
  words.set([update.switches ? 1 : 0, draws.negativesLow, draws.negativesHigh, draws.leftBits, draws.rightBits], 12);
  words.set(draws.roundKeys, 17);
  words.set([numbers.firstInBatch, numbers.firstBlock, numbers.batchLength], 23);
  const { users, items, threshold } = idDropout ?? { users: noKey, items: noKey, threshold: 0 };
  words.set([users.low, users.high, items.low, items.high, threshold], 26);
}

const LEAST_PER_SPLIT = 128;

/** A function of batch and ranker alone, so that a batch has the same bits in every session. A multiple of 16. */
export function pairsPerSplit(pairs: number, mostSplits: number): number {
  const splits = Math.min(mostSplits, Math.max(1, Math.ceil(pairs / LEAST_PER_SPLIT)));
  return Math.ceil(pairs / splits / 16) * 16;
}

/** Most runs that `capacity` pairs or fewer are cut into. */
export function mostRuns(capacity: number, mostSplits: number): number {
  return Math.min(mostSplits, Math.ceil(capacity / LEAST_PER_SPLIT));
}

/**
 * What an evaluation knows that it could not have known: training rows from after the moment that is
 * predicted, and items not there yet.
 */

/** Interactions with their times, in any order. */
export interface TimedRows {
  readonly items: Uint32Array;
  /** Milliseconds since 1970. */
  readonly timesMs: BigInt64Array;
}

export interface Leakage {
  readonly evaluated: number;
  /** Held-out interactions that have any training row (of whoever) from later. */
  readonly withLaterTraining: number;
  /** Mean over held-out interactions of the share of training rows that are later. */
  readonly laterTrainingShare: number;
  /** Held-out interactions whose item training has, but only from later. */
  readonly itemTrainedOnlyLater: number;
  /** Mean over held-out interactions of the share of the catalogue that nobody had touched yet. */
  readonly catalogueNotYetSeen: number;
}

/** O((train + heldOut) log train). */
export function findLeakage(train: TimedRows, heldOut: TimedRows, items: number): Leakage {
  const ascending = train.timesMs.slice().sort();
  const firstInTrain = firstTimes([train], items);
  const firstAnywhere = firstTimes([train, heldOut], items);
  const appearances = BigInt64Array.from(firstAnywhere.filter((time) => time !== NEVER)).sort();
  let withLaterTraining = 0;
  let laterShares = 0;
  let itemTrainedOnlyLater = 0;
  let notYetSeen = 0;
  for (const [row, time] of heldOut.timesMs.entries()) {
    const later = ascending.length - placeAfter(ascending, time);
    if (later > 0) withLaterTraining++;
    laterShares += ascending.length === 0 ? 0 : later / ascending.length;
    const first = firstInTrain[heldOut.items[row]!]!;
    if (first !== NEVER && first > time) itemTrainedOnlyLater++;
    notYetSeen += (appearances.length - placeAfter(appearances, time)) / items;
  }
  const evaluated = heldOut.timesMs.length;
  return {
    evaluated,
    withLaterTraining,
    laterTrainingShare: laterShares / evaluated,
    itemTrainedOnlyLater,
    catalogueNotYetSeen: notYetSeen / evaluated,
  };
}

/** A line for each kind of leak that is there. */
export function leakageWarnings(leakage: Leakage): readonly string[] {
  const { evaluated, withLaterTraining, laterTrainingShare, itemTrainedOnlyLater, catalogueNotYetSeen } = leakage;
  const percent = (share: number): string => `${(100 * share).toFixed(1)} %`;
  return [
    ...(withLaterTraining > 0
      ? [
          `${withLaterTraining} of ${evaluated} held-out interactions are older than some training row; on average ${percent(laterTrainingShare)} of the training rows are from after the moment predicted`,
        ]
      : []),
    ...(itemTrainedOnlyLater > 0
      ? [`${itemTrainedOnlyLater} held-out items stand in training from later only: they were new when they were taken`]
      : []),
    ...(catalogueNotYetSeen > 0
      ? [
          `on average ${percent(catalogueNotYetSeen)} of the catalogue had not been touched by anybody at the moment predicted`,
        ]
      : []),
  ];
}

const NEVER = 2n ** 63n - 1n;

function firstTimes(parts: readonly TimedRows[], items: number): BigInt64Array {
  const first = new BigInt64Array(items).fill(NEVER);
  for (const part of parts) {
    for (const [row, item] of part.items.entries()) {
      if (part.timesMs[row]! < first[item]!) first[item] = part.timesMs[row]!;
    }
  }
  return first;
}

/** How many values are at or below `time`. */
function placeAfter(ascending: BigInt64Array, time: bigint): number {
  let low = 0;
  let high = ascending.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (ascending[middle]! > time) high = middle;
    else low = middle + 1;
  }
  return low;
}

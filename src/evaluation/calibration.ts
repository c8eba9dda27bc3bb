/**
 * Whether sigmoid(score) is a probability. A reliability curve (DeGroot & Fienberg 1983) and the expected calibration
 * error of equally wide bins (Naeini et al. 2015; 15 bins as in Guo et al. 2017).
 *
 * A probability is of a population. A ranker trained with n sampled negatives a positive speaks of that mixture, not of
 * the 1 + 99 of an evaluation, so negatives are weighted until they are n times the positives.
 */
import { addProbabilities, CALIBRATION_BINS } from "../ranker/catalogue-ranks.ts";

export interface CalibrationResult {
  /** 1 / (1 + negativesPerPositive) */
  readonly positiveShare: number;
  readonly positives: number;
  readonly negatives: number;
  /** Sum over bins of share x |meanProbability - positiveRate|. */
  readonly ece: number;
  /** Bins that a pair fell into, ascending. */
  readonly bins: readonly CalibrationBin[];
}

export interface CalibrationBin {
  /** [from, to); the last one holds 1 too. */
  readonly from: number;
  readonly to: number;
  /** Of the mixture. */
  readonly share: number;
  readonly meanProbability: number;
  readonly positiveRate: number;
}

/** Takes logits of positives and negatives, some at a time. */
export class CalibrationCounts {
  readonly #bins = {
    positive: new Float64Array(2 * CALIBRATION_BINS),
    negative: new Float64Array(2 * CALIBRATION_BINS),
  };

  add(kind: "positive" | "negative", logits: Float32Array): void {
    addProbabilities(this.#bins[kind], logits);
  }

  /** What addProbabilities made, of any number of users one behind the other. */
  addBins(kind: "positive" | "negative", bins: Float64Array): void {
    for (const [at, number] of bins.entries()) this.#bins[kind][at % (2 * CALIBRATION_BINS)]! += number;
  }

  /** Null where there are no positives or no negatives, which have no mixture. */
  result(negativesPerPositive: number): CalibrationResult | null {
    const [positiveSums, negativeSums] = [sumsOf(this.#bins.positive), sumsOf(this.#bins.negative)];
    const positives = total(this.#bins.positive);
    const negatives = total(this.#bins.negative);
    if (positives === 0 || negatives === 0 || !(negativesPerPositive > 0)) return null;
    const weight = (negativesPerPositive * positives) / negatives; // of one negative
    const mixture = positives * (1 + negativesPerPositive);
    const bins: CalibrationBin[] = [];
    let ece = 0;
    for (let bin = 0; bin < CALIBRATION_BINS; bin++) {
      const hits = this.#bins.positive[bin]!;
      const mass = hits + weight * this.#bins.negative[bin]!;
      if (mass === 0) continue;
      const meanProbability = (positiveSums[bin]! + weight * negativeSums[bin]!) / mass;
      const positiveRate = hits / mass;
      const share = mass / mixture;
      ece += share * Math.abs(meanProbability - positiveRate);
      bins.push({
        from: bin / CALIBRATION_BINS,
        to: (bin + 1) / CALIBRATION_BINS,
        share,
        meanProbability: Math.min(1, meanProbability),
        positiveRate,
      });
    }
    return { positiveShare: 1 / (1 + negativesPerPositive), positives, negatives, ece, bins };
  }
}

function total(bins: Float64Array): number {
  return bins.subarray(0, CALIBRATION_BINS).reduce((sum, count) => sum + count, 0);
}

function sumsOf(bins: Float64Array): Float64Array {
  return bins.subarray(CALIBRATION_BINS);
}

/**
 * Whether sigmoid(score) is a probability. A reliability curve (DeGroot & Fienberg 1983) and the expected calibration
 * error of equally wide bins (Naeini et al. 2015; 15 bins as in Guo et al. 2017).
 *
 * A probability is of a population. A ranker trained with n sampled negatives a positive speaks of that mixture, not of
 * the 1 + 99 of an evaluation, so negatives are weighted until they are n times the positives.
 */

export const CALIBRATION_BINS = 15;

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
  readonly #counts = { positive: new Float64Array(CALIBRATION_BINS), negative: new Float64Array(CALIBRATION_BINS) };
  readonly #sums = { positive: new Float64Array(CALIBRATION_BINS), negative: new Float64Array(CALIBRATION_BINS) };

  add(kind: "positive" | "negative", logits: Float32Array): void {
    for (let k = 0; k < logits.length; k++) {
      const probability = 1 / (1 + Math.exp(-logits[k]!));
      const bin = Math.min(CALIBRATION_BINS - 1, Math.floor(probability * CALIBRATION_BINS));
      this.#counts[kind][bin]!++;
      this.#sums[kind][bin]! += probability;
    }
  }

  /** Null where there are no positives or no negatives, which have no mixture. */
  result(negativesPerPositive: number): CalibrationResult | null {
    const positives = total(this.#counts.positive);
    const negatives = total(this.#counts.negative);
    if (positives === 0 || negatives === 0 || !(negativesPerPositive > 0)) return null;
    const weight = (negativesPerPositive * positives) / negatives; // of one negative
    const mixture = positives * (1 + negativesPerPositive);
    const bins: CalibrationBin[] = [];
    let ece = 0;
    for (let bin = 0; bin < CALIBRATION_BINS; bin++) {
      const hits = this.#counts.positive[bin]!;
      const mass = hits + weight * this.#counts.negative[bin]!;
      if (mass === 0) continue;
      const meanProbability = (this.#sums.positive[bin]! + weight * this.#sums.negative[bin]!) / mass;
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

function total(counts: Float64Array): number {
  return counts.reduce((sum, count) => sum + count, 0);
}

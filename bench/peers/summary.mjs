/** Medians and spreads of repeated measurements. */

/** Median, least and greatest of the numbers; halfway between the two middle ones when they are even in number. */
export function spreadOf(numbers) {
  const ordered = [...numbers].sort((first, second) => first - second);
  const below = ordered[Math.floor((ordered.length - 1) / 2)];
  const above = ordered[Math.floor(ordered.length / 2)];
  return { median: (below + above) / 2, min: ordered[0], max: ordered.at(-1) };
}

/**
 * One row a batch size from every repetition's rates. Ratios and shares are taken within a repetition, where both sides
 * ran seconds apart, and only then summarised: a machine that slows down in between slows both sides.
 */
export function summarise({ repetitions, baseline, batchSizes, flops }) {
  return batchSizes.map((batchSize) => {
    const ofSize = repetitions.filter((entry) => entry.batchSize === batchSize);
    const rate = (entry, name) => entry.samplesPerSecond[name];
    const names = Object.keys(ofSize[0]?.samplesPerSecond ?? {});
    const spread = (values) => (values.length === 0 ? null : spreadOf(values));
    const shares = ofSize
      .filter((entry) => entry.sgemmGigaflopsPerSecond !== null && rate(entry, baseline) !== undefined)
      .map((entry) => (rate(entry, baseline) * flops) / (1e9 * entry.sgemmGigaflopsPerSecond));
    return {
      batchSize,
      samplesPerSecond: Object.fromEntries(
        names.map((name) => [name, spread(ofSize.map((entry) => rate(entry, name)).filter(Number.isFinite))]),
      ),
      ratioOver: Object.fromEntries(
        names
          .filter((name) => name !== baseline)
          .map((name) => {
            const both = ofSize.filter((entry) => rate(entry, name) > 0 && rate(entry, baseline) > 0);
            return [name, spread(both.map((entry) => rate(entry, baseline) / rate(entry, name)))];
          }),
      ),
      shareOfSgemm: spread(shares),
    };
  });
}

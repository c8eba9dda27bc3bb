/** Means over users with bootstrap intervals, all on the same resamples, and user values as text that records hold. */
import type { Estimate, Estimates } from "../../../src/runs/baselines-record.ts";
import { type BootstrapOptions, bootstrapIntervals } from "../../../src/statistics/bootstrap.ts";

/** `means` were taken before the values were rounded to float32. */
export function estimatesOf(
  values: Readonly<Record<string, ArrayLike<number>>>,
  means: Readonly<Record<string, number>>,
  interval: BootstrapOptions,
): Record<string, Estimate> {
  const names = Object.keys(values);
  const intervals = bootstrapIntervals(
    names.map((name) => [values[name]!]),
    interval,
  );
  return Object.fromEntries(
    names.map((name, index) => {
      const { low, high } = intervals[index]!;
      return [name, { value: means[name]!, low, high }];
    }),
  );
}

/** The run less a baseline, user by user, for the metrics that both have. */
export function leadOf(
  run: Readonly<Record<string, Float32Array>>,
  baseline: Readonly<Record<string, Float32Array>>,
  interval: BootstrapOptions,
): Estimates {
  const names = Object.keys(baseline).filter((name) => name in run);
  const differences = Object.fromEntries(
    names.map((name) => [name, Float64Array.from(run[name]!, (value, user) => value - baseline[name]![user]!)]),
  );
  const means = Object.fromEntries(
    names.map((name) => [name, differences[name]!.reduce((sum, value) => sum + value, 0) / differences[name]!.length]),
  );
  return estimatesOf(differences, means, interval);
}

/** Little-endian, in base64. */
export function encodeValues([name, values]: readonly [string, Float32Array]): readonly [string, string] {
  const bytes = Buffer.alloc(4 * values.length);
  for (const [index, value] of values.entries()) bytes.writeFloatLE(value, 4 * index);
  return [name, bytes.toString("base64")];
}

export function decodeValues([name, text]: readonly [string, string]): readonly [string, Float32Array] {
  const bytes = Buffer.from(text, "base64");
  return [name, Float32Array.from({ length: bytes.length / 4 }, (_, index) => bytes.readFloatLE(4 * index))];
}

/**
 * How the cost of ours grows: users and items x 1, 10 and 100 (tables beyond cache), on one thread and on more, under
 * one optimizer or several.
 */
import { ourCommand } from "./contenders.mjs";
import { parameterCount } from "./models.mjs";
import { runMeasurement } from "./run-measurement.mjs";
import { spreadOf } from "./summary.mjs";

/** Every combination once a repetition. The log keeps its length, so that only the tables grow. */
export async function measureGrowth({
  model,
  optimizers,
  batchSizes,
  threadCounts,
  scales,
  seconds,
  repetitions,
  say,
}) {
  const cases = optimizers.flatMap((optimizer) =>
    scales.flatMap((scale) =>
      batchSizes.flatMap((batchSize) =>
        threadCounts.map((threads) => ({
          optimizer,
          scale,
          batchSize,
          threads,
          samplesPerSecond: [],
          cpuNanosecondsPerSample: [],
          peakBytes: [],
        })),
      ),
    ),
  );
  const commands = [];
  for (let repetition = 1; repetition <= repetitions; repetition++) {
    for (const {
      optimizer,
      scale,
      batchSize,
      threads,
      samplesPerSecond,
      cpuNanosecondsPerSample,
      peakBytes,
    } of cases) {
      const command = ourCommand({ model: grown(model, scale), batchSize, threads, seconds, optimizer });
      if (repetition === 1) commands.push(command.shown);
      const measured = await runMeasurement(command);
      samplesPerSecond.push(measured.samplesPerSecond);
      cpuNanosecondsPerSample.push(measured.cpuNanosecondsPerSample);
      peakBytes.push(measured.peakBytes);
      say(
        `repetition ${repetition}/${repetitions} ${optimizer}, x${scale}, batch ${batchSize}, ${threads} thread(s): ${measured.samplesPerSecond}/s`,
      );
    }
  }
  return {
    commands,
    repetitions: cases,
    summary: cases.map(
      ({ optimizer, scale, batchSize, threads, samplesPerSecond, cpuNanosecondsPerSample, peakBytes }) => ({
        optimizer,
        scale,
        batchSize,
        threads,
        parameters: parameterCount(grown(model, scale)),
        samplesPerSecond: spreadOf(samplesPerSecond),
        cpuNanosecondsPerSample: spreadOf(cpuNanosecondsPerSample),
        peakBytes: spreadOf(peakBytes),
      }),
    ),
    bytesPerParameter: bytesPerParameter(
      model,
      cases.filter(({ optimizer }) => optimizer === optimizers[0]),
    ),
  };
}

/**
 * What one more parameter adds to the peak of the whole process, from the smallest tables to the largest:
 * the parameter, its gradient, Adam's two moments, and the initial values that the benchmark itself holds.
 * Null with a single scale.
 */
function bytesPerParameter(model, cases) {
  const ordered = [...cases].sort((first, second) => first.scale - second.scale);
  const [least, greatest] = [ordered[0], ordered.at(-1)];
  if (least.scale === greatest.scale) return null;
  const peakOf = ({ scale }) =>
    spreadOf(cases.filter((entry) => entry.scale === scale).flatMap(({ peakBytes }) => peakBytes)).median;
  const parameters = ({ scale }) => parameterCount(grown(model, scale));
  return Number(((peakOf(greatest) - peakOf(least)) / (parameters(greatest) - parameters(least))).toFixed(2));
}

function grown(model, scale) {
  return { ...model, users: scale * model.users, items: scale * model.items };
}

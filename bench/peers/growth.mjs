/** How the cost of ours grows: users and items x 1, 10 and 100 (tables beyond cache), on one thread and on more. */
import { ourCommand } from "./contenders.mjs";
import { parameterCount } from "./models.mjs";
import { runMeasurement } from "./run-measurement.mjs";
import { spreadOf } from "./summary.mjs";

/** Every combination once a repetition. The log keeps its length, so that only the tables grow. */
export async function measureGrowth({ model, batchSizes, threadCounts, scales, seconds, repetitions, say }) {
  const cases = scales.flatMap((scale) =>
    batchSizes.flatMap((batchSize) =>
      threadCounts.map((threads) => ({ scale, batchSize, threads, samplesPerSecond: [], peakBytes: [] })),
    ),
  );
  const commands = [];
  for (let repetition = 1; repetition <= repetitions; repetition++) {
    for (const { scale, batchSize, threads, samplesPerSecond, peakBytes } of cases) {
      const command = ourCommand({ model: grown(model, scale), batchSize, threads, seconds });
      if (repetition === 1) commands.push(command.shown);
      const measured = await runMeasurement(command);
      samplesPerSecond.push(measured.samplesPerSecond);
      peakBytes.push(measured.peakBytes);
      say(
        `repetition ${repetition}/${repetitions} x${scale}, batch ${batchSize}, ${threads} thread(s): ${measured.samplesPerSecond}/s`,
      );
    }
  }
  return {
    commands,
    repetitions: cases,
    summary: cases.map(({ scale, batchSize, threads, samplesPerSecond, peakBytes }) => ({
      scale,
      batchSize,
      threads,
      parameters: parameterCount(grown(model, scale)),
      samplesPerSecond: spreadOf(samplesPerSecond),
      peakBytes: spreadOf(peakBytes),
    })),
    bytesPerParameter: bytesPerParameter(model, cases),
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

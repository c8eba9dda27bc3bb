/** Ours and the peers in turn: every repetition times all of them at one batch size before the next size. */
import { contenders, sgemm } from "./contenders.mjs";
import { flopsPerSample } from "./models.mjs";
import { runMeasurement } from "./run-measurement.mjs";
import { summarise } from "./summary.mjs";

/** The one whose rates the others are compared with. */
export const baseline = "native";

/**
 * Times `names` (of contenders) and the limit. What cannot run is skipped, or dropped at its first failure, and `say`
 * is told why; a failure of ours is an error. With `cpu` a second is one of CPU time. Returns the commands, every
 * repetition and the summary.
 */
export async function compare({ model, names, batchSizes, threads, seconds, repetitions, cpu, say }) {
  const skipped = {};
  const drop = (name, reason) => {
    skipped[name] = reason;
    say(`SKIPPED ${name}: ${reason}`);
  };
  for (const name of names) {
    const isTimed = batchSizes.some((batchSize) => contenders[name].times(batchSize, model));
    const missing = isTimed ? contenders[name].missing(model) : "not timed at these batch sizes";
    if (missing !== null) drop(name, missing);
  }
  const missingLimit = sgemm.missing();
  if (missingLimit !== null) drop("sgemm", missingLimit);

  const commands = {};
  const described = {};
  const entries = [];
  for (let repetition = 1; repetition <= repetitions; repetition++) {
    for (const batchSize of batchSizes) {
      const task = { model, batchSize, threads, seconds };
      const entry = { repetition, batchSize, samplesPerSecond: {}, sgemmGigaflopsPerSecond: null };
      for (const name of names.filter((name) => contenders[name].times(batchSize, model))) {
        const measured = await attempt(name, contenders[name].command(task));
        if (measured !== null) entry.samplesPerSecond[name] = rateOf(name, measured);
      }
      const limit = await attempt("sgemm", sgemm.command({ threads, seconds: Math.min(1, seconds) }));
      if (limit !== null) entry.sgemmGigaflopsPerSecond = cpu ? limit.gigaflopsPerCpuSecond : limit.gigaflopsPerSecond;
      entries.push(entry);
      say(`repetition ${repetition}/${repetitions} ${JSON.stringify(entry)}`);
    }
  }
  const flops = flopsPerSample(model);
  return {
    titles: Object.fromEntries(names.map((name) => [name, contenders[name].title])),
    described,
    skipped,
    commands,
    flopsPerSample: flops,
    repetitions: entries,
    summary: summarise({ repetitions: entries, baseline, batchSizes, flops }),
  };

  function rateOf(name, { samplesPerSecond, cpuNanosecondsPerSample }) {
    if (!cpu) return samplesPerSecond;
    if (cpuNanosecondsPerSample === undefined) throw new Error(`${name} does not tell its CPU time; leave --cpu out`);
    return 1e9 / cpuNanosecondsPerSample;
  }

  async function attempt(name, command) {
    if (name in skipped) return null;
    commands[name] ??= command.shown;
    try {
      const measured = await runMeasurement(command);
      described[name] ??= measured.engine ?? measured.peer ?? `${measured.limit}, ${measured.blas}`;
      return measured;
    } catch (failure) {
      if (name === baseline) throw new Error(`${command.shown}: ${failure.message}`);
      drop(name, failure.message);
      return null;
    }
  }
}

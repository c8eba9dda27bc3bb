/**
 * Several ranks with one thread each beside as many threads of one process: samples a second, their ratio, and the
 * bytes that a step exchanges. Both take turns, because a busy machine is another one a minute later; medians over
 * rounds. `shareOfWork` is the processor time of a rank's computing threads, those of MPI apart, beside that of one
 * thread of one process: 1 / ranks where everything is shared. It says less of a machine's other work; the least of all
 * rounds.
 *
 *   node bench/ranks.mjs [--mpirun "mpirun"] [--ranks 2] [--models mf,neumf,softmax] [--batch-sizes 65536,1048576]
 *       [--optimizer adam] [--users 6040 --items 3706 --positives 994169] [--block 1024] [--rounds 5] [--seconds 2]
 *
 * `softmax` is mf with negatives of the batch, in blocks of so many rows. The log is made up, as large as MovieLens 1M
 * unless told otherwise.
 */
import { spawnSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { logQOf, samplesPerEpoch, stepsPerEpoch } from "../dist/src/dataset/training-batches.js";
import { followRank } from "../dist/src/engine/mpi/follow-rank.js";
import { openMpiEngine } from "../dist/src/engine/mpi/mpi-engine.js";
import { openRanks, startedRanks } from "../dist/src/engine/mpi/ranks.js";
import { openNativeEngine } from "../dist/src/engine/native/native-engine.js";
import { rankerPresets } from "../dist/src/ranker/ranker-presets.js";
import { madeUpLog, madeUpParameters, optimizerCalled } from "./made-up-task.mjs";

const text = (value) => ({ type: "string", default: value });
const { values } = parseArgs({
  options: {
    mpirun: text("mpirun"),
    ranks: text("2"),
    models: text("mf,neumf,softmax"),
    "batch-sizes": text("65536,1048576"),
    optimizer: text("adam"),
    block: text("1024"),
    users: text("6040"),
    items: text("3706"),
    positives: text("994169"),
    rounds: text("5"),
    seconds: text("2"),
    measure: text(""), // of the processes that this one starts: a model and a batch size
    threads: text("1"),
  },
});
const listed = (name) => values[name].split(",");

if (values.measure !== "") await measure(...values.measure.split("/"));
else for (const model of listed("models")) for (const size of listed("batch-sizes")) compare(model, size);

function compare(model, batchSize) {
  const rounds = Array.from({ length: Number(values.rounds) }, () => ({
    alone: started([process.execPath], model, batchSize, "1"),
    threads: started([process.execPath], model, batchSize, values.ranks),
    ranks: started([...values.mpirun.split(" "), "-n", values.ranks, process.execPath], model, batchSize, "1"),
  }));
  const median = (of) => rounds.map(of).sort((a, b) => a - b)[Math.floor(rounds.length / 2)];
  const least = (of) => Number(Math.min(...rounds.map(of)).toFixed(1));
  const ratios = rounds.map(({ ranks, threads }) => ranks.rate / threads.rate).sort((a, b) => a - b);
  console.log(
    JSON.stringify({
      model,
      batchSize: Number(batchSize),
      ranks: Number(values.ranks),
      threadsPerSecond: Math.round(median(({ threads }) => threads.rate)),
      ranksPerSecond: Math.round(median(({ ranks }) => ranks.rate)),
      ratio: Number(median(({ ranks, threads }) => ranks.rate / threads.rate).toFixed(3)),
      ratios: ratios.map((ratio) => Number(ratio.toFixed(2))),
      aloneNanosecondsPerSample: least(({ alone }) => alone.nanoseconds),
      rankNanosecondsPerSample: least(({ ranks }) => ranks.nanoseconds),
      shareOfWork: Number(
        (least(({ ranks }) => ranks.nanoseconds) / least(({ alone }) => alone.nanoseconds)).toFixed(3),
      ),
      bytesPerStep: Math.round(rounds[0].ranks.bytesPerStep),
    }),
  );
}

function started([command, ...words], model, batchSize, threads) {
  const passed = ["optimizer", "block", "users", "items", "positives", "seconds"].flatMap((name) => [
    `--${name}`,
    values[name],
  ]);
  const args = [...words, process.argv[1], ...passed, "--measure", `${model}/${batchSize}`, "--threads", threads];
  const { stdout, stderr } = spawnSync(command, args, { encoding: "utf8" });
  if (!stdout.startsWith("{")) throw new Error(stderr);
  return JSON.parse(stdout);
}

async function measure(model, batchSize) {
  const threads = Number(values.threads);
  const count = startedRanks(process.env);
  const before = new Set(readdirSync("/proc/self/task"));
  const ranks = count === null ? null : openRanks(count);
  const ofMpi = new Set(readdirSync("/proc/self/task").filter((thread) => !before.has(thread)));
  if (ranks !== null && ranks.rank > 0) {
    await followRank(ranks, threads, () => {});
    return ranks.close();
  }
  const own = openNativeEngine({ threads, ...(ranks === null ? {} : { exchange: ranks.exchange }) });
  const engine = ranks === null ? own : openMpiEngine(own, ranks);
  const isSoftmax = model === "softmax";
  const extents = { users: Number(values.users), items: Number(values.items) };
  const spec = { ...rankerPresets[isSoftmax ? "mf" : model], ...extents };
  const source = {
    ...madeUpLog(spec, Number(values.positives)),
    loss: isSoftmax ? "softmax" : "bce",
    negativesPerPositive: isSoftmax ? Number(values.block) - 1 : 4,
    negativesFrom: isSoftmax ? "batch" : "uniform",
    negativesPower: 0,
    idDropout: 0,
    batchSize: Number(batchSize),
    seed: 1,
  };
  const session = await engine.open({
    spec,
    sides: { users: null, items: null },
    loss: isSoftmax ? { name: "softmax", itemLogQ: logQOf(source) } : { name: "bce" },
    start: { parameters: madeUpParameters(spec), optimizer: null },
    optimizer: optimizerCalled(values.optimizer),
    embeddingDecay: 0,
    source,
  });
  const { rate, nanoseconds } = await rateOf(session, source, ofMpi);
  const exchanged = session.exchanged?.();
  console.log(
    JSON.stringify({
      rate,
      nanoseconds,
      bytesPerStep: exchanged === undefined ? 0 : exchanged.bytes / exchanged.steps,
    }),
  );
  session.close();
  await ranks?.send({ kind: "end" });
  ranks?.close();
}

/** Samples a second, of whole epochs; the first, in which memory is found, is not timed. */
async function rateOf(session, source, ofMpi) {
  const learningRates = new Float64Array(stepsPerEpoch(source)).fill(0.001);
  await session.train({ epoch: 0, firstStep: 0, learningRates });
  const begun = performance.now();
  const busyBefore = busyNanoseconds(ofMpi);
  let epochs = 0;
  do await session.train({ epoch: ++epochs, firstStep: 0, learningRates });
  while (performance.now() - begun < 1000 * Number(values.seconds));
  const samples = epochs * samplesPerEpoch(source);
  const rate = (1000 * samples) / (performance.now() - begun);
  return { rate, nanoseconds: (busyNanoseconds(ofMpi) - busyBefore) / samples };
}

/** Of all threads of this process but some. */
function busyNanoseconds(but) {
  const threads = readdirSync("/proc/self/task").filter((thread) => !but.has(thread));
  const spent = (thread) => Number(readFileSync(`/proc/self/task/${thread}/schedstat`, "utf8").split(" ")[0]);
  return threads.map(spent).reduce((a, b) => a + b, 0);
}

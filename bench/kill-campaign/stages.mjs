/** The commands that are killed, on a log so small that each takes about a second, and how a person goes on. */

const train = ["train", "--dataset", "d", "--model", "mf", "--epochs", "3", "--batch-size", "64", "--run", "r"];
const trained = [...train, "--optimizer", "adam", "--refit", "--checkpoint-every-steps", "4"];
const ingest = ["ingest", "--dataset", "d", "--raw", "log.csv", "--negatives", "10"];

/**
 * `needs`: the stage whose end this one starts from. `before`: commands run once on that. `again`: what is run after a
 * kill, the first that does not say status 2 (nothing to resume); else the same command.
 */
export const stages = {
  ingest: { command: ingest },
  "ingest over another": { command: [...ingest, "--min-user-interactions", "3"], needs: "ingest" },
  train: { command: trained, needs: "ingest", again: [[...trained, "--resume"], trained] },
  compare: { command: ["compare", "--study", "study.json", "--dataset", "d"], needs: "ingest" },
  score: {
    command: ["score", "--dataset", "d", "--run", "models/d/r", "--k", "3", "--output", "r.parquet"],
    needs: "train",
  },
  "score to text over another": {
    command: ["score", "--dataset", "d", "--run", "models/d/r", "--k", "3", "--output", "r.csv"],
    before: [["score", "--dataset", "d", "--run", "models/d/r", "--k", "2", "--output", "r.csv"]],
    needs: "train",
  },
  export: {
    command: ["export", "--dataset", "d", "--run", "models/d/r", "--format", "onnx,parquet,npy"],
    needs: "train",
  },
  "export over another": {
    command: ["export", "--dataset", "d", "--run", "models/d/r", "--format", "parquet,arrow"],
    before: [["export", "--dataset", "d", "--run", "models/d/r", "--format", "npy"]],
    needs: "train",
  },
  report: { command: ["report", "--run", "models/d/r"], needs: "train" },
  gate: {
    command: ["gate", "--run", "models/d/r2", "--margin", "1", "--promote", "--keep", "1"],
    before: [
      ["gate", "--run", "models/d/r", "--promote"],
      [...train.slice(0, -1), "r2", "--optimizer", "adam", "--start-from", "current"],
    ],
    needs: "train",
  },
  "warm start": {
    command: [...train.slice(0, -1), "r2", "--start-from", "models/d/r", "--refit", "all"],
    needs: "train",
    again: [
      [...train.slice(0, -1), "r2", "--start-from", "models/d/r", "--refit", "all", "--resume"],
      [...train.slice(0, -1), "r2", "--start-from", "models/d/r", "--refit", "all"],
    ],
  },
};

/** 40 users with 8 of 30 items each, a row a minute. */
export function logText() {
  const rows = ["user,item,time"];
  for (let user = 0; user < 40; user++) {
    for (let row = 0; row < 8; row++) {
      rows.push(`u${user},i${(user * 7 + row * row + row * 3) % 30},${1_600_000_000 + user * 1000 + row * 60}`);
    }
  }
  return `${rows.join("\n")}\n`;
}

export const study = {
  name: "tiny",
  title: "Tiny",
  question: "Does it come back?",
  subjects: [{ dataset: "d", model: "mf", settings: { ranker: { dot: 4 } } }],
  batchSizes: [{ size: 64, epochs: 2 }],
  space: { "optimizer.learningRate": { from: 0.002, to: 0.03 } },
  arms: [
    { name: "adam", optimizer: "adam" },
    { name: "sgd", optimizer: "sgd" },
  ],
  search: { method: "sobol", trials: 1, seed: 1 },
  seeds: { count: 2, first: 101 },
  comparisons: [["adam", "sgd"]],
  resamples: 100,
  permutations: 100,
};

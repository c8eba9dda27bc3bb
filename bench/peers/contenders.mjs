/** Who is timed: for each, whether it can run here, and the command that times one batch size. */
import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import path from "node:path";

const peersFolder = import.meta.dirname;
const root = path.join(peersFolder, "..", "..");
const python = process.env.PEER_PYTHON ?? "python3";
const torchScript = path.resolve(process.env.PEER_TORCH ?? path.join(root, "..", "shared", "peers", "ncf_torch.py"));
const sharedScript = "bench/peers/torch-shared-softmax.py";
// Past these a step takes seconds and says nothing new.
const tfjsBatchSizes = [256, 1024];

/**
 * By name. `missing(model)` is null or what is not there and how to get it; `times(batchSize, model)` whether that is
 * timed; `command(task)` the process to run, with the words to show for it (no path of this machine in them).
 */
export const contenders = {
  native: ours({ title: "lawn-ranker native, adam", optimizer: "adam" }),
  "native-lawn-adam": ours({ title: "lawn-ranker native, lawn-adam", optimizer: "lawn-adam" }),
  "native-lazy-adam": ours({ title: "lawn-ranker native, lazy-adam", optimizer: "lazy-adam" }),
  torch: torch({ title: "PyTorch eager", extra: [] }),
  "torch-sparse": torchSparse(),
  "torch-compile": torch({ title: "PyTorch --compile", extra: ["--compile"] }),
  "tfjs-cpu": tfjs("cpu"),
  "tfjs-wasm": tfjs("wasm"),
};

/** The limit that the share is taken of: torch.mm of two 1,024 x 1,024 float32 matrices. */
export const sgemm = {
  title: "sgemm 1024^3",
  missing: missingTorch,
  command: ({ threads, seconds }) => ({
    program: python,
    parameters: ["bench/sgemm/torch-sgemm.py", "--threads", `${threads}`, "--seconds", `${seconds}`],
    folder: root,
    shown: `$PEER_PYTHON bench/sgemm/torch-sgemm.py --threads ${threads} --seconds ${seconds}`,
  }),
};

/** Ours, end to end: bench/throughput.mjs draws negatives, shuffles and steps through TrainingSession.train. */
export function ourCommand({ model, batchSize, threads, seconds, optimizer = "adam" }) {
  const words = ["--import", "./bench/peers/report-peak.mjs", "bench/throughput.mjs", "--engine", "native"];
  words.push("--optimizer", optimizer, "--batch-sizes", `${batchSize}`, "--threads", `${threads}`);
  words.push("--seconds", `${seconds}`, "--users", `${model.users}`, "--items", `${model.items}`);
  words.push("--gmf", `${model.gmf}`, "--embedding", `${model.embedding}`, "--tower", model.tower.slice(1).join(","));
  if (isShared(model)) {
    words.push("--dot", `${model.dot}`, "--temperature", `${model.temperature}`, "--positives", `${model.positives}`);
    words.push("--loss", "softmax", "--negatives", `${model.sharedNegatives}`, "--negatives-from", "shared");
    words.push("--span-samples", "65536");
  }
  return { program: process.execPath, parameters: words, folder: root, shown: `node ${words.join(" ")}` };
}

function ours({ title, optimizer }) {
  return {
    title,
    missing: () => null,
    times: () => true,
    command: (task) => ourCommand({ ...task, optimizer }),
  };
}

function torch({ title, extra }) {
  return {
    title,
    missing: (model) =>
      isShared(model) || existsSync(torchScript) ? missingTorch() : "no ncf_torch.py; say where it is: PEER_TORCH=path",
    times: (_, model) => !isShared(model) || extra.length === 0,
    command: ({ threads, ...task }) => {
      const [script, shown] = isShared(task.model) ? [sharedScript, sharedScript] : [torchScript, "$PEER_TORCH"];
      const words = [
        ...(isShared(task.model) ? sharedWords(task) : peerWords(task)),
        "--threads",
        `${threads}`,
        ...extra,
      ];
      return {
        program: python,
        parameters: [script, ...words],
        folder: root,
        shown: `$PEER_PYTHON ${shown} ${words.join(" ")}`,
      };
    },
  };
}

/** PyTorch's rule for the rows of a batch, of the same NeuMF. */
function torchSparse() {
  return {
    title: "PyTorch SparseAdam",
    missing: missingTorch,
    times: () => true,
    command: ({ model, batchSize, threads, seconds }) => {
      const words = ["bench/peers/torch-sparse-adam.py", "--batch-size", `${batchSize}`, "--threads", `${threads}`];
      words.push("--seconds", `${seconds}`, "--users", `${model.users}`, "--items", `${model.items}`);
      words.push("--gmf", `${model.gmf}`, "--embedding", `${model.embedding}`, "--layers", model.tower.join(","));
      return { program: python, parameters: words, folder: root, shown: `$PEER_PYTHON ${words.join(" ")}` };
    },
  };
}

function tfjs(backend) {
  return {
    title: `TensorFlow.js ${backend}, 1 thread`,
    missing: missingTfjs,
    times: (batchSize, model) => !isShared(model) && tfjsBatchSizes.includes(batchSize),
    command: (task) => {
      const words = ["bench/peers/tfjs-neumf.mjs", "--backend", backend, ...peerWords(task)];
      return { program: process.execPath, parameters: words, folder: root, shown: `node ${words.join(" ")}` };
    },
  };
}

function isShared({ sharedNegatives }) {
  return sharedNegatives !== undefined;
}

function sharedWords({ model, batchSize, seconds }) {
  const words = ["--batch-sizes", `${batchSize}`, "--seconds", `${seconds}`];
  words.push("--users", `${model.users}`, "--items", `${model.items}`, "--dot", `${model.dot}`);
  words.push("--negatives", `${model.sharedNegatives}`, "--temperature", `${model.temperature}`);
  return words;
}

function peerWords({ model, batchSize, seconds }) {
  const words = ["--batch-sizes", `${batchSize}`, "--seconds", `${seconds}`];
  words.push("--users", `${model.users}`, "--items", `${model.items}`);
  words.push("--gmf", `${model.gmf}`, "--embedding", `${model.embedding}`, "--layers", model.tower.join(","));
  return words;
}

function missingTorch() {
  try {
    execFileSync(python, ["-c", "import torch"], { stdio: "ignore" });
    return null;
  } catch {
    return "no Python that imports torch; say which does: PEER_PYTHON=path";
  }
}

/** The peer's packages are installed beside it on first use: they are no part of lawn-ranker. */
function missingTfjs() {
  if (existsSync(path.join(peersFolder, "node_modules", "@tensorflow", "tfjs"))) return null;
  console.error("installing TensorFlow.js into bench/peers/node_modules (about 300 MB), once");
  try {
    execFileSync("npm", ["ci", "--ignore-scripts", "--no-audit", "--no-fund"], { cwd: peersFolder, stdio: "ignore" });
    return null;
  } catch {
    return "npm ci failed in bench/peers; is the package registry within reach?";
  }
}

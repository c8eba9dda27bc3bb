/**
 * Our native engine beside NeuMF in eager (and compiled) PyTorch, in the same run, as ratios. One JSON line per batch size.
 *
 *   node bench/peers.mjs --peer ../shared/peers/ncf_torch.py --python python3 [--compile] [--batch-sizes 256,8192,65536]
 *                        [--threads 2] [--seconds 4] [--rounds 3] [--gmf 8 --embedding 32 --tower 32,16,8]
 *
 * Ours is counted end to end, sampling and shuffling included; the peer's step alone. Rounds alternate, so that a busy minute
 * hits both; medians are reported. The limit is PyTorch's own float32 product of 1024^3 on as many threads: shareOfProduct is the
 * arithmetic a step nominally needs (2 operations per weight of the tower, forward and twice backward) at our rate, over that
 * product's rate. It may pass 1: the first layer is computed per distinct row, not per sample.
 */
import { spawnSync } from "node:child_process";
import path from "node:path";
import { parseArgs } from "node:util";

const { values } = parseArgs({
  options: {
    peer: { type: "string", default: "../shared/peers/ncf_torch.py" },
    python: { type: "string", default: "python3" },
    compile: { type: "boolean", default: false },
    "batch-sizes": { type: "string", default: "256,1024,8192,65536,1048576" },
    threads: { type: "string", default: "2" },
    seconds: { type: "string", default: "4" },
    rounds: { type: "string", default: "3" },
    gmf: { type: "string", default: "8" },
    embedding: { type: "string", default: "32" },
    tower: { type: "string", default: "32,16,8" },
  },
});
const widths = [2 * Number(values.embedding), ...values.tower.split(",").map(Number)];
const towerWeights = widths.slice(1).reduce((sum, width, layer) => sum + width * widths[layer], 0);
const operationsPerSample = 3 * 2 * towerWeights;

for (const batchSize of values["batch-sizes"].split(",")) {
  const ours = [];
  const theirs = [];
  const products = [];
  let peer = "";
  for (let round = 0; round < Number(values.rounds); round++) {
    ours.push(runOurs(batchSize).samplesPerSecond);
    const found = runPeer(batchSize);
    theirs.push(found.samplesPerSecond);
    peer = found.peer;
    products.push(runProduct());
  }
  const [our, their, product] = [ours, theirs, products].map(median);
  console.log(
    JSON.stringify({
      batchSize: Number(batchSize),
      threads: Number(values.threads),
      peer: values.compile ? `${peer}, compiled` : peer,
      oursPerSecond: our,
      theirsPerSecond: their,
      ratio: Number((our / their).toFixed(2)),
      oursSpread: [Math.min(...ours), Math.max(...ours)],
      theirsSpread: [Math.min(...theirs), Math.max(...theirs)],
      productGigaflops: Number(product.toFixed(1)),
      shareOfProduct: Number(((our * operationsPerSample) / (product * 1e9)).toFixed(3)),
    }),
  );
}

function runOurs(batchSize) {
  const script = path.join(import.meta.dirname, "throughput.mjs");
  const shape = ["--gmf", values.gmf, "--embedding", values.embedding, "--tower", values.tower];
  const limits = ["--batch-sizes", batchSize, "--threads", values.threads, "--seconds", values.seconds];
  return JSON.parse(run(process.execPath, [script, ...shape, ...limits]));
}

function runPeer(batchSize) {
  const shape = ["--gmf", values.gmf, "--embedding", values.embedding, "--layers", widths.join(",")];
  const limits = ["--batch-sizes", batchSize, "--threads", values.threads, "--seconds", values.seconds];
  return JSON.parse(run(values.python, [values.peer, ...shape, ...limits, ...(values.compile ? ["--compile"] : [])]));
}

/** Billions of float32 operations a second in a product of two 1024 x 1024 matrices. */
function runProduct() {
  const program = `
import time, torch
torch.set_num_threads(${Number(values.threads)})
a, b = torch.rand(1024, 1024), torch.rand(1024, 1024)
for _ in range(5): a @ b
n, t = 0, time.perf_counter()
while time.perf_counter() - t < 1: a @ b; n += 1
print(n * 2 * 1024**3 / (time.perf_counter() - t) / 1e9)`;
  return Number(run(values.python, ["-c", program]));
}

function run(command, args) {
  const result = spawnSync(command, args, { encoding: "utf8" });
  if (result.status !== 0) throw new Error(`${command} ${args[0]} failed: ${result.stderr || result.error}`);
  return result.stdout.trim().split("\n").at(-1);
}

function median(values) {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];
}

/**
 * What ranking the full catalogue costs beside the bare matrix product of its size: CPU seconds, one thread each, taken
 * in turn, so that drift of the machine hits all alike. Parameters and held-out items are made up; sizes are Gowalla's.
 * Usage: node bench/catalogue/full-catalogue.mjs [--users 29858] [--items 40981] [--width 64] [--repetitions 5]
 * PEER_PYTHON (python3): a Python that imports numpy; CXX (c++): a compiler, for the engine's own bare product.
 */
import { execFileSync } from "node:child_process";
import { mkdirSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { parseArgs } from "node:util";
import { popularityScorer } from "../../dist/src/baselines/popularity.js";
import { openNativeScoring } from "../../dist/src/engine/native/native-scoring.js";
import { measureBeyondAccuracy } from "../../dist/src/evaluation/beyond-accuracy.js";
import { evaluateRanker } from "../../dist/src/evaluation/evaluate-ranker.js";

const { values } = parseArgs({
  options: {
    users: { type: "string", default: "29858" },
    items: { type: "string", default: "40981" },
    width: { type: "string", default: "64" },
    repetitions: { type: "string", default: "5" },
  },
});
const [users, items, width, repetitions] = [values.users, values.items, values.width, values.repetitions].map(Number);
const OWN = 27; // train items of a user, as in Gowalla
const root = path.resolve(import.meta.dirname, "../..");

let state = 1;
/** In [0, 1): a linear congruential generator, for made-up numbers alone. */
const draw = () => {
  state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
  return state / 2 ** 32;
};
const floats = (length) => Float32Array.from({ length }, () => draw() - 0.5);
/** Few items have most of the interactions. */
const someItem = () => Math.floor(items * draw() ** 3);

const userColumn = Uint32Array.from({ length: users * OWN }, (_, row) => Math.floor(row / OWN));
const itemColumn = Uint32Array.from(userColumn, someItem);
const train = { users, items, userColumn, itemColumn, weights: null, length: users * OWN };
const masked = {
  offsets: Uint32Array.from({ length: users + 1 }, (_, user) => user * OWN),
  itemsSorted: Uint32Array.from(itemColumn),
};
for (let user = 0; user < users; user++) masked.itemsSorted.subarray(user * OWN, (user + 1) * OWN).sort();
const candidates = {
  split: "test",
  users: Uint32Array.from({ length: users }, (_, user) => user),
  positiveOffsets: Uint32Array.from({ length: users + 1 }, (_, user) => user),
  positives: Uint32Array.from({ length: users }, someItem),
  negativeOffsets: new Uint32Array(users + 1),
  negatives: new Uint32Array(0),
};

const spec = { users, items, dot: width, gmf: 0, embedding: 0, tower: [], idBiases: true, cosineTemperature: null };
const parameters = new Map([
  ["userDot", floats(users * width)],
  ["itemDot", floats(items * width)],
  ["userBias", floats(users)],
  ["itemBias", floats(items).map((value) => value - 2)],
  ["head.bias", new Float32Array(1)],
]);
const session = openNativeScoring({ spec, parameters }, { threads: 1 });
const mf = { ...session, users, items };

/** HR, NDCG and the others alone, or with lists, AUC, deciles and calibration. */
async function evaluate(scorer, { beyond, calibrates }) {
  const k = 10;
  const besides = beyond ? { besides: { k, calibrates } } : {};
  const evaluation = await evaluateRanker(scorer, candidates, { ks: [k], masked, ...besides });
  if (!beyond) return;
  await measureBeyondAccuracy({
    scorer,
    candidates,
    evaluation,
    k,
    seen: masked,
    train,
    histories: train,
    features: null,
    negativesPerPositive: calibrates ? 4 : null,
  });
}

const build = path.join(root, "build/bench");
mkdirSync(build, { recursive: true });
const isa = session.description.includes("AVX-512") ? "avx512" : session.description.includes("AVX2") ? "avx2" : null;
const flags = {
  avx512: ["-mavx512f", "-mavx512dq", "-mavx512vl", "-mavx512bw", "-mfma"],
  avx2: ["-mavx2", "-mfma"],
};
const product = path.join(build, "bare-product");
execFileSync(process.env.CXX ?? "c++", [
  ...["-std=c++2a", "-O3", "-DNDEBUG", "-fno-math-errno", "-ffp-contract=fast", "-Wno-psabi"],
  ...(flags[isa] ?? []),
  ...[`-DLAWN_ISA=${isa ?? "baseline"}`, `-I${root}/src/engine/native`],
  ...[path.join(root, "bench/catalogue/bare-product.cpp"), "-o", product],
]);
const sizes = [users, items, width].map(String);
const env = { ...process.env, OMP_NUM_THREADS: "1", OPENBLAS_NUM_THREADS: "1", MKL_NUM_THREADS: "1" };
const python = [path.join(root, "bench/catalogue/bare_product.py"), ...sizes];

const cpuOf = async (work) => {
  const before = process.cpuUsage();
  await work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1e6;
};
const contenders = {
  "bare product, the engine's": () => Number(execFileSync(product, sizes)),
  "bare product, numpy": () => Number(execFileSync(process.env.PEER_PYTHON ?? "python3", python, { env })),
  "mf: ranks alone": () => cpuOf(() => evaluate(mf, { beyond: false })),
  "mf: ranks, lists, AUC, deciles": () => cpuOf(() => evaluate(mf, { beyond: true, calibrates: false })),
  "mf: all of these and calibration": () => cpuOf(() => evaluate(mf, { beyond: true, calibrates: true })),
  "popularity: ranks, lists, AUC, deciles": () =>
    cpuOf(() => evaluate(popularityScorer(train), { beyond: true, calibrates: false })),
};
const seconds = Object.fromEntries(Object.keys(contenders).map((name) => [name, []]));
for (let repetition = 0; repetition < repetitions; repetition++) {
  for (const [name, measure] of Object.entries(contenders)) seconds[name].push(await measure());
}
const spread = (numbers) => {
  const sorted = [...numbers].sort((a, b) => a - b);
  const round = (value) => Number(value.toFixed(3));
  return { median: round(sorted[sorted.length >> 1]), from: round(sorted[0]), to: round(sorted.at(-1)) };
};
const overLimit = (name, limit) => spread(seconds[name].map((value, at) => value / seconds[limit][at]));
for (const name of Object.keys(contenders)) {
  console.log(
    JSON.stringify({
      name,
      cpuSeconds: spread(seconds[name]),
      overTheEngines: overLimit(name, "bare product, the engine's"),
      overNumpy: overLimit(name, "bare product, numpy"),
    }),
  );
}
console.log(
  JSON.stringify({
    users,
    items,
    width,
    repetitions,
    engine: session.description,
    cpu: os.cpus()[0].model,
    load: os.loadavg(),
  }),
);
session.close();

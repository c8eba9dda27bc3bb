/**
 * What the native binary of an installed lawn-ranker computes: run by the Node of any platform.
 *
 *   node packaging/prove-engine.mjs PACKAGE OUTPUT
 *
 * PACKAGE is the folder of the installed package. OUTPUT becomes JSON: which binary was loaded, and for each training
 * of `trainings`, instruction set and number of threads a hash of all that it gave, and how far its parameters are from
 * the reference engine's in float64. A file, for not every foreign Node can write to a pipe.
 */
import { createHash } from "node:crypto";
import { writeFileSync } from "node:fs";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { madeUpLog, madeUpParameters, optimizerCalled } from "../bench/made-up-task.mjs";

const [folder, output] = process.argv.slice(2);
const engineFolder = path.resolve(folder, "dist/src/engine");
const load = (file) => import(pathToFileURL(path.join(engineFolder, file)).href);
const { loadNativeAddon } = await load("native/native-addon.js");
const { openNativeEngine } = await load("native/native-engine.js");
const { openEngine } = await load("open-engine.js");

const uniform = { negativesPerPositive: 4, negativesFrom: "uniform", negativesPower: 0 };
const cosines = {
  users: 301,
  items: 203,
  dot: 19,
  gmf: 0,
  embedding: 0,
  tower: [],
  idBiases: false,
  cosineTemperature: 0.2,
};

/** Widths that no vector divides, every path, loss and source of negatives, LAWN by layers and by rows. */
const trainings = [
  {
    name: "neumf, bce, lawn-adam",
    spec: {
      users: 301,
      items: 203,
      dot: 0,
      gmf: 8,
      embedding: 16,
      tower: [32, 16, 8],
      idBiases: false,
      cosineTemperature: null,
    },
    loss: { name: "bce" },
    negatives: uniform,
    optimizer: "lawn-adam",
  },
  {
    name: "mf, bpr, lawn-row-momentum",
    spec: { users: 301, items: 203, dot: 19, gmf: 0, embedding: 0, tower: [], idBiases: true, cosineTemperature: null },
    loss: { name: "bpr" },
    negatives: { ...uniform, negativesFrom: "popularity", negativesPower: 0.75 },
    optimizer: "lawn-row-momentum",
  },
  {
    name: "all paths, bce, lamb",
    spec: {
      users: 301,
      items: 203,
      dot: 5,
      gmf: 7,
      embedding: 9,
      tower: [13, 6],
      idBiases: true,
      cosineTemperature: null,
    },
    loss: { name: "bce" },
    negatives: uniform,
    optimizer: "lamb",
  },
  {
    name: "cosines, softmax, shared, lawn-momentum",
    spec: cosines,
    loss: { name: "softmax", itemLogQ: null },
    negatives: { negativesPerPositive: 37, negativesFrom: "shared", negativesPower: 0 },
    optimizer: "lawn-momentum",
  },
  {
    name: "cosines, ccl, batch, momentum",
    spec: cosines,
    loss: { name: "ccl", margin: 0.1, negativeWeight: 20 },
    negatives: { negativesPerPositive: 50, negativesFrom: "batch", negativesPower: 0 },
    optimizer: "momentum",
  },
  {
    // No rule that divides by the gradient's size: of a user's units that fire for every item the slopes cancel, and
    // what float32 leaves of them would become whole steps.
    name: "mlp, softmax, shared, momentum",
    spec: { ...cosines, dot: 0, embedding: 9, tower: [13, 6], cosineTemperature: null },
    loss: { name: "softmax", itemLogQ: null },
    negatives: { negativesPerPositive: 11, negativesFrom: "shared", negativesPower: 0.5 },
    optimizer: "momentum",
  },
];
const STEPS = 12;

const results = { cpu: process.arch, node: process.version, origin: "", trainings: [] };
try {
  const found = loadNativeAddon();
  if (found.addon === null) throw new Error(`${found.reason}; ${found.remedy}`);
  results.origin = found.origin;
  const sets = ["baseline", "avx2", "avx512"].filter((name) => found.addon.instructionSet(name) === name);
  for (const training of trainings) results.trainings.push(...(await trainOn(sets, training)));
} catch (error) {
  results.problem = error.message;
}
writeFileSync(output, `${JSON.stringify(results, null, 2)}\n`);

async function trainOn(sets, training) {
  const { name } = training;
  const expected = await train(await openEngine("reference"), training, Float64Array);
  const rows = [];
  for (const instructionSet of sets) {
    for (const threads of [1, 3]) {
      const result = await train(openNativeEngine({ threads, instructionSet }), training, Float32Array);
      rows.push({ name, instructionSet, threads, hash: hashOf(result), error: errorOf(result, expected) });
    }
  }
  return rows;
}

/** Arrays: losses, every parameter, and the scores of all items for ten users. */
async function train(engine, { spec, loss, negatives, optimizer }, Floats) {
  const { interactions, seen } = madeUpLog(spec, 6000);
  const parameters = new Map([...madeUpParameters(spec)].map(([name, values]) => [name, Floats.from(values)]));
  const session = await engine.open({
    spec,
    loss,
    start: { parameters, optimizer: null },
    optimizer: optimizerCalled(optimizer),
    sides: { users: null, items: null },
    embeddingDecay: 0,
    source: { interactions, seen, loss: loss.name, ...negatives, idDropout: 0, batchSize: 500, seed: 1 },
  });
  try {
    const losses = await session.train({ epoch: 0, firstStep: 0, learningRates: new Float64Array(STEPS).fill(0.01) });
    const { parameters: trained } = await session.snapshot();
    const scores = await session.scorer.catalogue(Uint32Array.from({ length: 10 }, (_, user) => user));
    return { losses, scores, parameters: [...trained.values()] };
  } finally {
    session.close();
  }
}

function hashOf({ losses, scores, parameters }) {
  const hash = createHash("sha256");
  for (const { buffer, byteOffset, byteLength } of [losses, scores, ...parameters]) {
    hash.update(new Uint8Array(buffer, byteOffset, byteLength));
  }
  return hash.digest("hex");
}

/** The largest difference of any value, as a share of the largest value of its tensor. */
function errorOf(result, expected) {
  const arrays = ({ losses, scores, parameters }) => [losses, scores, ...parameters];
  const wanted = arrays(expected);
  return Math.max(
    ...arrays(result).map((values, k) => {
      let [difference, largest] = [0, 0];
      for (let i = 0; i < values.length; i++) {
        difference = Math.max(difference, Math.abs(values[i] - wanted[k][i]));
        largest = Math.max(largest, Math.abs(wanted[k][i]));
      }
      return difference / largest;
    }),
  );
}

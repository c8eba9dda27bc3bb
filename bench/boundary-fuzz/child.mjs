/**
 * Cases [first, end) of the boundary fuzz, in a process that may die of them. Says on its channel which case begins,
 * and at the end what came of all calls.
 */
import { parseArgs } from "node:util";
import { groupItemsByUser } from "../../dist/src/dataset/interaction-dataset.js";
import { openNativeAlgebra } from "../../dist/src/engine/native/native-algebra.js";
import { openEngine } from "../../dist/src/engine/open-engine.js";
import { openScoring } from "../../dist/src/engine/open-scoring.js";
import { ConfigError, DataError, EngineError } from "../../dist/src/errors.js";
import { parametersOf, sizeOf } from "../../dist/src/ranker/ranker-spec.js";
import { callAddon } from "./addon-calls.mjs";
import { malformed, openDraws } from "./malformed.mjs";

const { values } = parseArgs({
  options: {
    engine: { type: "string" },
    first: { type: "string" },
    end: { type: "string" },
    seed: { type: "string" },
  },
});
const engines = await Promise.all(
  values.engine === "native" ? [1, 3].map((threads) => openEngine("native", { threads })) : [openEngine(values.engine)],
);
const outcomes = { answered: 0, EngineError: 0, ConfigError: 0, DataError: 0 };
const foreign = [];
let current = 0;

/** A call's end, whatever it is; only our own errors may come back. */
async function settle(what, call) {
  try {
    const result = await call();
    outcomes.answered++;
    return result;
  } catch (error) {
    const own = [EngineError, ConfigError, DataError].find((type) => error instanceof type);
    if (own === undefined) foreign.push(`case ${current}, ${what}: ${error?.stack ?? String(error)}`);
    else outcomes[own.name]++;
    return undefined;
  }
}

function specOf({ below, isOnce, oneOf }) {
  const embedding = isOnce(2) ? 1 + below(20) : 0;
  const dot = isOnce(2) || embedding === 0 ? 1 + below(9) : 0;
  return {
    users: 2 + below(9),
    items: 3 + below(40),
    dot,
    gmf: isOnce(2) ? 1 + below(9) : 0,
    embedding,
    tower: embedding > 0 ? oneOf([[], [5], [17, 4]]) : [],
    idBiases: isOnce(2),
    cosineTemperature: dot > 0 && isOnce(2) ? 0.5 : null,
  };
}

const column = (length, extent, { below }) => Uint32Array.from({ length }, () => below(extent));

const weightsOf = (length, { isOnce, below }) => (isOnce(2) ? Float32Array.from({ length }, () => below(9) / 4) : null);

function sourceOf({ users, items }, loss, draws) {
  const length = 4 + draws.below(60);
  // The last item is nobody's, so that everybody has a negative.
  const userColumn = column(length, users, draws);
  const weights = weightsOf(length, draws);
  const isListed = loss === "softmax" || loss === "ccl";
  const negativesFrom = draws.oneOf(
    isListed ? ["uniform", "popularity", "shared", "batch"] : ["uniform", "popularity"],
  );
  const interactions = { users, items, length, userColumn, itemColumn: column(length, items - 1, draws), weights };
  const batchSize = 1 + draws.below(40);
  return {
    interactions,
    seen: groupItemsByUser(interactions),
    loss,
    negativesPerPositive: 2,
    negativesFrom,
    negativesPower: negativesFrom === "shared" ? draws.below(2) : 0,
    idDropout: 0,
    batchSize,
    seed: 1,
  };
}

function batchOf({ users, items }, loss, draws) {
  const length = 1 + draws.below(300);
  const pair = { length, users: column(length, users, draws), weights: weightsOf(length, draws), idDropout: null };
  if (loss === "bce") {
    return {
      ...pair,
      kind: "pointwise",
      items: column(length, items, draws),
      labels: new Float32Array(length).fill(1),
    };
  }
  const positives = column(length, items, draws);
  if (loss === "bpr") return { ...pair, kind: "pairwise", positives, negatives: column(length, items, draws) };
  const blockRows = draws.oneOf([1, 1 + draws.below(50)]);
  const perBlock = 1 + draws.below(9);
  const negatives = column(Math.ceil(length / blockRows) * perBlock, items, draws);
  // Every row leaves out one of them.
  const offsets = Uint32Array.from({ length: length + 1 }, (_, row) => row);
  const masked = draws.isOnce(2) ? { offsets, places: column(length, perBlock, draws) } : null;
  return { ...pair, kind: "listwise", positives, blockRows, negatives, masked };
}

const lawn = { switchAt: { kind: "step", step: 1 }, scope: "all", granularity: "row", project: "both", state: "keep" };

function optionsOf(draws) {
  const any = specOf(draws);
  const loss = draws.oneOf(["bce", "bpr", "softmax", "ccl"]);
  const { users, items } = any;
  const cosines = { users, items, dot: 3, gmf: 0, embedding: 0, tower: [], idBiases: false, cosineTemperature: 1 };
  const spec = loss === "ccl" ? cosines : any;
  const itemLogQ = draws.isOnce(2) ? new Float32Array(spec.items) : null;
  const config = { name: loss, itemLogQ, margin: 0.1, negativeWeight: 2 };
  const parameters = new Map(
    parametersOf(spec).map(({ name, shape }) => [name, new Float32Array(sizeOf(shape)).fill(0.1)]),
  );
  const base = { name: "adam", beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weightDecay: 0 };
  const optimizer = { base, lawn: draws.isOnce(2) ? { ...lawn, constrainBiases: draws.isOnce(2) } : null };
  const source = draws.isOnce(4) ? null : sourceOf(spec, loss, draws);
  const sides = { users: null, items: null };
  return { spec, sides, loss: config, start: { parameters, optimizer: null }, optimizer, embeddingDecay: 0, source };
}

function requestOf({ users, items }, draws) {
  const asked = column(draws.below(6), users, draws);
  const offsets = Uint32Array.from({ length: asked.length + 1 }, (_, row) => 2 * row);
  const masked = { offsets, items: column(2 * asked.length, items, draws) };
  return { users: asked, k: 1 + draws.below(50), ...(draws.isOnce(2) ? { masked } : {}) };
}

async function trainingCase(draws) {
  const good = optionsOf(draws);
  const { spec } = good;
  const loss = good.loss.name;
  const maybe = (value, times = 2) => (draws.isOnce(times) ? malformed(value, draws, spec.items) : value);
  const session = await settle("open", () => draws.oneOf(engines).open(maybe(good)));
  if (session === undefined) return;
  const span = () => ({
    epoch: draws.below(3),
    firstStep: 0,
    learningRates: new Float64Array(draws.below(3)).fill(0.1),
  });
  const { scorer } = session;
  const calls = {
    step: () => session.step(maybe(batchOf(spec, loss, draws)), maybe(0.1, 6)),
    gradient: () => session.gradient(maybe(batchOf(spec, loss, draws))),
    train: () => session.train(maybe(span())),
    pairs: () => scorer.pairs(maybe(column(5, spec.users, draws)), maybe(column(5, spec.items, draws))),
    catalogue: () => scorer.catalogue(maybe(column(3, spec.users, draws))),
    top: () => scorer.top?.(maybe(requestOf(spec, draws))),
    resume: async () =>
      draws
        .oneOf(engines)
        .open({ ...good, start: maybe(await session.snapshot()) })
        .then((s) => s.close()),
    close: () => session.close(),
    // Memory taken away while the call waits for its turn.
    transfer: () => {
      const batch = batchOf(spec, loss, draws);
      const answer = session.step(batch, 0.1);
      structuredClone(batch.users.buffer, { transfer: [batch.users.buffer] });
      return answer;
    },
  };
  const names = Object.keys(calls).filter((name) => name !== "close" || draws.isOnce(4));
  const running = [];
  for (let call = 0; call < 6; call++) {
    const name = draws.oneOf(names);
    const ended = settle(name, async () => calls[name]());
    if (draws.isOnce(2)) await ended;
    else running.push(ended);
  }
  if (draws.isOnce(2)) session.close();
  if (draws.isOnce(30)) globalThis.gc?.();
  await Promise.all(running);
  session.close();
}

async function scoringCase(draws) {
  const { spec, start } = optionsOf(draws);
  const given = { spec, parameters: start.parameters };
  const maybe = (value) => (draws.isOnce(2) ? malformed(value, draws, spec.items) : value);
  const engine = values.engine === "native" ? "native" : "reference";
  const session = await settle("open scoring", async () => openScoring(maybe(given), { engine }));
  if (session === undefined) return;
  const answers = Array.from({ length: 4 }, () => settle("top", () => session.top(maybe(requestOf(spec, draws)))));
  if (draws.isOnce(2)) session.close();
  await Promise.all(answers);
  session.close();
}

async function algebraCase(draws) {
  const algebra = openNativeAlgebra({ threads: 2 });
  const [rows, others, width] = [1 + draws.below(20), 1 + draws.below(9), 1 + draws.below(9)];
  const sweep = {
    offsets: Uint32Array.from({ length: rows + 1 }, (_, row) => 2 * row),
    columns: column(2 * rows, others, draws),
    confidences: weightsOf(2 * rows, draws),
    width,
    other: new Float32Array(others * width).fill(0.5),
    ridge: new Float64Array(rows).fill(1),
    weight: 1,
    own: new Float32Array(rows * width),
  };
  await settle("sweep", () => algebra.sweep(malformed(sweep, draws, others)));
  const identity = new Float32Array(width * width).map((_, at) => (at % (width + 1) === 0 ? 1 : 0));
  const isMatrixBad = draws.isOnce(2);
  const matrix = isMatrixBad ? malformed(identity, draws) : identity;
  await settle("invert", () => algebra.invert(matrix, isMatrixBad ? width : malformed(width, draws)));
}

const first = Number(values.first);
const end = Number(values.end);
for (current = first; current < end; current++) {
  process.send?.({ begins: current });
  const draws = openDraws(Number(values.seed), current);
  const kind = draws.below(10);
  if (kind < 6 || values.engine !== "native") await (kind % 5 === 0 ? scoringCase(draws) : trainingCase(draws));
  else if (kind === 6) await scoringCase(draws);
  else if (kind === 7) await algebraCase(draws);
  else await callAddon(draws, outcomes);
}
process.send?.({ outcomes, foreign });
process.disconnect?.();

/**
 * Fold-in against training: people who were kept out of a log, folded into the ranker of the others, beside the same
 * people in the ranker of the whole log; with the same rows of train and the same sampled candidates.
 *
 *   node bench/serving/fold-in.mjs --whole DATASET --without DATASET --runs NAME,... [--split test] [--every 1]
 *
 * The second dataset is the first without some of its users; both have runs of these names, of the same settings and
 * without --refit. A JSON line a run: HR@10 and NDCG@10 of both, iterations, and milliseconds of processor time that
 * solving for a person takes. --every 2 takes every second person.
 */
import path from "node:path";
import { performance } from "node:perf_hooks";
import { parseArgs } from "node:util";
import { matchIds } from "../../dist/pipelines/dataset/match-ids.js";
import { loadDataset } from "../../dist/pipelines/dataset/stored-dataset.js";
import { readVocabulary } from "../../dist/pipelines/dataset/vocabulary-files.js";
import { openFoldInOfRun } from "../../dist/pipelines/fold-in/fold-in-of-run.js";
import { loadRun } from "../../dist/pipelines/runs/stored-run.js";
import { someCases } from "../../dist/src/dataset/evaluation-candidates.js";
import { groupItemsByUser } from "../../dist/src/dataset/interaction-dataset.js";
import { countsOf } from "../../dist/src/dataset/popularity-draws.js";
import { openReferenceScoring } from "../../dist/src/engine/reference/reference-scoring.js";
import { evaluateRanker } from "../../dist/src/evaluation/evaluate-ranker.js";
import { carryRanker, NO_ROW } from "../../dist/src/ranker/carry-rows.js";

const { values } = parseArgs({
  options: {
    data: { type: "string", default: "data" },
    models: { type: "string", default: "models" },
    whole: { type: "string" },
    without: { type: "string" },
    runs: { type: "string" },
    split: { type: "string", default: "test" },
    every: { type: "string", default: "1" },
  },
});
const read = async (name) => {
  const directory = path.join(values.data, name);
  const dataset = await loadDataset(directory);
  return { directory, dataset, description: dataset.description };
};
const [whole, without] = [await read(values.whole), await read(values.without)];
const vocabulary = async (kind) => {
  const here = await readVocabulary(whole.directory, kind, whole.description);
  const there = await readVocabulary(without.directory, kind, without.description);
  return { here, there, sources: matchIds(here.ids, there.ids).sources };
};
const [users, items] = [await vocabulary("user"), await vocabulary("item")];
const isKeptOut = (user) => users.sources[user] === NO_ROW;
const known = [whole.dataset.train, whole.dataset.known];
const trainOf = groupItemsByUser(whole.dataset.train);
const candidates = someCases(
  values.split === "test" ? whole.dataset.candidatesTest : whole.dataset.candidatesValidation,
  (user) => isKeptOut(user) && Math.floor(user / 10) % Number(values.every) === 0,
);

for (const name of values.runs.split(",")) {
  const trained = await loadRun(path.join(values.models, values.whole, name), "selected").catch(() => null);
  const other = await loadRun(path.join(values.models, values.without, name), "selected");
  const carried = carryRanker(other, { users: users.sources, items: items.sources }, whole.description);
  const trainedUsers = Uint32Array.from(users.sources.keys()).filter((user) => !isKeptOut(user));
  const began = performance.now();
  const foldIn = openFoldInOfRun({
    run: other,
    ...carried,
    users: trainedUsers,
    items: Uint32Array.from(items.sources.keys()).filter((item) => items.sources[item] !== NO_ROW),
    itemCounts: countsOf(whole.dataset.train.itemColumn, carried.spec.items),
  });
  const openMs = performance.now() - began;
  const times = [];
  let iterations = 0;
  for (const user of candidates.users) {
    const own = trainOf.itemsSorted
      .subarray(trainOf.offsets[user], trainOf.offsets[user + 1])
      .filter((item) => items.sources[item] !== NO_ROW);
    const start = process.cpuUsage();
    const solution = foldIn.solveInto(
      { items: own, weights: new Float64Array(own.length).fill(1) },
      carried.parameters,
      user,
    );
    const { user: cpu, system } = process.cpuUsage(start);
    times.push({ ms: (cpu + system) / 1000, items: own.length });
    iterations += solution.iterations;
  }
  const measured = {};
  for (const [which, ranker] of [...(trained ? [["trained", trained]] : []), ["foldedIn", carried]]) {
    const session = openReferenceScoring(ranker);
    const scorer = {
      users: ranker.spec.users,
      items: ranker.spec.items,
      pairs: (u, i) => session.pairs(u, i),
      catalogue: async () => {
        throw new Error("wants sampled candidates");
      },
    };
    const { metrics } = await evaluateRanker(scorer, candidates, {
      ks: [10],
      seen: groupItemsByUser(...known),
    });
    measured[which] = { "HR@10": metrics["HR@10"], "NDCG@10": metrics["NDCG@10"] };
  }
  const at = (some) => {
    const sorted = times
      .filter(some)
      .map(({ ms }) => ms)
      .sort((a, b) => a - b);
    const quantile = (share) => Number((sorted[Math.ceil(share * sorted.length) - 1] ?? Number.NaN).toFixed(2));
    return { people: sorted.length, p50Ms: quantile(0.5), p99Ms: quantile(0.99) };
  };
  console.log(
    JSON.stringify({
      run: name,
      split: values.split,
      people: candidates.users.length,
      ...measured,
      differenceOfHR: measured.foldedIn["HR@10"] - measured.trained?.["HR@10"],
      iterations: iterations / candidates.users.length,
      openMs: Math.round(openMs),
      "40 to 60 items": at(({ items: own }) => own >= 40 && own <= 60),
      all: at(() => true),
    }),
  );
}

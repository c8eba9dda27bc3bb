/**
 * How long one request to a loaded ranker takes: the top 10 of a user, seen items left out, the scores of 100 pairs,
 * and the top 10 of somebody who is not in the log and has 50 items.
 * Usage: node bench/serve-latency.mjs RUN DATASET [requests]
 * Prints one JSON line for each engine, request and number of callers at once; meanCpuMs is of all of its threads, and
 * tells something on a busy machine too.
 */
import { performance } from "node:perf_hooks";
import { readColumns } from "../dist/library/arrow.js";
import { load } from "../dist/library/serve.js";

const [run, dataset, requests = "2000"] = process.argv.slice(2);
const idsOf = async (kind) => {
  const columns = await readColumns(`${dataset}/${kind}s.arrow`, [`${kind}_id`]);
  try {
    return columns.int64(`${kind}_id`);
  } catch {
    return columns.strings(`${kind}_id`);
  }
};
const [users, items] = [await idsOf("user"), await idsOf("item")];
const at = (ids, k) => ids[(k * 7919) % ids.length]; // 7919 is prime: every id has its turn, in no order

for (const [engine, threads] of [
  ["native", 1],
  ["native", 2],
  ["reference", undefined],
]) {
  const began = performance.now();
  const ranker = await load(run, { dataset, engine, ...(threads === undefined ? {} : { threads }) }).catch(
    (error) => error,
  );
  if (ranker instanceof Error) {
    console.log(JSON.stringify({ engine, skipped: ranker.message }));
    continue;
  }
  const loadSeconds = (performance.now() - began) / 1000;
  const asks = {
    "top 10 of one user": (k) => ranker.top(at(users, k)),
    "scores of 100 pairs": (k) =>
      ranker.scores(Array.from({ length: 100 }, (_, i) => ({ user: at(users, k), item: at(items, k * 100 + i) }))),
    "top 10 for a person of 50 items": (k) =>
      ranker.topFor({ items: Array.from({ length: 50 }, (_, i) => at(items, k * 50 + i)) }),
  };
  for (const [name, ask] of Object.entries(asks)) {
    for (const callers of [1, 8]) {
      for (let k = 0; k < 200; k++) await ask(k); // warm
      const times = [];
      const start = performance.now();
      const startCpu = process.cpuUsage();
      const caller = async (first) => {
        for (let k = first; k < Number(requests); k += callers) {
          const asked = performance.now();
          await ask(k);
          times.push(performance.now() - asked);
        }
      };
      await Promise.all(Array.from({ length: callers }, (_, first) => caller(first)));
      const seconds = (performance.now() - start) / 1000;
      const { user, system } = process.cpuUsage(startCpu);
      times.sort((a, b) => a - b);
      const quantile = (share) => Number(times[Math.ceil(share * times.length) - 1].toFixed(3));
      console.log(
        JSON.stringify({
          engine: ranker.engine,
          request: name,
          callers,
          p50Ms: quantile(0.5),
          p99Ms: quantile(0.99),
          meanCpuMs: Number(((user + system) / 1000 / times.length).toFixed(3)),
          requestsPerSecond: Math.round(times.length / seconds),
          loadSeconds: Number(loadSeconds.toFixed(2)),
        }),
      );
    }
  }
  ranker.close();
}

/**
 * Malformed sources, batches, rankers, optimizers, masks and counts, memory that is shared, resized or taken away,
 * getters that change their mind, calls that meet and calls after close: thrown at an engine through its public door,
 * and at the compiled addon behind it. Each case is a function of (seed, number) and runs in a process that may die of
 * it. Prints one JSON line a finding and one at the end; exit status 1 where a process died, hung, or anything but our
 * own errors came back.
 *
 *   node bench/boundary-fuzz.mjs [--cases 20000] [--first 0] [--seed 1] [--engine native]
 *   node src/engine/native/build.mjs --sanitize && node bench/boundary-fuzz.mjs --sanitized
 */
import { execFileSync, fork } from "node:child_process";
import path from "node:path";
import { parseArgs } from "node:util";

const { values } = parseArgs({
  options: {
    cases: { type: "string", default: "20000" },
    first: { type: "string", default: "0" },
    seed: { type: "string", default: "1" },
    engine: { type: "string", default: "native" },
    sanitized: { type: "boolean", default: false },
  },
});

const PATIENCE_MS = 120_000;
const here = import.meta.dirname;

/** The addon under the sanitizer of addresses, which wants to be the first library of the process. */
function sanitizerVariables() {
  const library = execFileSync("gcc", ["-print-file-name=libasan.so"], { encoding: "utf8" }).trim();
  return {
    LD_PRELOAD: library,
    ASAN_OPTIONS: "detect_leaks=0:allocator_may_return_null=1",
    LAWN_RANKER_NATIVE: path.resolve(here, "../build/Sanitized/build/Release/lawn_ranker_native.node"),
  };
}

/** Runs cases from `first` on until all are done or the process ends. */
function runFrom(first, end) {
  return new Promise((resolve) => {
    const args = [`--engine=${values.engine}`, `--first=${first}`, `--end=${end}`, `--seed=${values.seed}`];
    const child = fork(path.join(here, "boundary-fuzz/child.mjs"), args, {
      env: { ...process.env, ...(values.sanitized ? sanitizerVariables() : {}) },
      execArgv: ["--expose-gc"],
      stdio: ["ignore", "inherit", "pipe", "ipc"],
    });
    let [last, report, words, isHung] = [first, null, "", false];
    const alarm = setTimeout(() => {
      isHung = true;
      child.kill("SIGKILL");
    }, PATIENCE_MS);
    child.stderr.on("data", (text) => {
      words = (words + text).slice(-20_000);
    });
    child.on("message", (message) => {
      alarm.refresh();
      if ("begins" in message) last = message.begins;
      else report = message;
    });
    child.on("close", (status, signal) => {
      clearTimeout(alarm);
      resolve({ last, report, words, end: isHung ? "hung" : (signal ?? status) });
    });
  });
}

const cases = Number(values.cases);
const totals = {};
let findings = 0;
const tell = (finding) => {
  findings++;
  console.log(JSON.stringify(finding));
};
const end = Number(values.first) + cases;
const CASES_A_PROCESS = 2000;
for (let next = Number(values.first); next < end; ) {
  const stop = Math.min(end, next + CASES_A_PROCESS);
  const { last, report, words, end: ending } = await runFrom(next, stop);
  for (const [name, count] of Object.entries(report?.outcomes ?? {})) totals[name] = (totals[name] ?? 0) + count;
  for (const text of report?.foreign ?? []) tell({ foreign: text });
  if (report === null || ending !== 0) tell({ case: last, ended: ending, words });
  next = report === null ? last + 1 : stop;
}
const { engine, seed, sanitized } = values;
console.log(JSON.stringify({ engine, seed: Number(seed), sanitized, cases, ...totals, findings }));
process.exitCode = findings === 0 ? 0 : 1;

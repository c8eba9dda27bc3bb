/**
 * Damages raw logs of every format, and the files of datasets, runs, evaluations, studies, scores and exports, in nine
 * ways, and runs a command on each. Nothing may crash, hang, speak in the words of a library, or take in what a hash
 * stands over. Each case is a function of (seed, number) and runs in a process that may die of it. Prints a JSON line
 * a finding and one at the end; exit status 1 where there was one.
 *
 *   node bench/mutation-campaign.mjs [--cases 5000] [--first 0] [--seed 1] [--groups "raw logs"] [--dist dist]
 */
import { fork } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { parseArgs } from "node:util";

const { values } = parseArgs({
  options: {
    cases: { type: "string", default: "5000" },
    first: { type: "string", default: "0" },
    seed: { type: "string", default: "1" },
    groups: { type: "string", default: "" },
    dist: { type: "string", default: "dist" },
  },
});
const PATIENCE_MS = 120_000;
const CASES_A_PROCESS = 500;

/** Runs cases from `first` on until all are done or the process ends. */
function runFrom(first, end) {
  const folder = mkdtempSync(path.join(tmpdir(), "mutation-campaign-"));
  return new Promise((resolve) => {
    const options = { dist: path.resolve(values.dist), folder, first, end, seed: values.seed, groups: values.groups };
    const args = Object.entries(options).map(([name, value]) => `--${name}=${value}`);
    const child = fork(path.join(import.meta.dirname, "mutation-campaign/child.mjs"), args, {
      stdio: ["ignore", "ignore", "pipe", "ipc"],
    });
    let [last, outcomes, words, isHung] = [null, null, "", false];
    const alarm = setTimeout(() => {
      isHung = true;
      child.kill("SIGKILL");
    }, PATIENCE_MS);
    child.stderr.on("data", (text) => {
      words = (words + text).slice(-4000);
    });
    child.on("message", (message) => {
      alarm.refresh();
      if ("begins" in message) last = message;
      else if ("finding" in message) tell(message.finding);
      else if ("outcomes" in message) outcomes = message.outcomes;
    });
    child.on("close", (status, signal) => {
      clearTimeout(alarm);
      rmSync(folder, { recursive: true, force: true });
      resolve({ last, outcomes, words, end: isHung ? "hung" : (signal ?? status) });
    });
  });
}

let findings = 0;
function tell(finding) {
  findings++;
  console.log(JSON.stringify(finding));
}

const totals = {};
const end = Number(values.first) + Number(values.cases);
for (let next = Number(values.first); next < end; ) {
  const stop = Math.min(end, next + CASES_A_PROCESS);
  const { last, outcomes, words, end: ending } = await runFrom(next, stop);
  for (const [name, count] of Object.entries(outcomes ?? {})) totals[name] = (totals[name] ?? 0) + count;
  if (outcomes !== null) next = stop;
  else {
    tell({ ...last, problem: `the process ended: ${ending}`, said: words.slice(-1000) });
    if (last === null) break;
    next = last.begins + 1;
  }
}
console.log(JSON.stringify({ cases: Number(values.cases), findings, outcomes: totals }));
process.exitCode = findings === 0 ? 0 : 1;

/**
 * Kills ingest, train, compare, score, export, report and gate at every call by which they change a file: before it,
 * halfway through a write, and after it, in Node's code and in native code alike (kill-campaign/kill-at.c). Some kills
 * hit the command that goes on after another kill. Then the command is run once more: it must end well, what it leaves
 * must be what an undisturbed one leaves, and nothing else may lie there. Prints a JSON line for each finding and one
 * for each stage; exit status 1 where something did not hold. Linux with a C compiler.
 *
 *   node bench/kill-campaign.mjs [--stages ingest,train] [--most 100] [--chain 2] [--seed 1] [--folder DIR]
 */
import { execFileSync, spawnSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { parseArgs } from "node:util";
import { agreed, differences, stateOf } from "./kill-campaign/folder-state.mjs";
import { logText, stages, study } from "./kill-campaign/stages.mjs";

const { values } = parseArgs({
  options: {
    stages: { type: "string", default: Object.keys(stages).join(",") },
    /** Kills of a stage; all of them unless given. */
    most: { type: "string", default: "Infinity" },
    /** Kills one after the other before it may finish. */
    chain: { type: "string", default: "2" },
    seed: { type: "string", default: "1" },
    cli: { type: "string", default: "dist/pipelines/cli.js" },
    folder: { type: "string" },
  },
});
const cli = path.resolve(values.cli);
const top = values.folder ?? mkdtempSync(path.join(tmpdir(), "kill-campaign-"));
const [work, bases, temporary, log] = ["work", "bases", "tmp", "calls.log"].map((name) => path.join(top, name));
const library = path.join(top, "kill-at.so");
const random = seededRandom(Number(values.seed));

rmSync(top, { recursive: true, force: true });
mkdirSync(bases, { recursive: true });
const source = path.join(import.meta.dirname, "kill-campaign/kill-at.c");
execFileSync("cc", ["-shared", "-fPIC", "-O1", "-o", library, source, "-ldl"]);

let kills = 0;
let findings = 0;
try {
  for (const name of values.stages.split(",")) campaign(name);
} finally {
  if (values.folder === undefined) rmSync(top, { recursive: true, force: true });
}
console.log(JSON.stringify({ kills, findings }));
process.exitCode = findings === 0 ? 0 : 1;

function campaign(name) {
  const stage = stages[name];
  prepare(name);
  const undisturbed = [0, 1].map(() => {
    restore(name);
    demand(run(stage.command));
    return stateOf(work);
  });
  const expected = agreed(...undisturbed);
  const calls = readFileSync(log, "utf8").trimEnd().split("\n");
  const points = shuffled(
    calls.flatMap((call, index) =>
      (call.startsWith("write ") ? ["before", "half", "after"] : ["before", "after"]).map((mode) => [index + 1, mode]),
    ),
  ).slice(0, Number(values.most));
  const began = Date.now();
  const total = { kills: 0, recoveries: 0, findings: 0 };
  while (points.length > 0) {
    restore(name);
    const chain = [];
    for (let tries = 0; points.length > 0 && tries < Number(values.chain); tries++) {
      const [at, mode] = points.pop();
      const { signal, status } = attempt(stage, chain.length > 0, { KILL_AT: String(at), KILL_MODE: mode });
      if (signal === "SIGKILL") chain.push(`${mode} ${at}: ${calls[at - 1]}`);
      // What goes on has less to do, and may be done before that call.
      else if (status === 0 && chain.length > 0) points.unshift([at, mode]);
      else
        tell({
          stage: name,
          chain,
          problem: `ended with ${status ?? signal} instead of being killed at ${mode} ${at}`,
        });
      if (signal !== "SIGKILL") break;
    }
    const { status, words } = attempt(stage, true, {});
    total.kills += chain.length;
    total.recoveries++;
    if (total.recoveries % 20 === 0) console.error(`${name}: ${total.kills} kills`);
    const wrong = status === 0 ? differencesOf(expected) : [`status ${status}: ${words}`];
    if (wrong.length > 0) {
      total.findings++;
      tell({ stage: name, chain, wrong: wrong.slice(0, 8) });
    }
  }
  kills += total.kills;
  console.log(
    JSON.stringify({ stage: name, calls: calls.length, ...total, seconds: Math.round((Date.now() - began) / 1000) }),
  );
}

function differencesOf(expected) {
  try {
    return differences(stateOf(work), expected);
  } catch (error) {
    return [String(error)]; // such as JSON that is cut
  }
}

/** The command, or, after a kill, what a person runs to go on. */
function attempt({ command, again = [command] }, isAgain, variables) {
  if (!isAgain) return run(command, variables);
  let outcome;
  for (const candidate of again) {
    outcome = run(candidate, variables);
    if (outcome.status !== 2) break;
  }
  return outcome;
}

function run(args, variables = {}) {
  rmSync(temporary, { recursive: true, force: true });
  mkdirSync(temporary);
  const { status, signal, stderr } = spawnSync(process.execPath, [cli, ...args], {
    cwd: work,
    encoding: "utf8",
    stdio: ["ignore", "ignore", "pipe"],
    env: { ...process.env, TMPDIR: temporary, LD_PRELOAD: library, KILL_ROOT: work, KILL_LOG: log, ...variables },
  });
  return { status, signal, words: stderr.trim().split("\n").slice(-2).join(" ") };
}

/** The folder a stage starts from, in bases/. */
function prepare(name) {
  const { needs, before = [] } = stages[name];
  rmSync(work, { recursive: true, force: true });
  if (needs === undefined) {
    mkdirSync(work);
    writeFileSync(path.join(work, "log.csv"), logText());
    writeFileSync(path.join(work, "study.json"), JSON.stringify(study));
  } else {
    prepare(needs);
    demand(run(stages[needs].command));
  }
  for (const command of before) demand(run(command));
  rmSync(path.join(bases, name), { recursive: true, force: true });
  cpSync(work, path.join(bases, name), { recursive: true, preserveTimestamps: true, verbatimSymlinks: true });
}

function restore(name) {
  rmSync(work, { recursive: true, force: true });
  cpSync(path.join(bases, name), work, { recursive: true, preserveTimestamps: true, verbatimSymlinks: true });
}

function demand({ status, words }) {
  if (status !== 0) throw new Error(`undisturbed, it ends with ${status}: ${words}`);
}

function tell(finding) {
  findings++;
  console.log(JSON.stringify(finding));
}

function shuffled(list) {
  for (let at = list.length - 1; at > 0; at--) {
    const other = Math.floor(random() * (at + 1));
    [list[at], list[other]] = [list[other], list[at]];
  }
  return list;
}

function seededRandom(seed) {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

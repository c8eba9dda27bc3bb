/**
 * A log cut by time into days, each trained cold and warm: what a warm start reaches, and in what share of the time.
 * Day n is the log up to a moment; the first is trained cold, every later one warm from the warm run of the day before
 * it, and cold beside that. A JSON line a training, and at the end a table.
 *
 *   node bench/warm-days.mjs --log FILE.csv [--first 0.6] [--days 10] [--from 0] [--to 10] [--work FOLDER]
 *     [--warm="--epochs 6"] [--label NAME] [--seed 1]
 *
 * FILE has the columns user, item and time. The past is the oldest `first` of the rows; what follows is cut into `days`
 * equal pieces, of which those of the days `from` to `to` are trained, day 0 being the past alone. `--warm` adds flags
 * to warm trainings, and `--label` names them; cold ones that are there are taken as they are.
 * `bench/warm-days/ml-1m-log.mjs` makes such a file of ML-1M.
 */
import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { parseArgs } from "node:util";

const { values } = parseArgs({
  options: {
    log: { type: "string" },
    first: { type: "string", default: "0.6" },
    days: { type: "string", default: "10" },
    from: { type: "string", default: "0" },
    to: { type: "string", default: "10" },
    work: { type: "string", default: "warm-days" },
    warm: { type: "string", default: "" },
    label: { type: "string", default: "warm" },
    seed: { type: "string", default: "1" },
  },
});
const metric = "NDCG@10";
const [first, days, from, to] = [values.first, values.days, values.from, values.to].map(Number);
const rows = [];

mkdirSync(values.work, { recursive: true });
for (let day = from; day <= to; day++) makeDay(day);

let before = `cold-${values.seed}`;
for (let day = from; day <= to; day++) {
  const cold = trained(day, `cold-${values.seed}`, []);
  if (day === from) continue;
  const start = ["--start-from", path.join(values.work, "models", `day-${day - 1}`, before)];
  const run = `${values.label}-${values.seed}`;
  const warm = trained(day, run, [...start, ...values.warm.split(" ").filter((word) => word !== "")]);
  before = run;
  const { users, items } = warm.start;
  const share = warm.seconds / cold.seconds;
  // Seconds are those of a machine that may have other work; samples are not.
  rows.push({ day, cold, warm, share, samples: warm.samples / cold.samples, difference: warm.best - cold.best });
  print({ day, newUsers: users.new, newItems: items.new, cold, warm: { ...warm, start: undefined } });
}
console.table(
  rows.map(({ day, cold, warm, share, samples, difference }) => ({
    day,
    "cold epochs": `${cold.epoch} of ${cold.epochs}`,
    "cold s": cold.seconds.toFixed(1),
    [`cold ${metric}`]: cold.best.toFixed(4),
    "warm epochs": `${warm.epoch} of ${warm.epochs}`,
    "warm s": warm.seconds.toFixed(1),
    [`warm ${metric}`]: warm.best.toFixed(4),
    difference: difference.toFixed(4),
    "share of seconds": share.toFixed(2),
    "share of samples": samples.toFixed(2),
  })),
);

function makeDay(day) {
  if (existsSync(path.join(values.work, "data", `day-${day}`, "dataset.json"))) return;
  const [head, ...lines] = readFileSync(values.log, "utf8").trim().split("\n");
  const timeOf = (line) => Number(line.slice(line.lastIndexOf(",") + 1));
  const times = Float64Array.from(lines, timeOf).sort();
  const share = first + ((1 - first) * day) / days;
  const end = times[Math.min(times.length, Math.round(times.length * share)) - 1];
  mkdirSync(path.join(values.work, "raw"), { recursive: true });
  const raw = path.join(values.work, "raw", `day-${day}.csv`);
  writeFileSync(raw, `${[head, ...lines.filter((line) => timeOf(line) <= end)].join("\n")}\n`);
  cli(["ingest", "--dataset", `day-${day}`, "--raw", raw, "--data-root", path.join(values.work, "data"), "--quiet"]);
}

function trained(day, run, flags) {
  const directory = path.join(values.work, "models", `day-${day}`, run);
  if (!existsSync(path.join(directory, "metrics.json"))) {
    const where = ["--data-root", path.join(values.work, "data"), "--models-root", path.join(values.work, "models")];
    const rest = ["--baselines", "none", "--no-diagnostics", "--seed", values.seed, "--force", "--quiet"];
    cli(["train", "--dataset", `day-${day}`, ...where, "--run", run, ...rest, ...flags]);
  }
  const read = (name) => readFileSync(path.join(directory, name), "utf8");
  const epochs = read("training.jsonl")
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line));
  const { outcome, start } = JSON.parse(read("manifest.json"));
  const seconds = epochs.reduce((sum, epoch) => sum + epoch.seconds + epoch.measuringSeconds, 0);
  const samples = epochs.reduce((sum, epoch) => sum + epoch.seconds * epoch.samplesPerSecond, 0);
  const best = Math.max(...epochs.map(({ validation }) => validation[metric]));
  const firstEpoch = epochs[0].validation[metric];
  return { epoch: outcome.epoch, epochs: epochs.length, seconds, samples, firstEpoch, best, start };
}

function cli(args) {
  execFileSync("node", ["dist/pipelines/cli.js", ...args], { stdio: ["ignore", "ignore", "inherit"] });
}

function print(line) {
  process.stdout.write(`${JSON.stringify(line)}\n`);
}
